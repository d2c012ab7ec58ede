// Exact neighbors through an index: blocks of near-by references, coordinates that never exceed the distance.
//
// search/pca_bound.py gives each vector a few float32 coordinates between which the distance is at most
// the true one plus an error bound (its proof is there), in stages: each stage adds some components, and ends
// with the length of all that the components so far leave out. A reference has to pass, in this order:
//   1. the bounds of the first stage's coordinates of its block of kBlock references;
//   2. stage by stage, a tile of dot products, queries x references. A query goes on to the next stage with
//      those few references among which one may be near: there they are next to each other, so that it
//      is alone with few. No distance is ever stored;
//   3. the distance itself, as search/distance.py defines it. It alone decides.
//
// Why step 2 loses nothing. u = 2^-24, c coordinates in all, N = |q|^2, M = |r|^2 of the float32 coordinates
// of a stage and those before, without the lengths that ended these. A sum of c products and one start, in
// any order, fused or not, is off by at most g * (|start| + sum |q_i r_i|), g = (c + 2) u / (1 - (c + 2) u)
// (Higham 2002, section 3.1), and sum |q_i r_i| <= (N + M) / 2. Starting from at most fl((1 - 2 e) M / 2),
// e = g + 8 u, and adding -q_i r_i therefore gives at most
//   M/2 - q.r - e M + g (M + N/2) <= |q - r|^2 / 2 - (1 - g) N / 2,
// so a result above  limit / 2 - (1 - 2 e) N / 2  proves |q - r|^2 > limit. M and N would be the same for all
// stages if nothing were rounded; the least of them serves for all.
// Step 1 adds up squares: off by less than a factor 1 + e. Underflow is added by underflow().
#include "../isa/lanes.hpp"
#include "distance.hpp"
#include "heap.hpp"
#include "kernels.hpp"
#include "rounding.hpp"

namespace inknn::INKNN_ISA {
namespace {

constexpr double kVague = 1e-145;
constexpr int kTileColumns = 2 * kLanes;
constexpr int kTiles = kBlock / kTileColumns;                     // of a block
constexpr int kWide = kBlock / kLanes < 8 ? kBlock / kLanes : 8;  // vectors of sums that hide their latency

// Collects the k nearest of each query.
template <typename Element>
struct NearestSink {
    const IndexTask<Element>& task;
    double worst(std::int64_t q) const {
        const double found = task.squared[q * task.k];
        return found < task.caps[q] ? found : task.caps[q];
    }
    // Whether worst(q) may be smaller now.
    bool offer(std::int64_t q, double distance, std::int64_t index) {
        return Heap{task.squared + q * task.k, task.indices + q * task.k, task.k}.offer(distance, index);
    }
};

// Collects all within the query's cap. Where there is no more room it still counts them, so that the caller
// can bring enough.
template <typename Element>
struct WithinSink {
    const IndexTask<Element>& task;
    std::int64_t found = 0;
    double worst(std::int64_t q) const { return task.caps[q]; }
    bool offer(std::int64_t q, double distance, std::int64_t index) {
        if (distance > task.caps[q]) return false;
        if (found < task.k) {
            task.squared[found] = distance;
            task.indices[found] = index;
            task.owners[found] = q;
        }
        ++found;
        return false;
    }
};

template <typename Element, typename Sink>
struct IndexSearch {
    const IndexTask<Element>& task;
    Sink& sink;
    float* thresholds;           // per query, for step 2
    float* limits;               // per query, for step 1
    std::int64_t room;           // for the queries that go on to the next stage, of each part of a block:
    std::int32_t* passed;        // their numbers,
    std::uint64_t* passed_near;  // which of the part's references may be near,
    float* sums_so_far;          // and their sums, (.., references of a part)

    struct Waiting {
        std::int64_t query, index;
        const Element* row;
    };
    static constexpr int kWaiting = 8;
    Waiting waiting[kWaiting];
    int n_waiting = 0;

