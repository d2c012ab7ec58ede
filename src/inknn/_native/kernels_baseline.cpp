#include "kernels.hpp"
namespace inknn { const Kernels kernels_baseline = {"baseline"}; }
