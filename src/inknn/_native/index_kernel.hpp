// Exact neighbours through an index: blocks of near-by references, coordinates that never exceed the distance.
//
// search/reduction.py gives each vector a few float32 coordinates between which the distance is at most
// the true one plus a slack (its proof stands there). A reference has to pass, in this order:
//   1. the box around the coordinates of its block of kBlock references;
//   2. a tile of dot products over the coordinates, queries x references, no distance ever stored;
//   3. more coordinates, one pair at a time;
//   4. the distance itself, as search/distance.py defines it. It alone decides.
//
// Why step 2 loses nothing. u = 2^-24, c coordinates, N = |q|^2, M = |r|^2 of the float32 coordinates. A sum
// of c products and one start, in any order, fused or not, is off by at most g * (|start| + sum |q_i r_i|),
// g = (c + 2) u / (1 - (c + 2) u) (Higham 2002, section 3.1), and sum |q_i r_i| <= (N + M) / 2. Starting from
// fl((1 - 2 e) M / 2), e = g + 8 u, and adding -q_i r_i therefore gives at most
//   M/2 - q.r - e M + g (M + N/2) <= |q - r|^2 / 2 - (1 - g) N / 2,
// so a result above  limit / 2 - (1 - 2 e) N / 2  proves |q - r|^2 > limit.
// Steps 1 and 3 add up squares: off by less than a factor 1 + e. Underflow is added by underflow().
#pragma once

#include "search_kernel.hpp"

namespace inknn {
namespace {

// What a query asks for: its k nearest.
template <typename Element>
struct NearestSink {
    const IndexTask<Element>& task;
    double worst(std::int64_t q) const {
        const double found = task.squared[q * task.k];
        return found < task.caps[q] ? found : task.caps[q];
    }
    bool offer(std::int64_t q, double distance, std::int64_t index) {
        Best best{task.squared + q * task.k, task.indices + q * task.k, task.k};
        if (!Best::before(distance, index, best.squared[0], best.indices[0])) return false;
        best.sift(0, best.k, distance, index);
        return true;
    }
};

// Or all within its cap. Counts on where there is no more room, so that the caller knows how much to bring.
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
    float* thresholds;  // per query, for step 2
    float* limits;      // per query, for steps 1 and 3

    struct Waiting {
        std::int64_t query, index;
        const Element* row;
    };
    static constexpr int kWaiting = 8;
    Waiting waiting[kWaiting];
    int n_waiting = 0;

    void set_limits(std::int64_t q) {
        // The distance that decides is itself rounded in float64: (dims + 8) 2^-52 covers that, twice.
        const double worst = __builtin_sqrt(sink.worst(q)) * task.scale + task.slacks[q];
        const double limit = worst * worst * (1.0 + double(task.dims + 8) * 4.5e-16);
        if (!(limit < kHuge)) {
            thresholds[q] = limits[q] = kInfinity;
            return;
        }
        const double e = slack(task.coordinates + 2);
        const double below = (1.0 - 2.0 * e) * task.query_norms[q] - underflow(task.coordinates + 2);
        thresholds[q] = rounded_up(0.5 * (limit - below));
        const std::int64_t most =
            task.details > task.box_coordinates ? task.details : task.box_coordinates;
        limits[q] = row_limit(limit, most);
    }