    void set_limits(std::int64_t q) {
        // The distance that decides is itself rounded in float64: (dims + 8) 2^-52 covers that, twice.
        // A root below kVague may have lost its digits, since the square of so small a number vanishes.
        const double root = __builtin_sqrt(sink.worst(q));
        const double worst = (root > kVague ? root : kVague) * task.scale + task.error_bounds[q];
        const double limit = worst * worst * (1.0 + double(task.dims + 8) * 4.5e-16);
        if (!(limit < kHuge)) {
            thresholds[q] = limits[q] = kInfinity;
            return;
        }
        const double e = relative_error(task.coordinates + 2);
        const double below = (1.0 - 2.0 * e) * task.query_norms[q] - underflow(task.coordinates + 2);
        thresholds[q] = rounded_up(0.5 * (limit - below));
        limits[q] = sum_limit(limit, task.first_stage);
    }

    // Rows may be anywhere in memory: fetch this one now, so that it can be measured a little later.
    const Element* prefetched(std::int64_t index) const {
        const Element* row = task.rows + (index - task.first_id) * task.dims;
        const std::int64_t bytes = task.dims * std::int64_t(sizeof(Element));
        for (std::int64_t byte = 0; byte < bytes && byte < 1024; byte += 64)
            __builtin_prefetch(reinterpret_cast<const char*>(row) + byte);
        return row;
    }

    __attribute__((noinline)) void consider(std::int64_t q, std::int64_t slot) {
        const std::int64_t index = task.ids[slot];
        if (index < 0) return;  // a free slot
        waiting[n_waiting++] = {q, index, prefetched(index)};
        if (n_waiting == kWaiting) measure();
    }

    void measure() {
        for (int i = 0; i < n_waiting; ++i) {
            const Waiting& pair = waiting[i];
            const double distance =
                squared_distance(task.queries + pair.query * task.dims, pair.row, task.dims);
            if (sink.offer(pair.query, distance, pair.index)) set_limits(pair.query);
        }
        n_waiting = 0;
    }

    // Subtracts the products of coordinates `from` to `to` - 1 (query_coordinates are negated).
    template <int Rows, int Parts>
    static void add_products(const float* const* queries, const float* packed, std::int64_t from,
                             std::int64_t to, Lanes (&sums)[Rows][Parts]) {
        for (std::int64_t i = from; i < to; ++i) {
            Lanes columns[Parts];
#pragma GCC unroll 16
            for (int part = 0; part < Parts; ++part)
                columns[part] = load(packed + i * kBlock + part * kLanes);
#pragma GCC unroll 16
            for (int row = 0; row < Rows; ++row) {
                const Lanes value = spread(queries[row][i]);
#pragma GCC unroll 16
                for (int part = 0; part < Parts; ++part)
                    sums[row][part] = multiply_add(value, columns[part], sums[row][part]);
            }
        }
    }

    const float* packed_from(std::int64_t slot) const {
        return task.packed + slot / kBlock * kBlock * task.coordinates + slot % kBlock;
    }

