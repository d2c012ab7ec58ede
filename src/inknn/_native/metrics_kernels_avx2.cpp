#include "metrics_loops.hpp"

namespace inknn {

const MetricKernels metric_kernels_avx2 = {edges, distortion, markov};

}  // namespace inknn
