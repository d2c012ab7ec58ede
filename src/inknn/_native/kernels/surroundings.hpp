// Surroundings of pixels, compared at many shifts at once; what idm.cpp and p2dhmdm.cpp share.
//
// What a pixel costs at a shift is the squared difference of two surroundings a and b: |a|² + |b|² - 2ab. The
// first term doesn't depend on the shift, the second not on the query; only the third is worked out anew for
// each shift. A pixel with nothing around it costs |b|² wherever it goes, and needs none of that. All sums
// are of whole numbers, so the results are the same on every instruction set.
#pragma once

#include <cstdint>
#include <cstring>

#include "../isa/tasks.hpp"
#include "rows.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace inknn::INKNN_ISA {
namespace {

constexpr int kShift = 2;  // pixels an edge may shift, each way
constexpr int kSteps = 2 * kShift + 1;
constexpr int kDown = kShift + 1;                    // rows of the frame: a shift and the surroundings
constexpr int kAcross = kShift + 2;                  // columns: p2dhmdm shifts one farther
constexpr int kRows = kDigitSide + 2 * (kDown + 1);  // one more, as rows are worked on two by two
constexpr int kColumns = kDigitSide + 2 * kAcross;
constexpr int kLargest = 42;  // no component of an edge is larger

// |a|² is smaller, of any surroundings there can be, so that |b|² - 2ab - kMiddle fits a signed sixteen-bit
// number; sums on the way there may overflow.
constexpr int kMiddle = 1 << 14;

#if defined(__AVX2__)
constexpr int kLanes = 16;
#else
constexpr int kLanes = 8;
#endif
typedef std::uint16_t Lanes __attribute__((vector_size(2 * kLanes)));
typedef std::int16_t SignedLanes __attribute__((vector_size(2 * kLanes)));

inline Lanes load(const void* from) {
    Lanes numbers;
    std::memcpy(&numbers, from, sizeof numbers);
    return numbers;
}

inline void store(Lanes numbers, void* to) { std::memcpy(to, &numbers, sizeof numbers); }

inline Lanes least_of(Lanes a, Lanes b) {
#if defined(__AVX2__)
    return (Lanes)_mm256_min_epi16((__m256i)a, (__m256i)b);
#elif defined(__x86_64__)
    return (Lanes)_mm_min_epi16((__m128i)a, (__m128i)b);
#else
    return (SignedLanes)a < (SignedLanes)b ? a : b;
#endif
}

// A pixel's edge is a pair of signed bytes.
inline SignedLanes across_of(Lanes pixels) { return (SignedLanes)(pixels << 8) >> 8; }
inline SignedLanes down_of(Lanes pixels) { return (SignedLanes)pixels >> 8; }

// Dot products of pairs of bytes, the first ones without a sign.
inline Lanes product(Lanes weights, Lanes pixels) {
#if defined(__AVX2__)
    return (Lanes)_mm256_maddubs_epi16((__m256i)weights, (__m256i)pixels);
#else
    return (weights & 255) * (Lanes)across_of(pixels) + (weights >> 8) * (Lanes)down_of(pixels);
#endif
}

// Adds up signed numbers, so few that their bytes' sums fit sixteen bits.
struct Sum {
    Lanes low = {};
    SignedLanes high = {};

    void add(Lanes numbers) {
        low += numbers & 255;
        high += (SignedLanes)numbers >> 8;
    }
    std::int32_t total() const {
        std::int32_t sum = 0;
        for (int x = 0; x < kLanes; ++x) sum += 256 * high[x] + low[x];
        return sum;
    }
};

// A rectangle of the query, kLanes columns wide.
struct Strip {
    int left, top, bottom;
    int first;         // column that no strip beside it has
    Lanes counted;     // all bits of the columns from there on
    std::int32_t own;  // sum of the query's own over the counted pixels
};

// Edges of a query in an empty frame, row 0 at kDown, column 0 at kAcross.
struct Query {
    alignas(64) std::uint8_t weights[kRows][kColumns][2];  // 2 (kLargest - edge): never negative
    alignas(64) std::uint16_t own[kDigitSide][kWorked];    // |a|² + kMiddle
    Strip strips[2 * (kDigitSide / kLanes + 1)];           // outside of them all surroundings are blank
    int count;
    alignas(64) std::uint16_t blank[kDigitSide][kWorked];  // all bits of the pixels there