    // One stage for the first Rows of `count` queries and the part of a block from slot `first` on. Sums
    // start from `start`, `stride` apart. The queries that go on are appended to those the part has `kept`,
    // which start at `ahead`. Not inlined: inlined, GCC finds no registers for the sums.
    template <int Rows, int Parts>
    __attribute__((noinline)) std::int64_t advance(std::int64_t stage, std::int64_t first, std::int64_t ahead,
                                                   const std::int32_t* chosen, std::int64_t count,
                                                   const float* start, std::int64_t stride,
                                                   std::int64_t kept) {
        const float* packed = packed_from(first);
        kept += ahead;
        const std::int64_t from = stage ? task.stages[stage - 1] : 0, rest = task.stages[stage] - 1;
        std::int32_t tile[Rows];
        const float* queries[Rows];
        Lanes sums[Rows][Parts];
#pragma GCC unroll 16
        for (int row = 0; row < Rows; ++row) {
            tile[row] = chosen[row < count ? row : 0];  // repeated to fill the tile; dropped below
            queries[row] = task.query_coordinates + tile[row] * task.coordinates;
#pragma GCC unroll 16
            for (int part = 0; part < Parts; ++part)
                sums[row][part] = load(start + row * stride + part * kLanes);
        }
        add_products(queries, packed, from, rest, sums);
        Lanes rests[Parts];
        for (int part = 0; part < Parts; ++part) rests[part] = load(packed + rest * kBlock + part * kLanes);
#pragma GCC unroll 16
        for (int row = 0; row < Rows; ++row) {
            const Lanes value = spread(queries[row][rest]);
            const float threshold = thresholds[tile[row]];
            std::uint64_t near = 0;
#pragma GCC unroll 16
            for (int part = 0; part < Parts; ++part) {
                const Lanes bound = multiply_add(value, rests[part], sums[row][part]);
                near |= std::uint64_t(not_above(bound, threshold)) << (part * kLanes);
                store(sums_so_far + (kept * Parts + part) * kLanes, sums[row][part]);
            }
            // Without a branch, which no CPU could predict. What is overwritten has been read.
            passed[kept] = tile[row];
            passed_near[kept] = near;
            kept += near != 0 && row < count;
        }
        return kept - ahead;
    }

    // Step 2 for some queries and a block, Parts * kLanes references at a time, and step 3 for what it
    // leaves.
    template <int Rows, int Parts>
    void scan(const std::int32_t* chosen, std::int64_t count, std::int64_t block) {
        constexpr std::int64_t kWidth = Parts * kLanes, kParts = kBlock / kWidth;
        std::int64_t kept[kParts] = {};
        for (std::int64_t done = 0; done < count; done += Rows)  // while they are in the cache
            for (std::int64_t part = 0; part < kParts; ++part) {
                const std::int64_t first = block * kBlock + part * kWidth;
                kept[part] = advance<Rows, Parts>(0, first, part * room, chosen + done, count - done,
                                                  task.half_norms + first, 0, kept[part]);
            }
        for (std::int64_t part = 0; part < kParts; ++part) {
            const std::int64_t first = block * kBlock + part * kWidth, ahead = part * room;
            for (std::int64_t stage = 1; stage < task.n_stages && kept[part]; ++stage) {
                const std::int64_t before = kept[part];
                kept[part] = 0;
                for (std::int64_t done = 0; done < before; done += Rows)
                    kept[part] =
                        advance<Rows, Parts>(stage, first, ahead, passed + ahead + done, before - done,
                                             sums_so_far + (ahead + done) * kWidth, kWidth, kept[part]);
            }
            for (std::int64_t i = ahead; i < ahead + kept[part]; ++i)
                for (std::uint64_t near = passed_near[i]; near; near &= near - 1)
                    consider(passed[i], first + __builtin_ctzll(near));
        }
    }

    // Step 2 for one query and one block, up to the second stage: its lower bounds.
    void bound(std::int64_t q, std::int64_t block, float* bounds) const {
        const float* query = task.query_coordinates + q * task.coordinates;
        const std::int64_t stages = task.n_stages < 2 ? task.n_stages : 2;
        for (int first = 0; first < kBlock; first += kWide * kLanes) {
            const float* packed = packed_from(block * kBlock + first);
            Lanes sums[1][kWide];
            __builtin_memcpy(sums, task.half_norms + block * kBlock + first, sizeof sums);
            std::int64_t from = 0;
            for (std::int64_t stage = 0; stage < stages; from = task.stages[stage++])
                add_products(&query, packed, from, task.stages[stage] - 1, sums);
            add_products(&query, packed, from - 1, from, sums);
            __builtin_memcpy(bounds + first, sums, sizeof sums);
        }
    }

