// Image distortion.
#include "arrays.hpp"

namespace inknn {
namespace {

template <typename Digits>
void require_digits(const Digits& digits) {
    require(digits.shape(1) == kDigitSide && digits.shape(2) == kDigitSide, "digits must be (n, 28, 28)");
    require(digits.ndim() == 3 || digits.shape(3) == 2, "edges must be (n, 28, 28, 2)");
}

void edges(Array<const std::uint8_t, 3> images, bool root_of_strength, Array<std::int8_t, 4> result) {
    require_digits(images);
    require_digits(result);
    require(result.shape(0) == images.shape(0), "the result does not fit the images");
    nb::gil_scoped_release unlocked;
    kernels_in_use().edges(images.data(), std::int64_t(images.shape(0)), root_of_strength, result.data());
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
        require(rows.data()[i] >= 0 && rows.data()[i] < count, "a row is not among the references");
}

void idm(Array<const std::int8_t, 4> queries, Array<const std::int8_t, 4> references,
         Array<const std::int64_t, 2> rows, Array<const std::uint32_t, 1> limits,
         Array<std::uint32_t, 2> distances) {
    require_pairs(queries, references, rows, distances);
    require(limits.shape(0) == queries.shape(0), "limits do not fit the queries");
    const std::int64_t each = std::int64_t(rows.shape(1));
    nb::gil_scoped_release unlocked;
    for (std::int64_t i = 0; i < std::int64_t(queries.shape(0)); ++i)
        kernels_in_use().idm(queries.data() + i * kEdgeBytes, references.data(), rows.data() + i * each, each,
                             limits.data()[i], distances.data() + i * each);
}

void p2dhmdm(Array<const std::int8_t, 4> queries, Array<const std::int8_t, 4> references,
             Array<const std::int64_t, 2> rows, Array<std::uint32_t, 2> distances) {
    require_pairs(queries, references, rows, distances);
    const std::int64_t each = std::int64_t(rows.shape(1));
    nb::gil_scoped_release unlocked;
    for (std::int64_t i = 0; i < std::int64_t(queries.shape(0)); ++i)
        kernels_in_use().p2dhmdm(queries.data() + i * kEdgeBytes, references.data(), rows.data() + i * each,
                                 each, distances.data() + i * each);
}

}  // namespace

void bind_metrics(nb::module_& module) {
    using namespace nb::literals;
    module.def("edges", &edges, "images"_a, "root_of_strength"_a, "result"_a.noconvert());
    module.def("idm", &idm, "queries"_a, "references"_a.noconvert(), "rows"_a, "limits"_a,
               "distances"_a.noconvert());
    module.def("p2dhmdm", &p2dhmdm, "queries"_a, "references"_a.noconvert(), "rows"_a,
               "distances"_a.noconvert());
}

}  // namespace inknn
