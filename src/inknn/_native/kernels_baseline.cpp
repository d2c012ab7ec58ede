#include "gradient_kernel.hpp"
#include "search_kernel.hpp"

namespace inknn {

const Kernels kernels_baseline = {"baseline", gradient_histograms, scratch_floats, nearest<float>, nearest<std::uint8_t>};

}  // namespace inknn
