// The table of kernels that one instruction set offers.
//
// kernels_<name>.cpp compiles the same source (gradient_kernel.hpp, search_kernel.hpp) for one
// instruction set and fills one table. Kernels trust their input, start no threads, allocate nothing and
// know nothing of Python. Their answers are the same, bit for bit, on every instruction set.
#pragma once

#include <cstddef>
#include <cstdint>

namespace inknn {

// How to make gradient histograms of 28 x 28 images; see features/gradient.py for the meaning.
struct GradientPlan {
    int side;              // of the straightened image, at most kMaxSide
    int bins;              // directions, at most kMaxBins
    double spread;         // of the ink's columns, to aim for
    double evening;        // how far: 0 to 1
    bool root_of_strength;
    int n_grids;
    const int* points;     // per grid: windows to a side, at most kMaxPoints
    const float* weights;  // per grid: (points, side), one after the other
};

constexpr int kMaxSide = 64;
constexpr int kMaxBins = 16;
constexpr int kMaxPoints = 16;   // of one grid, to a side
constexpr int kMaxCells = 1024;  // of all grids

constexpr std::size_t kMaxDims = std::size_t(1) << 22;  // beyond, float32 sums prove too little

// The k nearest of some references to some queries, by squared Euclidean distance.
template <typename Element>
struct SearchTask {
    const Element* queries;     // (n_queries, dims)
    const Element* references;  // (n_references, dims)
    std::int64_t n_queries;
    std::int64_t n_references;
    std::int64_t dims;
    std::int64_t k;
    std::int64_t first_index;   // index of references[0] in the answer
    double* squared;            // out: (n_queries, k), ascending; +inf where there are fewer references
    std::int64_t* indices;      // out: (n_queries, k); ties in ascending order
    float* scratch;             // scratch_floats() numbers, aligned to 64 bytes
};

struct Kernels {
    const char* name;
    void (*gradient_histograms)(const std::uint8_t* images, std::int64_t count, const GradientPlan& plan,
                                float* histograms);
    std::size_t (*scratch_floats)(std::int64_t n_queries, std::int64_t dims);
    void (*nearest_floats)(const SearchTask<float>& task);
    void (*nearest_bytes)(const SearchTask<std::uint8_t>& task);
};

extern const Kernels kernels_baseline;
extern const Kernels kernels_avx2;
extern const Kernels kernels_avx512;

}  // namespace inknn