    __attribute__((noinline)) void consider(std::int64_t q, std::int64_t slot) {
        const std::int64_t index = task.ids[slot];
        if (index < 0) return;  // removed, or never filled
        if (task.details &&
            filter_distance(task.query_details + q * task.details, task.detail_rows + slot * task.details,
                            task.details) > limits[q])
            return;
        // Rows lie where the caller put them, anywhere in memory: ask for this one, measure it a little later.
        const Element* row = task.rows + (index - task.first_id) * task.dims;
        const std::int64_t bytes = task.dims * std::int64_t(sizeof(Element));
        for (std::int64_t byte = 0; byte < bytes && byte < 1024; byte += 64)
            __builtin_prefetch(reinterpret_cast<const char*>(row) + byte);
        waiting[n_waiting++] = {q, index, row};
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

    template <int Vectors>
    void consider_all(std::int64_t q, std::int64_t slot, const Lanes* bounds) {
        for (int part = 0; part < Vectors; ++part) {
            unsigned near = not_above(bounds[part], thresholds[q]);
            for (; near; near &= near - 1) consider(q, slot + part * kLanes + __builtin_ctz(near));
        }
    }

    // Step 2 for one query and one block: what proves a distance where it is above the threshold.
    void bound(std::int64_t q, std::int64_t block, float* bounds) {
        constexpr int kWide = kBlock / kLanes < 8 ? kBlock / kLanes : 8;
        const float* query = task.query_coordinates + q * task.coordinates;
        for (int first = 0; first < kBlock; first += kWide * kLanes) {
            const float* column = task.panels + block * task.coordinates * kBlock + first;
            Lanes sums[kWide];
            for (int part = 0; part < kWide; ++part)
                sums[part] = load(task.starts + block * kBlock + first + part * kLanes);
            for (std::int64_t i = 0; i < task.coordinates; ++i, column += kBlock) {
                const Lanes value = spread(query[i]);
#pragma GCC unroll 8
                for (int part = 0; part < kWide; ++part)
                    sums[part] = multiply_add(value, load(column + part * kLanes), sums[part]);
            }
            __builtin_memcpy(bounds + first, sums, sizeof sums);
        }
    }

    void scan(std::int64_t q, std::int64_t block) {
        float bounds[kBlock];
        bound(q, block, bounds);
        for (int first = 0; first < kBlock; first += kLanes) {
            const Lanes some = load(bounds + first);
            consider_all<1>(q, block * kBlock + first, &some);
        }
    }

    // kTileRows queries against one block.
    void scan_tile(const std::int32_t* chosen, std::int64_t block) {
        const float* queries[kTileRows];
        for (int row = 0; row < kTileRows; ++row)
            queries[row] = task.query_coordinates + chosen[row] * task.coordinates;
        for (int first = 0; first < kBlock; first += kTileColumns) {
            const std::int64_t slot = block * kBlock + first;
            const float* column = task.panels + block * task.coordinates * kBlock + first;
            Lanes sums[kTileRows][2];
            const Lanes start0 = load(task.starts + slot), start1 = load(task.starts + slot + kLanes);
#pragma GCC unroll 16
            for (int row = 0; row < kTileRows; ++row) sums[row][0] = start0, sums[row][1] = start1;
            for (std::int64_t i = 0; i < task.coordinates; ++i, column += kBlock) {
                const Lanes left = load(column), right = load(column + kLanes);
#pragma GCC unroll 16
                for (int row = 0; row < kTileRows; ++row) {
                    const Lanes value = spread(queries[row][i]);
                    sums[row][0] = multiply_add(value, left, sums[row][0]);
                    sums[row][1] = multiply_add(value, right, sums[row][1]);
                }
            }
#pragma GCC unroll 16
            for (int row = 0; row < kTileRows; ++row) consider_all<2>(chosen[row], slot, sums[row]);
        }
    }

    // Step 1: the queries whose limit reaches into the block's box, in ascending order.
    std::int64_t choose(std::int64_t block, std::int32_t* chosen) {
        const float* low = task.boxes + block * 2 * task.box_coordinates;
        const float* high = low + task.box_coordinates;
        std::int64_t count = 0;
        constexpr int kWide = 64 / kLanes < 4 ? 64 / kLanes : 4;
        for (std::int64_t q = 0; q < task.n_queries; q += kWide * kLanes) {
            Lanes sums[kWide] = {};
            for (std::int64_t i = 0; i < task.box_coordinates; ++i) {
                const Lanes least = spread(low[i]), most = spread(high[i]);
                const float* from = task.query_boxes + i * task.query_stride + q;
#pragma GCC unroll 4
                for (int part = 0; part < kWide; ++part) {
                    const Lanes value = load(from + part * kLanes);
                    const Lanes beyond = larger(larger(least - value, value - most), Lanes{});
                    sums[part] = multiply_add(beyond, beyond, sums[part]);
                }
            }
            for (int part = 0; part < kWide; ++part) {
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
            std::int64_t done = 0;
            for (; done + kTileRows <= count; done += kTileRows) scan_tile(chosen + done, block);
            for (; done < count; ++done) scan(chosen[done], block);
        }
        measure();
    }
};

inline std::int64_t query_room(std::int64_t n_queries) { return panelled(n_queries, 64); }

std::size_t index_scratch_floats(std::int64_t n_queries, std::int64_t n_blocks) {
    return std::size_t(3 * query_room(n_queries) + panelled(n_blocks, 64));
}

template <typename Element>
void index_nearest(const IndexTask<Element>& task) {
    const std::int64_t room = query_room(task.n_queries);
    NearestSink<Element> sink{task};
    IndexSearch<Element, NearestSink<Element>> search{task, sink, task.scratch, task.scratch + room, {}, 0};
    search.run(reinterpret_cast<std::int32_t*>(task.scratch + 2 * room));
}

template <typename Element>
std::int64_t index_within(const IndexTask<Element>& task) {
    const std::int64_t room = query_room(task.n_queries);
    WithinSink<Element> sink{task};
    IndexSearch<Element, WithinSink<Element>> search{task, sink, task.scratch, task.scratch + room, {}, 0};
    search.run(reinterpret_cast<std::int32_t*>(task.scratch + 2 * room));
    return sink.found;
}

// Keeps the `most` smallest of what it is offered, in ascending order.
template <int Most>
struct Smallest {
    float values[Most];
    std::int64_t names[Most];
    int most, count = 0;

    void offer(float value, std::int64_t name) {
        if (count == most && !(value < values[count - 1])) return;
        int place = count < most ? count++ : count - 1;
        for (; place > 0 && value < values[place - 1]; --place) {
            values[place] = values[place - 1];
            names[place] = names[place - 1];
        }
        values[place] = value;
        names[place] = name;
    }
};

// A first bound for each query: the k-th best distance of the few references with the smallest bounds in the
// few blocks whose middles lie nearest. These neighbours are forgotten again; the search proper finds them anew.
template <typename Element>
void index_caps(const IndexTask<Element>& task, const float* middles, std::int64_t n_near, double* caps) {
    constexpr int kMostNear = 16, kMostTried = 64;
    if (task.k > kMostTried) return;
    const std::int64_t room = query_room(task.n_queries), blocks = panelled(task.n_blocks, 64);
    NearestSink<Element> sink{task};
    IndexSearch<Element, NearestSink<Element>> search{task, sink, task.scratch, task.scratch + room, {}, 0};
    float* away = task.scratch + 3 * room;
    for (std::int64_t q = 0; q < task.n_queries; ++q) {
        for (std::int64_t block = 0; block < blocks; block += 4 * kLanes) {
            Lanes sums[4] = {};
            for (std::int64_t i = 0; i < task.box_coordinates; ++i) {
                const Lanes value = spread(task.query_boxes[i * task.query_stride + q]);
#pragma GCC unroll 4
                for (int part = 0; part < 4; ++part) {
                    const Lanes difference = load(middles + i * blocks + block + part * kLanes) - value;
                    sums[part] = multiply_add(difference, difference, sums[part]);
                }
            }
            __builtin_memcpy(away + block, sums, sizeof sums);
        }
        Smallest<kMostNear> near{};
        near.most = int(n_near < kMostNear ? n_near : kMostNear);
        for (std::int64_t block = 0; block < task.n_blocks; ++block) near.offer(away[block], block);
        Smallest<kMostTried> tried{};
        tried.most = int(task.k);
        for (int i = 0; i < near.count; ++i) {
            float bounds[kBlock];
            search.bound(q, near.names[i], bounds);
            for (int column = 0; column < kBlock; ++column) {
                const std::int64_t slot = near.names[i] * kBlock + column;
                if (task.ids[slot] >= 0) tried.offer(bounds[column], slot);
            }
        }
        if (tried.count < task.k) continue;
        double worst = 0.0;
        for (int i = 0; i < tried.count; ++i) {
            const std::int64_t row = task.ids[tried.names[i]] - task.first_id;
            const double distance =
                squared_distance(task.queries + q * task.dims, task.rows + row * task.dims, task.dims);
            worst = distance > worst ? distance : worst;
        }
        caps[q] = worst < caps[q] ? worst : caps[q];
    }
}

void sort_best(double* squared, std::int64_t* indices, std::int64_t count, std::int64_t k) {
    for (std::int64_t q = 0; q < count; ++q) Best{squared + q * k, indices + q * k, k}.sort();
}

}  // namespace
}  // namespace inknn
