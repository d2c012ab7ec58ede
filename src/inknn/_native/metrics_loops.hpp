// The loops behind metrics_kernels.hpp. Everything has internal linkage, so that no code compiled for a
// newer CPU can be picked by the linker for an older one.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

#include "metrics_kernels.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace inknn {
namespace {

constexpr int kShift = 2;                       // pixels an edge may shift, each way
constexpr int kDown = kShift + 1;               // rows of the frame: a shift and the surroundings
constexpr int kAcross = kShift + 2;             // columns: the Markov model goes one farther
constexpr int kRows = kDigitSide + 2 * kDown;
constexpr int kWide = 40;                       // columns -4 .. 35
constexpr int kWorked = 32;                     // columns worked on at once: -1 .. 30
constexpr int kLine = kWorked + 16;             // with room for reading on
constexpr int kBlock = 14;                      // rows between two looks at the limit
constexpr int kQuantum = 26;                    // metrics/edges.py says why,
constexpr float kStrongest = 1082.0f;           // and where this comes from

// Edges with a frame of nothing around them, row 0 standing at kDown, column 0 at kAcross.
struct Framed {
    alignas(64) std::int8_t at[kRows][kWide][2];
    int top, bottom;  // rows [top, bottom) have edges
};

inline void frame(const std::int8_t* edges, Framed& framed) {
    std::memset(framed.at, 0, sizeof framed.at);
    framed.top = kDigitSide;
    framed.bottom = 0;
    for (int y = 0; y < kDigitSide; ++y) {
        const std::int8_t* line = edges + y * kDigitSide * 2;
        std::uint64_t any = 0;
        for (int part = 0; part < 7; ++part) {
            std::uint64_t eight;
            std::memcpy(&eight, line + 8 * part, 8);
            any |= eight;
        }
        if (!any) continue;
        std::memcpy(framed.at[y + kDown][kAcross], line, kDigitSide * 2);
        if (y < framed.top) framed.top = y;
        framed.bottom = y + 1;
    }
}

#if defined(__AVX2__)
constexpr int kLanes = 16;
#else
constexpr int kLanes = 8;
#endif
typedef std::uint16_t Lanes __attribute__((vector_size(2 * kLanes)));

inline Lanes load(const std::uint16_t* from) {
    Lanes numbers;
    std::memcpy(&numbers, from, sizeof numbers);
    return numbers;
}

inline void store(Lanes numbers, std::uint16_t* to) { std::memcpy(to, &numbers, sizeof numbers); }

inline Lanes least_of(Lanes a, Lanes b) {
#if defined(__AVX2__)
    return (Lanes)_mm256_min_epu16((__m256i)a, (__m256i)b);
#elif defined(__x86_64__)
    return a - (Lanes)_mm_subs_epu16((__m128i)a, (__m128i)b);
#else
    return a < b ? a : b;
#endif
}

// Squared difference of the edges of some pixels in a row.
inline Lanes difference(const std::int8_t (*query)[2], const std::int8_t (*reference)[2]) {
#if defined(__AVX2__)
    const __m256i a = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(query));
    const __m256i b = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(reference));
    const __m256i away = _mm256_abs_epi8(_mm256_sub_epi8(a, b));  // at most 84: edges() sees to that
    return (Lanes)_mm256_maddubs_epi16(away, away);
#elif defined(__x86_64__)
    const __m128i a = _mm_loadu_si128(reinterpret_cast<const __m128i*>(query));
    const __m128i b = _mm_loadu_si128(reinterpret_cast<const __m128i*>(reference));
    const __m128i away = _mm_sub_epi8(a, b);
    const __m128i low = _mm_srai_epi16(_mm_unpacklo_epi8(away, away), 8);
    const __m128i high = _mm_srai_epi16(_mm_unpackhi_epi8(away, away), 8);
    return (Lanes)_mm_packs_epi32(_mm_madd_epi16(low, low), _mm_madd_epi16(high, high));
#else
    std::uint16_t sums[kLanes];
    for (int x = 0; x < kLanes; ++x) {
        const std::int16_t across = query[x][0] - reference[x][0], down = query[x][1] - reference[x][1];
        sums[x] = std::uint16_t(across * across) + std::uint16_t(down * down);
    }
    return load(sums);
