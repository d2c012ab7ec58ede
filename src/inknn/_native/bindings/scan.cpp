// The search through references that are searched once.
#include <type_traits>

#include "arrays.hpp"

namespace inknn {
namespace {

template <typename Element>
ScanTask<Element> task_of(Array<const Element, 2> queries, Array<const Element, 2> references,
                          std::int64_t first_index, Array<double, 2> squared,
                          Array<std::int64_t, 2> indices) {
    require(queries.shape(1) == references.shape(1), "queries and references differ in length");
    require(queries.shape(1) <= kMaxDims, "vectors are too long for the filter's bounds");
    require(squared.shape(0) == queries.shape(0) && indices.shape(0) == queries.shape(0) &&
                squared.shape(1) == indices.shape(1) && squared.shape(1) >= 1,
            "the result does not fit the queries");
    ScanTask<Element> task{};
    task.queries = queries.data();
    task.references = references.data();
    task.n_queries = std::int64_t(queries.shape(0));
    task.n_references = std::int64_t(references.shape(0));
    task.dims = std::int64_t(queries.shape(1));
    task.k = std::int64_t(squared.shape(1));
    task.first_index = first_index;
    task.squared = squared.data();
    task.indices = indices.data();
    task.scale = 1.0;
    return task;
}

template <typename Element>
void run(ScanTask<Element> task) {
    const Kernels& kernels = kernels_in_use();
    nb::gil_scoped_release unlocked;
    const Scratch scratch(kernels.scan_scratch_floats(task.n_queries, task.dims));
    task.scratch = scratch.get();
    if constexpr (std::is_same_v<Element, float>)
        kernels.scan_floats(task);
    else if constexpr (std::is_same_v<Element, double>)
        kernels.scan_doubles(task);
    else
        kernels.scan_bytes(task);
}

template <typename Element>
void scan(Array<const Element, 2> queries, Array<const Element, 2> references, std::int64_t first_index,
          Array<double, 2> squared, Array<std::int64_t, 2> indices) {
    run(task_of(queries, references, first_index, squared, indices));
}

void scan_doubles(Array<const double, 2> queries, Array<const double, 2> references, std::int64_t first_index,
                  Array<double, 2> squared, Array<std::int64_t, 2> indices, Array<const double, 1> center,
                  double scale) {
    ScanTask<double> task = task_of(queries, references, first_index, squared, indices);
    require(center.shape(0) == queries.shape(1), "the center differs in length");
    task.center = center.data();
    task.scale = scale;
    run(task);
}

template <typename Element>
void bind(nb::module_& module) {
    using namespace nb::literals;
    module.def("scan", &scan<Element>, "queries"_a.noconvert(), "references"_a.noconvert(), "first_index"_a,
               "squared"_a.noconvert(), "indices"_a.noconvert());
}

}  // namespace

void bind_scan(nb::module_& module) {
    using namespace nb::literals;
    bind<float>(module);
    bind<std::uint8_t>(module);
    module.def("scan", &scan_doubles, "queries"_a.noconvert(), "references"_a.noconvert(), "first_index"_a,
               "squared"_a.noconvert(), "indices"_a.noconvert(), "center"_a.noconvert(), "scale"_a);
}

}  // namespace inknn
