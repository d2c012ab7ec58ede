#include "kernels.hpp"
namespace inknn { const Kernels kernels_avx512 = {"avx512"}; }