#endif
}

// Context costs of rows [top, bottom) of the query against the reference shifted by (down, across), for each
// pixel the squared difference of its 3 x 3 surroundings; here only added up over rows: columns[y - top].
inline void add_rows(const Framed& query, const Framed& reference, int down, int across, int top, int bottom,
                     std::uint16_t (*columns)[kLine]) {
    for (int x = 0; x < kWorked; x += kLanes) {
        const std::int8_t(*one)[2] = &query.at[top - 1 + kDown][kAcross - 1 + x];
        const std::int8_t(*other)[2] = &reference.at[top - 1 + down + kDown][kAcross - 1 + across + x];
        Lanes above = difference(one, other);
        Lanes level = difference(one + kWide, other + kWide);
        for (int y = 0; y < bottom - top; ++y) {
            const Lanes below = difference(one + (y + 2) * kWide, other + (y + 2) * kWide);
            store(above + level + below, columns[y] + x);
            above = level;
            level = below;
        }
    }
}

// Context costs of some pixels in a row.
inline Lanes context(const std::uint16_t* columns) {
    return load(columns) + load(columns + 1) + load(columns + 2);
}

std::uint32_t distort(const Framed& query, const Framed& reference, std::uint32_t limit) {
    const int first = query.top < reference.top ? query.top : reference.top;
    const int last = query.bottom > reference.bottom ? query.bottom : reference.bottom;
    const int top = first > 0 ? first - 1 : 0, bottom = last < kDigitSide ? last + 1 : kDigitSide;
    alignas(64) std::uint16_t columns[kBlock][kLine];
    alignas(64) std::uint16_t least[kBlock][kWorked];
    std::memset(columns, 0, sizeof columns);
    std::uint32_t sum = 0;
    for (int start = top; start < bottom; start += kBlock) {
        const int stop = start + kBlock < bottom ? start + kBlock : bottom;
        std::memset(least, 255, sizeof least);
        for (int down = -kShift; down <= kShift; ++down)
            for (int across = -kShift; across <= kShift; ++across) {
                add_rows(query, reference, down, across, start, stop, columns);
                for (int y = 0; y < stop - start; ++y)
                    for (int x = 0; x < kWorked; x += kLanes)
                        store(least_of(context(columns[y] + x), load(least[y] + x)), least[y] + x);
            }
        for (int y = 0; y < stop - start; ++y)
            for (int x = 0; x < kDigitSide; ++x) sum += least[y][x];
        if (sum > limit) return sum;
    }
    return sum;
}

inline std::uint32_t smaller(std::uint32_t a, std::uint32_t b) { return a < b ? a : b; }

