// The door to the metrics' kernels: checks shapes, lets go of the GIL.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <cstring>
#include <stdexcept>

#include "metrics_kernels.hpp"

namespace nb = nanobind;

namespace inknn {
namespace {

template <typename T, int Dims>
using Array = nb::ndarray<T, nb::ndim<Dims>, nb::c_contig, nb::device::cpu>;

const char* (*instruction_set_in_use)();

// The table for the instruction set in use; AVX-512 has nothing to add to 32 pixels a row.
const MetricKernels& table() {
#ifdef INKNN_HAS_avx2
    if (std::strcmp(instruction_set_in_use(), "baseline") != 0) return metric_kernels_avx2;
#endif
    return metric_kernels_baseline;
}

void require(bool held, const char* what) {
    if (!held) throw std::invalid_argument(what);
}

template <typename Digits>
void require_digits(const Digits& digits) {
    require(digits.shape(1) == kDigitSide && digits.shape(2) == kDigitSide, "digits must be (n, 28, 28)");
    require(digits.ndim() == 3 || digits.shape(3) == 2, "edges must be (n, 28, 28, 2)");
}

void edges(Array<const std::uint8_t, 3> images, bool root_of_strength, Array<std::int8_t, 4> result) {
    require_digits(images);
    require_digits(result);
    require(result.shape(0) == images.shape(0), "the answer does not fit the images");
    nb::gil_scoped_release unlocked;
    table().edges(images.data(), std::int64_t(images.shape(0)), root_of_strength, result.data());
}

void require_pairs(const Array<const std::int8_t, 4>& queries, const Array<const std::int8_t, 4>& references,
                   const Array<const std::int64_t, 2>& rows, const Array<std::uint32_t, 2>& distances) {
    require_digits(queries);
    require_digits(references);
    require(rows.shape(0) == queries.shape(0) && distances.shape(0) == rows.shape(0) &&
                distances.shape(1) == rows.shape(1),
            "rows and distances do not fit the queries");
    const std::int64_t count = std::int64_t(references.shape(0));
    for (std::size_t i = 0; i < rows.size(); ++i)
        require(rows.data()[i] >= 0 && rows.data()[i] < count, "there is no such reference");
}

void distortion(Array<const std::int8_t, 4> queries, Array<const std::int8_t, 4> references,
                Array<const std::int64_t, 2> rows, Array<const std::uint32_t, 1> limits,
                Array<std::uint32_t, 2> distances) {
    require_pairs(queries, references, rows, distances);
    require(limits.shape(0) == queries.shape(0), "limits do not fit the queries");
    const std::int64_t each = std::int64_t(rows.shape(1));
    nb::gil_scoped_release unlocked;
    for (std::int64_t i = 0; i < std::int64_t(queries.shape(0)); ++i)
        table().distortion(queries.data() + i * kEdgeBytes, references.data(), rows.data() + i * each, each,
                           limits.data()[i], distances.data() + i * each);
}

void markov(Array<const std::int8_t, 4> queries, Array<const std::int8_t, 4> references,
            Array<const std::int64_t, 2> rows, Array<std::uint32_t, 2> distances) {
    require_pairs(queries, references, rows, distances);
    const std::int64_t each = std::int64_t(rows.shape(1));
    nb::gil_scoped_release unlocked;
    for (std::int64_t i = 0; i < std::int64_t(queries.shape(0)); ++i)
        table().markov(queries.data() + i * kEdgeBytes, references.data(), rows.data() + i * each, each,
                       distances.data() + i * each);
}

}  // namespace

void bind_metrics(nb::module_& module, const char* (*instruction_set)()) {
    using namespace nb::literals;
    instruction_set_in_use = instruction_set;
    module.def("edges", &edges, "images"_a, "root_of_strength"_a, "result"_a.noconvert());
    module.def("distortion", &distortion, "queries"_a, "references"_a.noconvert(), "rows"_a, "limits"_a,
               "distances"_a.noconvert());
    module.def("markov", &markov, "queries"_a, "references"_a.noconvert(), "rows"_a,
               "distances"_a.noconvert());
}

}  // namespace inknn
