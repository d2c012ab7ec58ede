// How far float32 sums may be off; the twin of search/rounding.py, where the proof is.
#pragma once

#include <cstdint>

namespace inknn::INKNN_ISA {
namespace {

constexpr double kHuge = 1e36;              // squared norms beyond this could overflow float32 on the way
constexpr double kUnit = 1.0 / 16777216.0;  // 2^-24
constexpr float kInfinity = __builtin_inff();

inline double relative_error(std::int64_t dims, bool rounded = false) {
    const double du = double(dims) * kUnit;
    return du / (1.0 - du) + (rounded ? 13.0 : 8.0) * kUnit;
}

inline double underflow(std::int64_t dims) { return (2.0 * double(dims) + 8.0) * 1.5e-45; }

inline float rounded_up(double value) {
    const float nearest = float(value);
    return double(nearest) < value ? __builtin_nextafterf(nearest, kInfinity) : nearest;
}

inline float rounded_down(double value) {
    const float nearest = float(value);
    return double(nearest) > value ? __builtin_nextafterf(nearest, -kInfinity) : nearest;
}

// Largest float32 sum of squares that does not yet prove a squared distance beyond `worst`.
inline float sum_limit(double worst, std::int64_t dims) {
    return rounded_up(worst * (1.0 + 2.0 * relative_error(dims)) + underflow(dims));
}

}  // namespace
}  // namespace inknn::INKNN_ISA
