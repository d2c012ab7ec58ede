// The door between Python and the kernels.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>

#include "kernels.hpp"

namespace nb = nanobind;

NB_MODULE(_kernels, module) {
    module.def("instruction_set", [] { return std::string(inknn::kernels_baseline.name); });
}
