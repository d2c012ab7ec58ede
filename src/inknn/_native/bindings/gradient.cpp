// Gradient histograms.
#include "arrays.hpp"

namespace inknn {
namespace {

void gradient_histograms(Array<const std::uint8_t, 3> images, int side, int bins, double spread,
                         double evening, bool root_of_strength, Array<const int, 1> points,
                         Array<const float, 1> weights, Array<float, 2> histograms) {
    require(images.shape(1) == kDigitSide && images.shape(2) == kDigitSide, "images must be (n, 28, 28)");
    require(side >= 1 && side <= kMaxSide && bins >= 1 && bins <= kMaxBins, "side or bins out of range");
    std::size_t n_weights = 0, cells = 0;
    for (std::size_t grid = 0; grid < points.shape(0); ++grid) {
        require(points(grid) >= 1 && points(grid) <= kMaxPoints, "points out of range");
        const std::size_t to_a_side = std::size_t(points(grid));
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
    nb::gil_scoped_release unlocked;
    kernels_in_use().gradient_histograms(images.data(), std::int64_t(images.shape(0)), plan,
                                         histograms.data());
}

}  // namespace

void bind_gradient(nb::module_& module) {
    using namespace nb::literals;
    module.def("gradient_histograms", &gradient_histograms, "images"_a, "side"_a, "bins"_a, "spread"_a,
               "evening"_a, "root_of_strength"_a, "points"_a, "weights"_a, "histograms"_a.noconvert());
}

}  // namespace inknn
