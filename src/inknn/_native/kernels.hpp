// The table of kernels one instruction set offers. See kernels.inc for what each one does.
#pragma once

namespace inknn {

struct Kernels {
    const char* name;
};

extern const Kernels kernels_baseline;
extern const Kernels kernels_avx2;
extern const Kernels kernels_avx512;

}  // namespace inknn
