// The table of one instruction set.
#include "table.hpp"

#include "../kernels/kernels.hpp"

#define INKNN_QUOTED(name) #name
#define INKNN_NAME(name) INKNN_QUOTED(name)

namespace inknn::INKNN_ISA {

extern const Kernels kernels = {
    INKNN_NAME(INKNN_ISA),
    gradient_histograms,
    scan_scratch_floats,
    scan<float>,
    scan<double>,
    scan<std::uint8_t>,
    index_scratch_floats,
    sort_heaps,
    {index_nearest<std::uint8_t>, index_within<std::uint8_t>, index_caps<std::uint8_t>},
    {index_nearest<float>, index_within<float>, index_caps<float>},
    {index_nearest<double>, index_within<double>, index_caps<double>},
    edges,
    idm,
    p2dhmdm,
};

}  // namespace inknn::INKNN_ISA
