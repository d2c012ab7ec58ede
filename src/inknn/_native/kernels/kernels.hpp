// The kernels of one instruction set, as isa/table.cpp collects them. isa/table.hpp describes each.
#pragma once

#include "../isa/tasks.hpp"

namespace inknn::INKNN_ISA {

void gradient_histograms(const std::uint8_t* images, std::int64_t count, const GradientPlan& plan,
                         float* histograms);

std::size_t scan_scratch_floats(std::int64_t n_queries, std::int64_t dims);
template <typename Element>
void scan(const ScanTask<Element>& task);

std::size_t index_scratch_floats(std::int64_t n_queries, std::int64_t n_blocks);
void sort_heaps(double* squared, std::int64_t* indices, std::int64_t count, std::int64_t k);
template <typename Element>
void index_nearest(const IndexTask<Element>& task);
template <typename Element>
std::int64_t index_within(const IndexTask<Element>& task);
template <typename Element>
void index_caps(const IndexTask<Element>& task, const float* centers, std::int64_t n_near, double* caps);

void edges(const std::uint8_t* images, std::int64_t count, bool root_of_strength, std::int8_t* edges);
void idm(const std::int8_t* query, const std::int8_t* references, const std::int64_t* rows,
         std::int64_t count, std::uint32_t limit, std::uint32_t* distances);
void p2dhmdm(const std::int8_t* query, const std::int8_t* references, const std::int64_t* rows,
             std::int64_t count, std::uint32_t* distances);

}  // namespace inknn::INKNN_ISA
