// Edges of digits in eight bits; the twin of metrics/edges.py.
#include <cstring>

#include "kernels.hpp"
#include "rows.hpp"

namespace inknn::INKNN_ISA {
namespace {

constexpr int kQuantum = 26;           // metrics/edges.py explains
constexpr float kStrongest = 1082.0f;  // these two

// To the nearest whole number of quanta, halves upwards: (value + 13) / 26 rounded down, for -1040 .. 1040.
inline std::int16_t quantized(std::int16_t value) {
    constexpr std::uint32_t kUp = 40, kInverse = 65536 / kQuantum + 1;
    return std::int16_t((std::uint16_t(value + kQuantum / 2 + kUp * kQuantum) * kInverse >> 16) - kUp);
}

// The same for a row, the length of each derivative replaced by its square root.
inline void scale_by_root(std::int16_t* across, std::int16_t* down) {
    const auto eight_are_blank = [=](int x) { return is_blank<16>(across + x) && is_blank<16>(down + x); };
    int begin = 0, end = kWorked;  // roots are slow, and most rows blank at both ends
    while (begin < end && eight_are_blank(begin)) begin += 8;
    while (begin < end && eight_are_blank(end - 8)) end -= 8;
    for (int x = begin; x < end; ++x) {
        const float one = across[x], other = down[x], squared = one * one + other * other;
        const float strength = __builtin_sqrtf(squared < 1.0f ? 1.0f : squared);
        const float scale = __builtin_sqrtf(kStrongest / strength) / kQuantum;
        across[x] = std::int16_t(int(one * scale + 512.5f) - 512);
        down[x] = std::int16_t(int(other * scale + 512.5f) - 512);
    }
}

}  // namespace

void edges(const std::uint8_t* images, std::int64_t count, bool root_of_strength, std::int8_t* result) {
    alignas(64) std::int16_t framed[kDigitSide + 2][kWorked + 8];
    std::memset(framed, 0, sizeof framed);
    alignas(64) std::int16_t across[kWorked], down[kWorked];
    for (std::int64_t image = 0; image < count; ++image, images += kDigitSide * kDigitSide) {
        for (int y = 0; y < kDigitSide; ++y)
            for (int x = 0; x < kDigitSide; ++x) framed[y + 1][x + 1] = images[y * kDigitSide + x];
        for (int y = 0; y < kDigitSide; ++y, result += 2 * kDigitSide) {
            const std::int16_t *a = framed[y], *b = framed[y + 1], *c = framed[y + 2];
            for (int x = 0; x < kWorked; ++x) {
                across[x] = std::int16_t(a[x + 2] - a[x] + 2 * (b[x + 2] - b[x]) + (c[x + 2] - c[x]));
                down[x] = std::int16_t(c[x] - a[x] + 2 * (c[x + 1] - a[x + 1]) + (c[x + 2] - a[x + 2]));
            }
            if (root_of_strength)
                scale_by_root(across, down);
            else
                for (int x = 0; x < kWorked; ++x) {
                    across[x] = quantized(across[x]);
                    down[x] = quantized(down[x]);
                }
            for (int x = 0; x < kDigitSide; ++x) {
                result[2 * x] = std::int8_t(across[x]);
                result[2 * x + 1] = std::int8_t(down[x]);
            }
        }
    }
}

}  // namespace inknn::INKNN_ISA
