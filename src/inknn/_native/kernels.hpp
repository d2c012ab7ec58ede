// The table of kernels that one instruction set offers.
//
// kernels_<name>.cpp compiles the same source (gradient_kernel.hpp, search_kernel.hpp,
// index_kernel.hpp) for one instruction set and fills one table. Kernels trust their input, start no threads, allocate nothing and
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

constexpr int kBlock = 64;  // references in a block of an index

// Queries to one segment of an index; see search/index.py and search/reduction.py. A slot holds one reference;
// kBlock slots make a block. All but the distances is measured in units of 1 / scale.
template <typename Element>
struct IndexTask {
    const float* panels;        // (n_blocks, coordinates, kBlock)
    const std::int64_t* stages; // (n_stages): where the coordinates of each stage end, the last is its rest
    const float* starts;        // (n_blocks * kBlock): half the squared norm of a stage, rounded down
    const float* boxes;         // (n_blocks, 2, box_coordinates): least and largest coordinate
    const std::int64_t* ids;    // (n_blocks * kBlock): index in the answer; negative where there is nothing
    const Element* rows;        // (.., dims): index i lies in row i - first_id
    std::int64_t first_id;
    std::int64_t n_blocks;
    std::int64_t first_block;   // search blocks first_block to last_block - 1
    std::int64_t last_block;
    std::int64_t dims;
    std::int64_t coordinates;
    std::int64_t n_stages;
    std::int64_t box_coordinates;  // those of the first stage
    double scale;
    const Element* queries;     // (n_queries, dims)
    const float* query_coordinates;  // (n_queries, coordinates), negated
    const float* query_boxes;   // (box_coordinates, query_stride)
    const double* query_norms;  // (n_queries): least squared norm of a stage
    const double* slacks;       // (n_queries): how far distances of coordinates may exceed the true one
    const double* caps;         // (n_queries): squared distances known to be at least that of the answer's last
    std::int64_t n_queries;
    std::int64_t query_stride;  // n_queries or more, a multiple of 64
    std::int64_t k;             // of all within caps: the room for them
    double* squared;            // in and out: (n_queries, k), heaps; of all within caps: out, (k)
    std::int64_t* indices;      // likewise
    std::int64_t* owners;       // of all within caps: out, (k): whose neighbor it is
    float* scratch;             // index_scratch_floats() numbers, aligned to 64 bytes
};

template <typename Element>
struct IndexKernels {
    void (*nearest)(const IndexTask<Element>& task);
    std::int64_t (*within)(const IndexTask<Element>& task);  // how many there are
    void (*caps)(const IndexTask<Element>& task, const float* middles, std::int64_t n_near, double* caps);
};

struct Kernels {
    const char* name;
    void (*gradient_histograms)(const std::uint8_t* images, std::int64_t count, const GradientPlan& plan,
                                float* histograms);
    std::size_t (*scratch_floats)(std::int64_t n_queries, std::int64_t dims);
    void (*nearest_floats)(const SearchTask<float>& task);
    void (*nearest_bytes)(const SearchTask<std::uint8_t>& task);
    std::size_t (*index_scratch_floats)(std::int64_t n_queries, std::int64_t n_blocks);
    void (*sort_best)(double* squared, std::int64_t* indices, std::int64_t count, std::int64_t k);
    IndexKernels<std::uint8_t> index_bytes;
    IndexKernels<float> index_floats;
    IndexKernels<double> index_doubles;
};

extern const Kernels kernels_baseline;
extern const Kernels kernels_avx2;
extern const Kernels kernels_avx512;

}  // namespace inknn
