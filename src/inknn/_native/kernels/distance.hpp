// The distance that decides; the twin of search/distance.py.
#pragma once

#include <cstdint>

namespace inknn::INKNN_ISA {
namespace {

// The square of the root, which the distance is: squares with one root are equal, and compare by index.
inline double squared_root(double squared) {
    const double root = __builtin_sqrt(squared);
    return root * root;
}

// Eight running sums, folded at the end: the order of additions search/distance.py prescribes.
template <typename Float>
double squared_distance(const Float* a, const Float* b, std::int64_t dims) {
    double sums[8] = {};
    std::int64_t i = 0;
    for (; i + 8 <= dims; i += 8)
        for (int lane = 0; lane < 8; ++lane) {
            const double difference = double(a[i + lane]) - double(b[i + lane]);
            sums[lane] += difference * difference;
        }
    for (int lane = 0; i + lane < dims; ++lane) {
        const double difference = double(a[i + lane]) - double(b[i + lane]);
        sums[lane] += difference * difference;
    }
    for (int half = 4; half > 0; half /= 2)
        for (int lane = 0; lane < half; ++lane) sums[lane] += sums[lane + half];
    return sums[0] == sums[0] ? squared_root(sums[0]) : __builtin_inf();
}

// Whole numbers: exact in any order, and no two have one root. 8192 squares of at most 255^2 fit 32 bits.
double squared_distance(const std::uint8_t* a, const std::uint8_t* b, std::int64_t dims) {
    std::int64_t total = 0;
    for (std::int64_t start = 0; start < dims; start += 8192) {
        const int length = int(dims - start < 8192 ? dims - start : 8192);
        const std::uint8_t* p = a + start;
        const std::uint8_t* q = b + start;
        std::int32_t sum = 0;
        for (int i = 0; i < length; ++i) {
            const short difference = short(p[i] - q[i]);
            sum += difference * difference;
        }
        total += sum;
    }
    return double(total);
}

}  // namespace
}  // namespace inknn::INKNN_ISA
