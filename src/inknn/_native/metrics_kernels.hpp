// Image distortion: how much of one digit's edges is left over when they may shift to meet another's.
//
// The twin of metrics/edges.py and the metrics that use it. metrics_kernels.cpp and metrics_kernels_avx2.cpp
// compile metrics_surroundings.hpp and metrics_loops.hpp for one instruction set each and fill one table. All
// sums are of whole numbers, so the answers are the same on every instruction set.
#pragma once

#include <cstdint>

namespace inknn {

constexpr int kDigitSide = 28;
constexpr std::int64_t kEdgeBytes = kDigitSide * kDigitSide * 2;  // int8 (28, 28, 2): across, down

struct MetricKernels {
    // Edges of count images, uint8 (28, 28) each, as int8 (28, 28, 2).
    void (*edges)(const std::uint8_t* images, std::int64_t count, bool root_of_strength, std::int8_t* edges);
    // Distance of one digit's edges to those named by `rows`. A distance above `limit` need not be
    // finished: any number above it may stand for it.
    void (*distortion)(const std::int8_t* query, const std::int8_t* references, const std::int64_t* rows,
                       std::int64_t count, std::uint32_t limit, std::uint32_t* distances);
    void (*markov)(const std::int8_t* query, const std::int8_t* references, const std::int64_t* rows,
                   std::int64_t count, std::uint32_t* distances);
};

extern const MetricKernels metric_kernels_baseline;
extern const MetricKernels metric_kernels_avx2;

}  // namespace inknn
