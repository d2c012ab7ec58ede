#include "gradient_kernel.hpp"
#include "search_kernel.hpp"

namespace inknn {

const Kernels kernels_avx2 = {"avx2", gradient_histograms, scratch_floats, nearest<float>, nearest<std::uint8_t>};

}  // namespace inknn
