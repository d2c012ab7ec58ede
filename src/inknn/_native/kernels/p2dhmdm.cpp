// The pseudo two-dimensional hidden Markov distortion model of edges; the twin of metrics/p2dhmdm.py.
#include "kernels.hpp"
#include "surroundings.hpp"

namespace inknn::INKNN_ISA {
namespace {

inline std::uint32_t smaller(std::uint32_t a, std::uint32_t b) { return a < b ? a : b; }

// All that the pseudo two-dimensional model needs is kept: costs[shift across][shift down][row][column].
std::uint32_t distortion(const Query& query, const Reference& reference) {
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

}  // namespace

void p2dhmdm(const std::int8_t* query, const std::int8_t* references, const std::int64_t* rows,
             std::int64_t count, std::uint32_t* distances) {
    const Query one(query);
    Reference other;
    for (std::int64_t i = 0; i < count; ++i) {
        other.take(references + rows[i] * kEdgeBytes);
        distances[i] = distortion(one, other);
    }
}

}  // namespace inknn::INKNN_ISA
