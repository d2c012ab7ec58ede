// The image distortion of edges; the twin of metrics/idm.py.
#include "kernels.hpp"
#include "surroundings.hpp"

namespace inknn::INKNN_ISA {
namespace {

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

std::uint32_t distortion(const Query& query, const Reference& reference, std::uint32_t limit) {
    std::uint32_t sum = std::uint32_t(cost_of_blank(query, reference));
    for (int i = 0; i < query.count && sum <= limit; ++i)
        sum += std::uint32_t(cost_of(query, reference, query.strips[i]));
    return sum;
}

// References may be anywhere in memory: fetch the next while one is worked on.
inline void fetch(const std::int8_t* edges) {
    for (int line = 0; line < kEdgeBytes; line += 64) __builtin_prefetch(edges + line);
}

}  // namespace

void idm(const std::int8_t* query, const std::int8_t* references, const std::int64_t* rows,
         std::int64_t count, std::uint32_t limit, std::uint32_t* distances) {
    const Query one(query);
    Reference other;
    for (std::int64_t i = 0; i < count; ++i) {
        other.take(references + rows[i] * kEdgeBytes);
        if (i + 1 < count) fetch(references + rows[i + 1] * kEdgeBytes);
        distances[i] = distortion(one, other, limit);
    }
}

}  // namespace inknn::INKNN_ISA
