// The widest float32 vector of the instruction set a file is compiled for, and the few operations on it.
#pragma once

#include <cstdint>

#if defined(__x86_64__) || defined(_M_X64)
#include <immintrin.h>
#elif defined(__ARM_NEON)
#include <arm_neon.h>
#endif

namespace inknn::INKNN_ISA {
namespace {

#if defined(__AVX512F__)
constexpr int kLanes = 16;
constexpr int kTileRows = 12;  // 12 x 2 sums + 2 references in 32 registers; queries come from memory
#elif defined(__AVX2__)
constexpr int kLanes = 8;
constexpr int kTileRows = 6;  // 6 x 2 sums + 2 references + 1 query in 16 registers
#elif defined(__ARM_NEON)
constexpr int kLanes = 4;
constexpr int kTileRows = 8;
#else
constexpr int kLanes = 4;
constexpr int kTileRows = 4;  // without fused multiply-add the products take registers too
#endif

typedef float Lanes __attribute__((vector_size(kLanes * sizeof(float))));

inline Lanes load(const float* from) {
    Lanes lanes;
    __builtin_memcpy(&lanes, from, sizeof lanes);
    return lanes;
}

inline void store(float* to, Lanes lanes) { __builtin_memcpy(to, &lanes, sizeof lanes); }

inline Lanes spread(float value) { return value - Lanes{}; }

// a * b + c, fused where the hardware can. Only the filter uses it: its proof allows both.
inline Lanes multiply_add(Lanes a, Lanes b, Lanes c) {
#if defined(__AVX512F__)
    return _mm512_fmadd_ps(a, b, c);
#elif defined(__FMA__)
    return _mm256_fmadd_ps(a, b, c);
#elif defined(__ARM_NEON) && defined(__aarch64__)
    return vfmaq_f32(c, a, b);
#else
    return a * b + c;
#endif
}

inline Lanes larger(Lanes a, Lanes b) {
#if defined(__AVX512F__)
    return _mm512_maskz_max_ps(0xffff, a, b);  // of _mm512_max_ps GCC 12 warns that it is uninitialized
#elif defined(__AVX2__)
    return _mm256_max_ps(a, b);
#elif defined(__x86_64__)
    return _mm_max_ps(a, b);
#else
    for (int i = 0; i < kLanes; ++i) a[i] = a[i] > b[i] ? a[i] : b[i];
    return a;
#endif
}

inline float total(Lanes lanes) {
    float sum = 0.0f;
    for (int i = 0; i < kLanes; ++i) sum += lanes[i];
    return sum;
}

// Bit i is set where lane i is not above its limit, and where it is NaN.
inline unsigned not_above(Lanes lanes, Lanes limits) {
#if defined(__AVX512F__)
    return _mm512_cmp_ps_mask(lanes, limits, _CMP_NGT_UQ);
#elif defined(__AVX2__)
    return unsigned(_mm256_movemask_ps(_mm256_cmp_ps(lanes, limits, _CMP_NGT_UQ)));
#elif defined(__x86_64__)
    return unsigned(_mm_movemask_ps(_mm_cmpngt_ps(lanes, limits)));
#else
    unsigned mask = 0;
    for (int i = 0; i < kLanes; ++i) mask |= unsigned(!(lanes[i] > limits[i])) << i;
    return mask;
#endif
}

inline unsigned not_above(Lanes lanes, float limit) { return not_above(lanes, spread(limit)); }

// `count`, or as many more as make whole groups of `width`.
inline std::int64_t padded(std::int64_t count, std::int64_t width) {
    return (count + width - 1) / width * width;
}

}  // namespace
}  // namespace inknn::INKNN_ISA