// All that the pseudo two-dimensional model needs is kept: costs[shift across][shift down][row][column].
std::uint32_t follow(const Framed& query, const Framed& reference) {
    constexpr int kSteps = 2 * kShift + 1;
    alignas(64) std::uint16_t columns[kDigitSide][kLine];
    // costs[.][.][y][x] of shifts -kShift - 1 .. kShift + 1 across: a pixel may leave its column by one.
    alignas(64) static thread_local std::uint16_t costs[kSteps + 2][kSteps][kDigitSide][kWorked];
    std::memset(columns, 0, sizeof columns);
    for (int across = 0; across < kSteps + 2; ++across)
        for (int down = 0; down < kSteps; ++down) {
            add_rows(query, reference, down - kShift, across - kShift - 1, 0, kDigitSide, columns);
            for (int y = 0; y < kDigitSide; ++y)
                for (int x = 0; x < kWorked; x += kLanes) store(context(columns[y] + x), costs[across][down][y] + x);
        }
    // Within a column: the cheapest way down its rows, shifts changing by one at most from row to row.
    alignas(64) std::uint32_t ways[kSteps][kWorked];  // cost of a column at each shift across
    for (int across = 0; across < kSteps; ++across) {
        alignas(64) std::uint32_t before[kSteps + 2][kWorked], now[kSteps + 2][kWorked];
        std::memset(before, 0, sizeof before);
        for (int y = 0; y < kDigitSide; ++y) {
            for (int down = 0; down < kSteps; ++down) {
                const std::uint16_t *a = costs[across][down][y], *b = costs[across + 1][down][y],
                                    *c = costs[across + 2][down][y];
                const std::uint32_t *up = before[down], *level = before[down + 1], *low = before[down + 2];
                for (int x = 0; x < kWorked; ++x) {
                    const std::uint32_t here = smaller(smaller(a[x], b[x]), c[x]);
                    now[down + 1][x] = here + smaller(smaller(up[x], level[x]), low[x]);
                }
            }
            std::memset(now[0], 127, sizeof now[0]);  // there is no such shift
            std::memset(now[kSteps + 1], 127, sizeof now[0]);
            std::memcpy(before, now, sizeof before);
        }
        for (int x = 0; x < kWorked; ++x) {
            std::uint32_t least = before[1][x];
            for (int down = 1; down < kSteps; ++down) least = smaller(least, before[down + 1][x]);
            ways[across][x] = least;
        }
    }
    // Along the columns, likewise.
    std::uint32_t path[kSteps];
    for (int across = 0; across < kSteps; ++across) path[across] = ways[across][0];
    for (int x = 1; x < kDigitSide; ++x) {
        std::uint32_t next[kSteps];
        for (int across = 0; across < kSteps; ++across) {
            std::uint32_t least = path[across];
            if (across > 0) least = smaller(least, path[across - 1]);
            if (across + 1 < kSteps) least = smaller(least, path[across + 1]);
            next[across] = least + ways[across][x];
        }
        std::memcpy(path, next, sizeof path);
    }
    std::uint32_t least = path[0];
    for (int across = 1; across < kSteps; ++across) least = smaller(least, path[across]);
    return least;
}

void edges(const std::uint8_t* images, std::int64_t count, bool root_of_strength, std::int8_t* result) {
    alignas(64) float framed[kDigitSide + 2][kWorked + 8];
    std::memset(framed, 0, sizeof framed);
    for (std::int64_t image = 0; image < count; ++image, images += kDigitSide * kDigitSide, result += kEdgeBytes)
    {
        for (int y = 0; y < kDigitSide; ++y)
            for (int x = 0; x < kDigitSide; ++x) framed[y + 1][x + 1] = images[y * kDigitSide + x];
        for (int y = 0; y < kDigitSide; ++y) {
            const float *a = framed[y], *b = framed[y + 1], *c = framed[y + 2];
            alignas(64) int both[2][kWorked];
            for (int x = 0; x < kWorked; ++x) {
                const float across = a[x + 2] - a[x] + 2 * (b[x + 2] - b[x]) + (c[x + 2] - c[x]);
                const float down = c[x] - a[x] + 2 * (c[x + 1] - a[x + 1]) + (c[x + 2] - a[x + 2]);
                float scale = 1.0f / kQuantum;
                if (root_of_strength) {
                    const float squared = across * across + down * down;
                    const float strength = std::sqrt(squared < 1.0f ? 1.0f : squared);
                    scale = std::sqrt(kStrongest / strength) / kQuantum;
                }
                both[0][x] = int(across * scale + 512.5f) - 512;  // to the nearest, halves upwards
                both[1][x] = int(down * scale + 512.5f) - 512;
            }
            for (int x = 0; x < kDigitSide; ++x) {
                result[2 * (y * kDigitSide + x)] = std::int8_t(both[0][x]);
                result[2 * (y * kDigitSide + x) + 1] = std::int8_t(both[1][x]);
            }
        }
    }
}

void distortion(const std::int8_t* query, const std::int8_t* references, const std::int64_t* rows,
                std::int64_t count, std::uint32_t limit, std::uint32_t* distances) {
    Framed one, other;
    frame(query, one);
    for (std::int64_t i = 0; i < count; ++i) {
        frame(references + rows[i] * kEdgeBytes, other);
        distances[i] = distort(one, other, limit);
    }
}

void markov(const std::int8_t* query, const std::int8_t* references, const std::int64_t* rows,
            std::int64_t count, std::uint32_t* distances) {
    Framed one, other;
    frame(query, one);
    for (std::int64_t i = 0; i < count; ++i) {
        frame(references + rows[i] * kEdgeBytes, other);
        distances[i] = follow(one, other);
    }
}

}  // namespace
}  // namespace inknn