    // Step 1: the queries whose limit reaches into the block's bounds, in ascending order.
    std::int64_t choose(std::int64_t block, std::int32_t* chosen) {
        const float* low = task.bounds + block * 2 * task.first_stage;
        const float* high = low + task.first_stage;
        std::int64_t count = 0;
        constexpr int kGroup = 64 / kLanes < 4 ? 64 / kLanes : 4;
        for (std::int64_t q = 0; q < task.n_queries; q += kGroup * kLanes) {
            Lanes sums[kGroup] = {};
            for (std::int64_t i = 0; i < task.first_stage; ++i) {
                const Lanes least = spread(low[i]), most = spread(high[i]);
                const float* from = task.query_first_stage + i * task.query_stride + q;
#pragma GCC unroll 4
                for (int part = 0; part < kGroup; ++part) {
                    const Lanes value = load(from + part * kLanes);
                    const Lanes beyond = larger(larger(least - value, value - most), Lanes{});
                    sums[part] = multiply_add(beyond, beyond, sums[part]);
                }
            }
            for (int part = 0; part < kGroup; ++part) {
                const std::int64_t first = q + part * kLanes;
                if (first >= task.n_queries) break;
                for (unsigned near = not_above(sums[part], load(limits + first)); near; near &= near - 1) {
                    const std::int64_t query = first + __builtin_ctz(near);
                    if (query >= task.n_queries) break;
                    chosen[count++] = std::int32_t(query);
                }
            }
        }
        return count;
    }

    void run(std::int32_t* chosen) {
        for (std::int64_t q = 0; q < task.n_queries; ++q) set_limits(q);
        for (std::int64_t block = task.first_block; block < task.last_block; ++block) {
            const std::int64_t count = choose(block, chosen);
            if (2 * count < kTileRows) {
                for (std::int64_t i = 0; i < count; ++i) scan<1, kWide>(chosen + i, 1, block);
            } else {
                scan<kTileRows, 2>(chosen, count, block);
            }
        }
        measure();
    }
};

// Room for all queries, and for a tile of them more.
inline std::int64_t query_room(std::int64_t n_queries) { return padded(n_queries + kTileRows, 64); }

template <typename Element, typename Sink>
IndexSearch<Element, Sink> index_search(const IndexTask<Element>& task, Sink& sink) {
    const std::int64_t room = query_room(task.n_queries);
    float* const scratch = task.scratch + padded(task.n_blocks, 64);
    return {task,
            sink,
            scratch,
            scratch + room,
            room,
            reinterpret_cast<std::int32_t*>(scratch + 3 * room),
            reinterpret_cast<std::uint64_t*>(scratch + (3 + kTiles) * room),
            scratch + (3 + 3 * kTiles) * room,
            {},
            0};
}

template <typename Element>
std::int32_t* room_for_chosen(const IndexTask<Element>& task) {
    return reinterpret_cast<std::int32_t*>(task.scratch + padded(task.n_blocks, 64) +
                                           2 * query_room(task.n_queries));
}

// The `most` smallest of the values offered, in ascending order.
template <int Most, typename Value = float>
struct Smallest {
    Value values[Most];
    std::int64_t numbers[Most];
    int most, count = 0;