    explicit Query(const std::int8_t* edges);
    void cover(const std::uint32_t* rows);
};

// Lay strips side by side over the bits set in rows [top, bottom), each no higher than it must be; returns
// how many. `work` grows by the rows to be worked on.
inline int lay(const std::uint32_t* rows, int top, int bottom, Strip* strips, int& work) {
    std::uint32_t rest = 0;
    for (int y = top; y < bottom; ++y) rest |= rows[y];
    int count = 0;
    while (rest) {
        const int x = __builtin_ctz(rest), left = x < kDigitSide - kLanes ? x : kDigitSide - kLanes;
        const std::uint32_t covered = ((1u << kLanes) - 1) << left & rest;
        Strip& strip = strips[count++];
        strip.left = left;
        strip.first = x;
        for (strip.top = top; !(rows[strip.top] & covered);) ++strip.top;
        for (strip.bottom = bottom; !(rows[strip.bottom - 1] & covered);) --strip.bottom;
        work += strip.bottom - strip.top + 1;  // the two rows around them are half the work
        rest &= ~covered;
    }
    return count;
}

Query::Query(const std::int8_t* edges) {
    std::memset(weights, 2 * kLargest, sizeof weights);
    std::uint16_t columns[kDigitSide + 2][kWorked] = {};  // |a|², added up over columns only
    for (int y = 0; y < kDigitSide; ++y) {
        std::uint16_t squares[kDigitSide + 2] = {};
        for (int x = 0; x < kDigitSide; ++x) {
            const std::int8_t* edge = edges + 2 * (y * kDigitSide + x);
            for (int i = 0; i < 2; ++i)
                weights[y + kDown][x + kAcross][i] = std::uint8_t(2 * (kLargest - edge[i]));
            squares[x + 1] = std::uint16_t(edge[0] * edge[0] + edge[1] * edge[1]);
        }
        for (int x = 0; x < kDigitSide; ++x)
            columns[y + 1][x] = std::uint16_t(squares[x] + squares[x + 1] + squares[x + 2]);
    }
    std::uint32_t rows[kDigitSide] = {};  // bits of pixels with surroundings
    for (int y = 0; y < kDigitSide; ++y)
        for (int x = 0; x < kWorked; ++x) {
            const int sum = columns[y][x] + columns[y + 1][x] + columns[y + 2][x];
            own[y][x] = std::uint16_t(sum + kMiddle);
            rows[y] |= std::uint32_t(sum != 0) << x;
            blank[y][x] = x < kDigitSide ? 0xffff : 0;
        }
    cover(rows);
}

// Rows above and below a cut, where it is best, get strips of their own.
void Query::cover(const std::uint32_t* rows) {
    int least = INT32_MAX, cut = 0;
    for (int y = 0; y < kDigitSide; ++y) {
        int work = 0;
        lay(rows, 0, y, strips, work);
        lay(rows, y, kDigitSide, strips, work);
        if (work < least) least = work, cut = y;
    }
    count = lay(rows, 0, cut, strips, least);
    count += lay(rows, cut, kDigitSide, strips + count, least);
    for (Strip* strip = strips; strip < strips + count; ++strip) {
        strip->counted = Lanes{};
        strip->own = 0;
        for (int x = strip->first; x < strip->left + kLanes; ++x) {
            strip->counted[x - strip->left] = 0xffff;
            for (int y = strip->top; y < strip->bottom; ++y) {
                strip->own += own[y][x];
                blank[y][x] = 0;
            }
        }
    }
}

// Edges of a reference, framed likewise.
struct Reference {
    alignas(64) std::int8_t edges[kRows][kColumns][2];
    // |b|², row 0 at kShift, column 0 at kAcross; and the same less kMiddle and what a query's weights have
    // too much: to it, products with them are added.
    alignas(64) std::uint16_t own[kRows - 2][kColumns], weighted[kRows - 2][kColumns];
    // Both, added up over rows only, with room for reading on at either end.
    alignas(64) std::uint16_t columns[2][kDigitSide + 2][kWorked + 16];
    int top, bottom;  // rows [top, bottom) may have edges

