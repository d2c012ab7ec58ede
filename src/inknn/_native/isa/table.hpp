// The table of kernels: one for each instruction set, and the one in use.
//
// CMake compiles each file in kernels/, and table.cpp, once for each instruction set. INKNN_ISA is then the
// name of the set and of the namespace, so that nothing compiled for a newer CPU can take the place of the
// same code compiled for an older one. That is also why kernels use no templates of the standard library: all
// files would share their instances.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tasks.hpp"

namespace inknn {

template <typename Element>
struct IndexKernels {
    void (*nearest)(const IndexTask<Element>& task);
    std::int64_t (*within)(const IndexTask<Element>& task);  // how many there are
    void (*caps)(const IndexTask<Element>& task, const float* centers, std::int64_t n_near, double* caps);
};

struct Kernels {
    const char* name;

    void (*gradient_histograms)(const std::uint8_t* images, std::int64_t count, const GradientPlan& plan,
                                float* histograms);

    std::size_t (*scan_scratch_floats)(std::int64_t n_queries, std::int64_t dims);
    void (*scan_floats)(const ScanTask<float>& task);
    void (*scan_doubles)(const ScanTask<double>& task);
    void (*scan_bytes)(const ScanTask<std::uint8_t>& task);

    std::size_t (*index_scratch_floats)(std::int64_t n_queries, std::int64_t n_blocks);
    void (*sort_heaps)(double* squared, std::int64_t* indices, std::int64_t count, std::int64_t k);
    IndexKernels<std::uint8_t> index_bytes;
    IndexKernels<float> index_floats;
    IndexKernels<double> index_doubles;

    // Edges of `count` images, uint8 (28, 28) each, as int8 (28, 28, 2).
    void (*edges)(const std::uint8_t* images, std::int64_t count, bool root_of_strength, std::int8_t* edges);
    // Squared distances of one digit's edges to those that `rows` names. The kernel may stop early where a
    // distance exceeds `limit`: the result is then some number above it.
    void (*idm)(const std::int8_t* query, const std::int8_t* references, const std::int64_t* rows,
                std::int64_t count, std::uint32_t limit, std::uint32_t* distances);
    void (*p2dhmdm)(const std::int8_t* query, const std::int8_t* references, const std::int64_t* rows,
                    std::int64_t count, std::uint32_t* distances);
};

// The table in use: at first the best this CPU can run.
const Kernels& kernels_in_use();

// Names of the instruction sets this CPU has, best first.
std::vector<std::string> instruction_sets();

// Use another instruction set. Throws std::invalid_argument where this CPU has no such one.
void use_instruction_set(const std::string& name);

}  // namespace inknn
