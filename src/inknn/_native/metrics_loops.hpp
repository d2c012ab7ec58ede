// The loops behind metrics_kernels.hpp, all of internal linkage.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

#include "metrics_surroundings.hpp"

namespace inknn {
namespace {

constexpr int kQuantum = 26;           // metrics/edges.py says why,
constexpr float kStrongest = 1082.0f;  // and where this comes from

// Of pixels that cost the least |b|² around. That is nothing near the reference's upper and lower end.
std::int32_t cost_of_blank(const Query& query, const Reference& reference) {
    alignas(64) std::uint16_t lines[kDigitSide][kWorked + kLanes];
    for (int y = reference.top + 1; y < reference.bottom - 1; ++y) {
        for (int x = 0; x < kWorked; x += kLanes) {
            const std::uint16_t* from = reference.own[y] + kAcross - kShift + x;
            Lanes least = load(from);
            for (int down = 1; down < kSteps; ++down) least = least_of(least, load(from + down * kColumns));
            store(least, lines[y] + x);
        }
        store(Lanes{}, lines[y] + kWorked);
    }
    Sum sum;
    for (int y = reference.top + 1; y < reference.bottom - 1; ++y)
        for (int x = 0; x < kWorked; x += kLanes) {
            const std::uint16_t* from = lines[y] + x;
            Lanes least = load(from);
            for (int across = 1; across < kSteps; ++across) least = least_of(least, load(from + across));
            sum.add(least & load(query.blank[y] + x));
        }
    return sum.total();
}

std::int32_t cost_of(const Query& query, const Reference& reference, const Strip& strip) {
    Lanes least[kDigitSide + 1];
    for (int y = strip.top; y <= strip.bottom; ++y) least[y] = Lanes{} + std::uint16_t(INT16_MAX);
    for (int down = -kShift; down <= kShift; ++down)
        compare<kSteps>(query, reference, strip, down, -kShift,
                        [&](int y, int, Lanes costs) { least[y] = least_of(least[y], costs); });
    Sum sum;
    for (int y = strip.top; y < strip.bottom; ++y) sum.add(least[y] & strip.counted);
    return strip.own + sum.total();
}

std::uint32_t distort(const Query& query, const Reference& reference, std::uint32_t limit) {
    std::uint32_t sum = std::uint32_t(cost_of_blank(query, reference));
    for (int i = 0; i < query.count && sum <= limit; ++i)
        sum += std::uint32_t(cost_of(query, reference, query.strips[i]));
    return sum;
}

inline std::uint32_t smaller(std::uint32_t a, std::uint32_t b) { return a < b ? a : b; }

// All that the pseudo two-dimensional model needs is kept: costs[shift across][shift down][row][column].
std::uint32_t follow(const Query& query, const Reference& reference) {
    // costs[.][.][y][x] of shifts -kShift - 1 .. kShift + 1 across: a pixel may leave its column by one.
    alignas(64) static thread_local std::uint16_t costs[kSteps + 2][kSteps][kDigitSide][kWorked];
    for (int x = 0; x < kDigitSide; x += kLanes) {
        const int left = x < kDigitSide - kLanes ? x : kDigitSide - kLanes;
        const Strip strip = {left, 0, kDigitSide, left, {}, 0};
        for (int down = 0; down < kSteps; ++down)
            compare<kSteps + 2>(query, reference, strip, down - kShift, -kShift - 1,
                                [&](int y, int across, Lanes less) {
                                    store(less + load(query.own[y] + left), costs[across][down][y] + left);
                                });
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
        const float strength = std::sqrt(squared < 1.0f ? 1.0f : squared);
        const float scale = std::sqrt(kStrongest / strength) / kQuantum;
        across[x] = std::int16_t(int(one * scale + 512.5f) - 512);
        down[x] = std::int16_t(int(other * scale + 512.5f) - 512);
    }
}

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

// References lie anywhere in memory: ask for the next while one is worked on.
inline void fetch(const std::int8_t* edges) {
    for (int line = 0; line < kEdgeBytes; line += 64) __builtin_prefetch(edges + line);
}

void distortion(const std::int8_t* query, const std::int8_t* references, const std::int64_t* rows,
                std::int64_t count, std::uint32_t limit, std::uint32_t* distances) {
    const Query one(query);
    Reference other;
    for (std::int64_t i = 0; i < count; ++i) {
        other.take(references + rows[i] * kEdgeBytes);
        if (i + 1 < count) fetch(references + rows[i + 1] * kEdgeBytes);
        distances[i] = distort(one, other, limit);
    }
}

void markov(const std::int8_t* query, const std::int8_t* references, const std::int64_t* rows,
            std::int64_t count, std::uint32_t* distances) {
    const Query one(query);
    Reference other;
    for (std::int64_t i = 0; i < count; ++i) {
        other.take(references + rows[i] * kEdgeBytes);
        distances[i] = follow(one, other);
    }
}

}  // namespace
}  // namespace inknn