    Reference();
    void take(const std::int8_t* digit);
};

Reference::Reference() {
    std::memset(edges, 0, sizeof edges);
    std::memset(own, 0, sizeof own);
    std::memset(columns, 0, sizeof columns);
    for (auto& line : weighted)
        for (auto& number : line) number = std::uint16_t(-kMiddle);
    top = kDigitSide;
    bottom = 0;
}

void Reference::take(const std::int8_t* digit) {
    constexpr int kLine = kDigitSide * 2;
    for (int y = 0; y < kDigitSide; ++y) std::memcpy(edges[y + kDown][kAcross], digit + y * kLine, kLine);
    int first = 0, last = kDigitSide;
    while (first < last && is_blank<kLine>(digit + first * kLine)) ++first;
    while (first < last && is_blank<kLine>(digit + (last - 1) * kLine)) --last;
    // Rows where the one before had edges and this has none must be blank again.
    const int start = first < top ? first : top, stop = last > bottom ? last : bottom;
    top = first;
    bottom = last;
    const Lanes extra = Lanes{} + std::uint16_t(0x0101 * 2 * kLargest);
    const Lanes middle = Lanes{} + std::uint16_t(kMiddle);
    for (int x = 0; x < kWorked; x += kLanes) {
        Lanes two[2] = {}, level[2] = {};
        for (int y = start - 1; y <= stop; ++y) {
            const Lanes pixels = load(edges[y + 1 + kDown][kAcross - 2 + x]);
            const SignedLanes across = across_of(pixels), down = down_of(pixels);
            const Lanes square = (Lanes)(across * across + down * down);
            const Lanes below[2] = {square, square - product(extra, pixels)};
            for (int i = 0; i < 2; ++i) {
                store(two[i] + below[i], columns[i][y + 1] + 8 + x);
                two[i] = level[i] + below[i];
                level[i] = below[i];
            }
        }
    }
    const auto three = [](const std::uint16_t* from) { return load(from - 1) + load(from) + load(from + 1); };
    for (int y = start - 1; y <= stop; ++y)
        for (int x = 0; x < kWorked; x += kLanes) {
            store(three(columns[0][y + 1] + 8 + x), own[y + kShift] + kAcross - 2 + x);
            store(three(columns[1][y + 1] + 8 + x) - middle, weighted[y + kShift] + kAcross - 2 + x);
        }
}

// What the pixels of a strip cost at some shifts, first_across the leftmost of them, less the query's own:
// take(y, shift, costs), row by row, perhaps with one row too many.
template <int kShifts, typename Take>
inline void compare(const Query& query, const Reference& reference, const Strip& strip, int down,
                    int first_across, Take take) {
    const int left = strip.left + kAcross - 1;
    const auto* one = query.weights[strip.top - 1 + kDown] + left;
    const auto* other = reference.edges[strip.top - 1 + down + kDown] + left + first_across;
    const std::uint16_t* own = reference.weighted[strip.top + down + kShift] + left + 1 + first_across;
    Lanes above[kShifts], level[kShifts];  // products of two rows
    const auto next_row = [&](auto use) {
        const Lanes before = load(one), at = load(one + 1), after = load(one + 2);
        for (int i = 0; i < kShifts; ++i)
            use(i, product(before, load(other + i)) + product(at, load(other + i + 1)) +
                       product(after, load(other + i + 2)));
        one += kColumns;
        other += kColumns;
    };
    next_row([&](int i, Lanes products) { above[i] = products; });
    next_row([&](int i, Lanes products) { level[i] = products; });
    for (int y = strip.top; y < strip.bottom; y += 2, own += 2 * kColumns) {
        // Two rows at once: their surroundings have two rows in common.
        next_row([&](int i, Lanes products) {
            level[i] += products;
            take(y, i, above[i] + level[i] + load(own + i));
            above[i] = products;
        });
        next_row([&](int i, Lanes products) {
            take(y + 1, i, level[i] + products + load(own + kColumns + i));
            level[i] = products;
        });
    }
}

}  // namespace
}  // namespace inknn::INKNN_ISA
