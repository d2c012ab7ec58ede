#include "gradient_kernel.hpp"
#include "index_kernel.hpp"
#include "search_kernel.hpp"

namespace inknn {

const Kernels kernels_avx2 = {
    "avx2",
    gradient_histograms,
    scratch_floats,
    nearest<float>,
    nearest<std::uint8_t>,
    index_scratch_floats,
    sort_best,
    {index_nearest<std::uint8_t>, index_within<std::uint8_t>, index_caps<std::uint8_t>},
    {index_nearest<float>, index_within<float>, index_caps<float>},
    {index_nearest<double>, index_within<double>, index_caps<double>},
};

}  // namespace inknn
