// What the bindings hand to the kernels: pointers into arrays, and their sizes.
//
// Kernels trust their input, start no threads, allocate nothing and do not use Python. Their results are
// the same, bit for bit, on every instruction set.
#pragma once

#include <cstddef>
#include <cstdint>

namespace inknn {

// How to make gradient histograms of 28 x 28 images; features/gradient.py explains the fields.
struct GradientPlan {
    int side;        // of the straightened image, at most kMaxSide
    int bins;        // directions, at most kMaxBins
    double spread;   // standard deviation of the ink's columns to aim for
    double evening;  // how far to go there: 0 to 1
    bool root_of_strength;
    int n_grids;
    const int* points;     // of each grid: windows to a side, at most kMaxPoints
    const float* weights;  // of each grid: (points, side), one after the other
};

constexpr int kMaxSide = 64;
constexpr int kMaxBins = 16;
constexpr int kMaxPoints = 16;   // of one grid, to a side
constexpr int kMaxCells = 1024;  // of all grids

constexpr std::size_t kMaxDims = std::size_t(1) << 22;  // beyond, float32 sums prove too little

// The k nearest of some references to some queries, by squared Euclidean distance.
template <typename Element>
struct ScanTask {
    const Element* queries;     // (n_queries, dims)
    const Element* references;  // (n_references, dims)
    std::int64_t n_queries;
    std::int64_t n_references;
    std::int64_t dims;
    std::int64_t k;
    std::int64_t first_index;  // index of references[0] in the result
    double* squared;           // out: (n_queries, k), ascending; +inf where there are fewer references
    std::int64_t* indices;     // out: (n_queries, k); ties in ascending order
    float* scratch;            // scan_scratch_floats() numbers, aligned to 64 bytes
    const double* center;      // (dims), for float64 only: float32 filters (number - center) * scale;
    double scale;              // a power of two that makes most norms at most 1
};

constexpr int kBlock = 64;  // references in a block of an index

// Queries to one segment of an index; see search/blocks.py and search/pca_bound.py. A slot holds one
// reference; kBlock slots make a block. The unit of coordinates, norms, bounds and error bounds is 1 / scale.
template <typename Element>
struct IndexTask {
    const float* packed;         // (n_blocks, coordinates, kBlock)
    const std::int64_t* stages;  // (n_stages): where the coordinates of each stage end
    const float* half_norms;     // (n_blocks * kBlock): half the squared norm of a stage, rounded down
    const float* bounds;         // (n_blocks, 2, first_stage): least and largest coordinate
    const std::int64_t* ids;     // (n_blocks * kBlock): index in the result; negative where the slot is free
    const Element* rows;         // (.., dims): index i is row i - first_id
    std::int64_t first_id;
    std::int64_t n_blocks;
    std::int64_t first_block;  // search blocks first_block to last_block - 1
    std::int64_t last_block;
    std::int64_t dims;
    std::int64_t coordinates;
    std::int64_t n_stages;
    std::int64_t first_stage;  // coordinates of the first stage
    double scale;
    const Element* queries;          // (n_queries, dims)
    const float* query_coordinates;  // (n_queries, coordinates), negated
    const float* query_first_stage;  // (first_stage, query_stride)
    const double* query_norms;       // (n_queries): least squared norm of a stage
    const double* error_bounds;      // (n_queries): how far distances of coordinates may be too large
    const double* caps;              // (n_queries): the k-th squared distance is no larger
    std::int64_t n_queries;
    std::int64_t query_stride;  // n_queries or more, a multiple of 64
    std::int64_t k;             // of all within caps: the room for them
    double* squared;            // in and out: (n_queries, k), heaps; of all within caps: out, (k)
    std::int64_t* indices;      // likewise
    std::int64_t* owners;       // of all within caps: out, (k): the query of each
    float* scratch;             // index_scratch_floats() numbers, aligned to 64 bytes
};

constexpr int kDigitSide = 28;
constexpr std::int64_t kEdgeBytes = kDigitSide * kDigitSide * 2;  // int8 (28, 28, 2): across, down

}  // namespace inknn