    void offer(Value value, std::int64_t number) {
        if (count == most && !(value < values[count - 1])) return;
        int place = count < most ? count++ : count - 1;
        for (; place > 0 && value < values[place - 1]; --place) {
            values[place] = values[place - 1];
            numbers[place] = numbers[place - 1];
        }
        values[place] = value;
        numbers[place] = number;
    }
};

}  // namespace

std::size_t index_scratch_floats(std::int64_t n_queries, std::int64_t n_blocks) {
    return std::size_t((3 + 3 * kTiles + kBlock) * query_room(n_queries) + padded(n_blocks, 64));
}

template <typename Element>
void index_nearest(const IndexTask<Element>& task) {
    NearestSink<Element> sink{task};
    index_search(task, sink).run(room_for_chosen(task));
}

template <typename Element>
std::int64_t index_within(const IndexTask<Element>& task) {
    WithinSink<Element> sink{task};
    index_search(task, sink).run(room_for_chosen(task));
    return sink.found;
}

// A first bound for each query: the k-th best distance of the few references with the smallest bounds in the
// few blocks whose centers are nearest. Only the bound is kept; the search proper finds these neighbors
// again.
template <typename Element>
void index_caps(const IndexTask<Element>& task, const float* centers, std::int64_t n_near, double* caps) {
    constexpr int kMostNear = 16, kMostTried = 64;
    if (task.k > kMostTried) return;
    const std::int64_t blocks = padded(task.n_blocks, 64);
    NearestSink<Element> sink{task};
    const auto search = index_search(task, sink);
    float* away = task.scratch;
    for (std::int64_t q = 0; q < task.n_queries; ++q) {
        for (std::int64_t block = 0; block < blocks; block += 4 * kLanes) {
            Lanes sums[4] = {};
            for (std::int64_t i = 0; i < task.first_stage; ++i) {
                const Lanes value = spread(task.query_first_stage[i * task.query_stride + q]);
#pragma GCC unroll 4
                for (int part = 0; part < 4; ++part) {
                    const Lanes difference = load(centers + i * blocks + block + part * kLanes) - value;
                    sums[part] = multiply_add(difference, difference, sums[part]);
                }
            }
            __builtin_memcpy(away + block, sums, sizeof sums);
        }
        Smallest<kMostNear> near{};
        near.most = int(n_near < kMostNear ? n_near : kMostNear);
        for (std::int64_t first = 0; first < task.n_blocks; first += kLanes) {
            const float worst = near.count < near.most ? kInfinity : near.values[near.count - 1];
            for (unsigned some = not_above(load(away + first), worst); some; some &= some - 1) {
                const std::int64_t block = first + __builtin_ctz(some);
                if (block < task.n_blocks) near.offer(away[block], block);
            }
        }
        Smallest<kMostTried> tried{};
        tried.most = int(2 * task.k < kMostTried ? 2 * task.k : kMostTried);
        for (int i = 0; i < near.count; ++i) {
            float bounds[kBlock];
            search.bound(q, near.numbers[i], bounds);
            for (int first = 0; first < kBlock; first += kLanes) {
                const float worst = tried.count < tried.most ? kInfinity : tried.values[tried.count - 1];
                for (unsigned some = not_above(load(bounds + first), worst); some; some &= some - 1) {
                    const int column = first + __builtin_ctz(some);
                    const std::int64_t slot = near.numbers[i] * kBlock + column;
                    if (task.ids[slot] >= 0) tried.offer(bounds[column], slot);
                }
            }
        }
        if (tried.count < task.k) continue;
        const Element* rows[kMostTried];
        for (int i = 0; i < tried.count; ++i) rows[i] = search.prefetched(task.ids[tried.numbers[i]]);
        Smallest<kMostTried, double> found{};
        found.most = int(task.k);
        for (int i = 0; i < tried.count; ++i)
            found.offer(squared_distance(task.queries + q * task.dims, rows[i], task.dims), i);
        const double worst = found.values[found.count - 1];
        caps[q] = worst < caps[q] ? worst : caps[q];
    }
}

void sort_heaps(double* squared, std::int64_t* indices, std::int64_t count, std::int64_t k) {
    for (std::int64_t q = 0; q < count; ++q) Heap{squared + q * k, indices + q * k, k}.sort();
}

template void index_nearest(const IndexTask<std::uint8_t>& task);
template void index_nearest(const IndexTask<float>& task);
template void index_nearest(const IndexTask<double>& task);
template std::int64_t index_within(const IndexTask<std::uint8_t>& task);
template std::int64_t index_within(const IndexTask<float>& task);
template std::int64_t index_within(const IndexTask<double>& task);
template void index_caps(const IndexTask<std::uint8_t>&, const float*, std::int64_t, double*);
template void index_caps(const IndexTask<float>&, const float*, std::int64_t, double*);
template void index_caps(const IndexTask<double>&, const float*, std::int64_t, double*);

}  // namespace inknn::INKNN_ISA
