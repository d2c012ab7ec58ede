// The module. Its functions check types and shapes, release the GIL and call the kernels in use.
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "arrays.hpp"

NB_MODULE(_kernels, module) {
    using namespace nb::literals;
    // When Python exits, it does not free what daemon threads and some extension modules refer to. If that is
    // an index, nanobind would report a leak of these bindings. Their own would show in tests/native.
    nb::set_leak_warnings(false);
    module.def("instruction_sets", &inknn::instruction_sets, "Instruction sets this CPU has, best first.");
    module.def(
        "instruction_set", [] { return std::string(inknn::kernels_in_use().name); }, "The one in use.");
    module.def("use_instruction_set", &inknn::use_instruction_set, "name"_a,
               "Choose another one, for tests and measurements.");
    inknn::bind_gradient(module);
    inknn::bind_scan(module);
    inknn::bind_index(module);
    inknn::bind_metrics(module);
}
