#include "metrics_loops.hpp"

namespace inknn {

const MetricKernels metric_kernels_baseline = {edges, distortion, markov};

}  // namespace inknn
