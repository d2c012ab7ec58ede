// The door between Python and the kernels: checks shapes, lets go of the GIL, picks the instruction set.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <atomic>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include "kernels.hpp"

namespace nb = nanobind;

namespace inknn {
namespace {

template <typename T, int Dims>
using Array = nb::ndarray<T, nb::ndim<Dims>, nb::c_contig, nb::device::cpu>;

// Instruction sets this CPU has, best first.
std::vector<const Kernels*> available() {
    std::vector<const Kernels*> tables;
#ifdef INKNN_HAS_avx512
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("fma"))
        tables.push_back(&kernels_avx512);
#endif
#ifdef INKNN_HAS_avx2
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) tables.push_back(&kernels_avx2);
#endif
    tables.push_back(&kernels_baseline);
    return tables;
}

std::atomic<const Kernels*> chosen{available().front()};

std::vector<std::string> instruction_sets() {
    std::vector<std::string> names;
    for (const Kernels* table : available()) names.emplace_back(table->name);
    return names;
}

void use_instruction_set(const std::string& name) {
    for (const Kernels* table : available())
        if (name == table->name) {
            chosen = table;
            return;
        }
    throw std::invalid_argument("this CPU has no instruction set " + name);
}

void require(bool held, const char* what) {
    if (!held) throw std::invalid_argument(what);
}

void gradient_histograms(Array<const std::uint8_t, 3> images, int side, int bins, double spread,
                         double evening, bool root_of_strength, Array<const int, 1> points,
                         Array<const float, 1> weights, Array<float, 2> histograms) {
    require(images.shape(1) == 28 && images.shape(2) == 28, "images must be (n, 28, 28)");
    require(side >= 1 && side <= kMaxSide && bins >= 1 && bins <= kMaxBins, "side or bins out of range");
    std::size_t n_weights = 0, cells = 0;
    for (std::size_t grid = 0; grid < points.shape(0); ++grid) {
        const std::size_t to_a_side = std::size_t(points(grid));
        require(points(grid) >= 1 && points(grid) <= kMaxPoints, "points out of range");
        n_weights += to_a_side * std::size_t(side);
        cells += to_a_side * to_a_side;
    }
    require(cells <= std::size_t(kMaxCells), "too many windows");
    require(weights.shape(0) == n_weights, "weights do not fit the grids");
    const std::size_t length = cells * std::size_t(bins);
    require(histograms.shape(0) == images.shape(0) && histograms.shape(1) == length, "histograms do not fit");
    GradientPlan plan{};
    plan.side = side;
    plan.bins = bins;
    plan.spread = spread;
    plan.evening = evening;
    plan.root_of_strength = root_of_strength;
    plan.n_grids = int(points.shape(0));
    plan.points = points.data();
    plan.weights = weights.data();
    const Kernels* kernels = chosen;
    nb::gil_scoped_release unlocked;
    kernels->gradient_histograms(images.data(), std::int64_t(images.shape(0)), plan, histograms.data());
}

struct AlignedFree {
    void operator()(float* floats) const { ::operator delete[](floats, std::align_val_t(64)); }
};

template <typename Element>
void nearest(Array<const Element, 2> queries, Array<const Element, 2> references, std::int64_t first_index,
             Array<double, 2> squared, Array<std::int64_t, 2> indices) {
    require(queries.shape(1) == references.shape(1), "queries and references differ in length");
    require(queries.shape(1) <= kMaxDims, "vectors are too long for the filter's bounds");
    require(squared.shape(0) == queries.shape(0) && indices.shape(0) == queries.shape(0) &&
                squared.shape(1) == indices.shape(1) && squared.shape(1) >= 1,
            "the answer does not fit the queries");
    SearchTask<Element> task{queries.data(),
                             references.data(),
                             std::int64_t(queries.shape(0)),
                             std::int64_t(references.shape(0)),
                             std::int64_t(queries.shape(1)),
                             std::int64_t(squared.shape(1)),
                             first_index,
                             squared.data(),
                             indices.data(),
                             nullptr};
    const Kernels* kernels = chosen;
    nb::gil_scoped_release unlocked;
    const std::size_t floats = kernels->scratch_floats(task.n_queries, task.dims);
    std::unique_ptr<float, AlignedFree> scratch(
        static_cast<float*>(::operator new[](floats * sizeof(float), std::align_val_t(64))));
    task.scratch = scratch.get();
    if constexpr (std::is_same_v<Element, float>)
        kernels->nearest_floats(task);
    else
        kernels->nearest_bytes(task);
}

}  // namespace

void bind_metrics(nb::module_& module, const char* (*instruction_set)());  // metrics_bindings.cpp
void bind_index(nb::module_& module, const Kernels* (*in_use)());           // index_bindings.cpp

}  // namespace inknn

NB_MODULE(_kernels, module) {
    using namespace nb::literals;
    module.def("instruction_sets", &inknn::instruction_sets, "Instruction sets this CPU has, best first.");
    module.def("instruction_set", [] { return std::string(inknn::chosen.load()->name); },
               "The one in use.");
    module.def("use_instruction_set", &inknn::use_instruction_set, "name"_a,
               "Choose another one, for tests and measurements.");
    module.def("gradient_histograms", &inknn::gradient_histograms, "images"_a, "side"_a, "bins"_a,
               "spread"_a, "evening"_a, "root_of_strength"_a, "points"_a, "weights"_a,
               "histograms"_a.noconvert());
    module.def("nearest", &inknn::nearest<float>, "queries"_a.noconvert(), "references"_a.noconvert(),
               "first_index"_a, "squared"_a.noconvert(), "indices"_a.noconvert());
    module.def("nearest", &inknn::nearest<std::uint8_t>, "queries"_a.noconvert(),
               "references"_a.noconvert(), "first_index"_a, "squared"_a.noconvert(), "indices"_a.noconvert());
    inknn::bind_metrics(module, [] { return inknn::chosen.load()->name; });
    inknn::bind_index(module, [] { return inknn::chosen.load(); });
}
