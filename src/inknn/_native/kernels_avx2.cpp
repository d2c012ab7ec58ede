#include "kernels.hpp"
namespace inknn { const Kernels kernels_avx2 = {"avx2"}; }
