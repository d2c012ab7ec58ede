// Exact k nearest neighbors by squared Euclidean distance; the twin of search/brute.py.
//
// Filter and refine. A float32 lower bound of each distance is compared with the k-th best distance found
// so far; only where it does not exceed it, the distance is computed as search/distance.py defines it,
// in float64 and in a fixed order, and that number alone decides. The answer therefore depends neither on
// the order in which references are visited nor on the instruction set.
//
// Two ways to filter:
//   - rows: each reference is read once and compared with every query. Best for few queries, where
//     reading the references is what takes the time.
//   - tiles: references and queries are packed into panels, and a register tile of dot products is
//     computed at a time (Goto & van de Geijn, "Anatomy of high-performance matrix multiplication",
//     2008). No distance is ever stored.
//
// Why the bounds hold. u = 2^-24. A float32 sum of d products of a and b, in any order, with or without
// fused multiply-add, is off by at most g * sum |a_i b_i|, g = d u / (1 - d u) (Higham, "Accuracy and
// stability of numerical algorithms", 2002, section 3.1). With N = |q|^2 and M = |r|^2,
//   |q - r|^2 = N + M - 2 q.r >= (1 - g) (N + M) - 2 fl(q.r)     since 2 sum |q_i r_i| <= N + M,
// and rounding fl(M' - 2 fl(q.r)) costs less than 4 u (N + M) more. So with e = g + 8 u,
//   (1 - e) M - 2 q.r  >  kth - (1 - e) N     proves that the reference is too far.
// Rows need less: a float32 sum of squared differences is off by less than a factor 1 + e. The 8 leaves
// room for the float64 roundings on the way. Underflow adds less than d times the smallest float32.
// Norms beyond kHuge, infinities and NaN are never filtered; a distance that is NaN counts as infinite.
#pragma once

#include "kernels.hpp"
#include "vectors.hpp"

namespace inknn {
namespace {

constexpr int kTileColumns = 2 * kLanes;      // references in a register tile
constexpr std::int64_t kBlockFloats = 48 * 1024;  // of packed references: 192 kB, about half a small L2
constexpr std::int64_t kFewQueries = 24;      // up to this many go by rows
constexpr double kHuge = 1e36;
constexpr double kUnit = 1.0 / 16777216.0;    // 2^-24
constexpr float kInfinity = __builtin_inff();

inline double slack(std::int64_t dims) {
    const double du = double(dims) * kUnit;
    return du / (1.0 - du) + 8.0 * kUnit;
}

inline double underflow(std::int64_t dims) { return (2.0 * double(dims) + 8.0) * 1.5e-45; }

inline float rounded_up(double value) {
    const float nearest = float(value);
    return double(nearest) < value ? __builtin_nextafterf(nearest, kInfinity) : nearest;
}

inline float rounded_down(double value) {
    const float nearest = float(value);
    return double(nearest) > value ? __builtin_nextafterf(nearest, -kInfinity) : nearest;
}

// ---- The distance that decides -----------------------------------------------------------------

// Eight running sums, folded at the end: the order of additions search/distance.py prescribes.
template <typename Float>
double squared_distance(const Float* a, const Float* b, std::int64_t dims) {
    double sums[8] = {};
    std::int64_t i = 0;
    for (; i + 8 <= dims; i += 8)
        for (int lane = 0; lane < 8; ++lane) {
            const double difference = double(a[i + lane]) - double(b[i + lane]);
            sums[lane] += difference * difference;
        }
    for (int lane = 0; i + lane < dims; ++lane) {
        const double difference = double(a[i + lane]) - double(b[i + lane]);
        sums[lane] += difference * difference;
    }
    for (int half = 4; half > 0; half /= 2)
        for (int lane = 0; lane < half; ++lane) sums[lane] += sums[lane + half];
    return sums[0] == sums[0] ? sums[0] : __builtin_inf();
}

// Whole numbers: exact in any order. 8192 squares of at most 255^2 fit 32 bits.
double squared_distance(const std::uint8_t* a, const std::uint8_t* b, std::int64_t dims) {
    std::int64_t total = 0;
    for (std::int64_t start = 0; start < dims; start += 8192) {
        const int length = int(dims - start < 8192 ? dims - start : 8192);
        const std::uint8_t* p = a + start;
        const std::uint8_t* q = b + start;
        std::int32_t sum = 0;
        for (int i = 0; i < length; ++i) {
            const short difference = short(p[i] - q[i]);
            sum += difference * difference;
        }
        total += sum;
    }
    return double(total);
}

// ---- The k best so far -------------------------------------------------------------------------

// A max-heap by (squared distance, index), kept in the answer itself: the worst stands first.
struct Best {
    double* squared;
    std::int64_t* indices;
    std::int64_t k;

    void clear() {
        for (std::int64_t i = 0; i < k; ++i) {
            squared[i] = __builtin_inf();
            indices[i] = INT64_MAX;
        }
    }
    double worst() const { return squared[0]; }

    static bool before(double d, std::int64_t i, double e, std::int64_t j) {
        return d < e || (d == e && i < j);
    }

    void offer(double distance, std::int64_t index) {
        if (before(distance, index, squared[0], indices[0])) sift(0, k, distance, index);
    }

    // Let (distance, index) sink from `hole` in a heap of `size`.
    void sift(std::int64_t hole, std::int64_t size, double distance, std::int64_t index) {
        for (;;) {
            std::int64_t child = 2 * hole + 1;
            if (child >= size) break;
            if (child + 1 < size &&
                before(squared[child], indices[child], squared[child + 1], indices[child + 1]))
                ++child;
            if (!before(distance, index, squared[child], indices[child])) break;
            squared[hole] = squared[child];
            indices[hole] = indices[child];
            hole = child;
        }
        squared[hole] = distance;
        indices[hole] = index;
    }

    void sort() {
        for (std::int64_t last = k - 1; last > 0; --last) {
            const double distance = squared[last];
            const std::int64_t index = indices[last];
            squared[last] = squared[0];
            indices[last] = indices[0];
            sift(0, last, distance, index);
        }
    }
};

template <typename Element>
Best best_of(const SearchTask<Element>& task, std::int64_t query) {
    return {task.squared + query * task.k, task.indices + query * task.k, task.k};
}

// ---- Rows: few queries -------------------------------------------------------------------------

float filter_distance(const float* a, const float* b, std::int64_t dims) {
    Lanes s0 = {}, s1 = {}, s2 = {}, s3 = {};
    std::int64_t i = 0;
    for (; i + 4 * kLanes <= dims; i += 4 * kLanes) {
        const Lanes d0 = load(a + i) - load(b + i), d1 = load(a + i + kLanes) - load(b + i + kLanes);
        const Lanes d2 = load(a + i + 2 * kLanes) - load(b + i + 2 * kLanes);
        const Lanes d3 = load(a + i + 3 * kLanes) - load(b + i + 3 * kLanes);
        s0 = multiply_add(d0, d0, s0), s1 = multiply_add(d1, d1, s1);
        s2 = multiply_add(d2, d2, s2), s3 = multiply_add(d3, d3, s3);
    }
    for (; i + kLanes <= dims; i += kLanes) {
        const Lanes d = load(a + i) - load(b + i);
        s0 = multiply_add(d, d, s0);
    }
    float sum = total((s0 + s1) + (s2 + s3));
    for (; i < dims; ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
    return sum;
}

// Largest float32 sum of squares that does not yet prove a distance beyond `worst`.
inline float row_limit(double worst, std::int64_t dims) {
    return rounded_up(worst * (1.0 + 2.0 * slack(dims)) + underflow(dims));
}

void search_rows(const SearchTask<float>& task) {
    for (std::int64_t r = 0; r < task.n_references; ++r) {
        const float* reference = task.references + r * task.dims;
        for (std::int64_t q = 0; q < task.n_queries; ++q) {
            const float* query = task.queries + q * task.dims;
            Best best = best_of(task, q);
            // The limit is kept as a float32 in scratch: one per query, refreshed when `worst` changes.
            if (filter_distance(query, reference, task.dims) > task.scratch[q]) continue;
            best.offer(squared_distance(query, reference, task.dims), task.first_index + r);
            task.scratch[q] = row_limit(best.worst(), task.dims);
        }
    }
}

void search_rows(const SearchTask<std::uint8_t>& task) {
    for (std::int64_t r = 0; r < task.n_references; ++r)
        for (std::int64_t q = 0; q < task.n_queries; ++q)
            best_of(task, q).offer(squared_distance(task.queries + q * task.dims,
                                                    task.references + r * task.dims, task.dims),
                                   task.first_index + r);
}

// ---- Tiles: many queries -----------------------------------------------------------------------

// Rows become columns of a panel: panel[i * width + row] = rows[row][i], zeros beyond the last row.
template <typename Element>
void pack(const Element* rows, std::int64_t count, std::int64_t dims, int width, float* panels) {
    for (std::int64_t first = 0; first < count; first += width, panels += width * dims) {
        const std::int64_t filled = count - first < width ? count - first : width;
        for (std::int64_t i = 0; i < dims; ++i) {
            const Element* from = rows + first * dims + i;
            float* to = panels + i * width;
            for (std::int64_t row = 0; row < filled; ++row) to[row] = float(from[row * dims]);
            for (std::int64_t row = filled; row < width; ++row) to[row] = 0.0f;
        }
    }
}

template <typename Element>
double squared_norm(const Element* row, std::int64_t dims) {
    double sums[8] = {};
    for (std::int64_t i = 0; i < dims; ++i) sums[i % 8] += double(row[i]) * double(row[i]);
    return ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7]));
}

// (1 - e) |r|^2, or minus infinity where float32 products might overflow: such a row passes every filter.
inline float column_bound(double norm, std::int64_t dims) {
    return norm <= kHuge ? rounded_down((1.0 - slack(dims)) * norm) : -kInfinity;
}

inline float tile_limit(double worst, double query_norm, std::int64_t dims) {
    if (!(query_norm <= kHuge)) return kInfinity;
    return rounded_up(worst - (1.0 - slack(dims)) * query_norm + underflow(dims));
}

struct Tile {
    Lanes dots[kTileRows][2];
};

// Dot products of one panel of queries with one panel of references.
inline void multiply(const float* queries, const float* references, std::int64_t dims, Tile& tile) {
    Lanes sums[kTileRows][2] = {};
    for (std::int64_t i = 0; i < dims; ++i) {
        const Lanes left = load(references), right = load(references + kLanes);
#pragma GCC unroll 16
        for (int row = 0; row < kTileRows; ++row) {
            const Lanes query = spread(queries[row]);
            sums[row][0] = multiply_add(query, left, sums[row][0]);
            sums[row][1] = multiply_add(query, right, sums[row][1]);
        }
        references += kTileColumns;
        queries += kTileRows;
    }
#pragma GCC unroll 16
    for (int row = 0; row < kTileRows; ++row) {
        tile.dots[row][0] = sums[row][0];
        tile.dots[row][1] = sums[row][1];
    }
}

// Where the scratch of search_tiles() lies.
struct Layout {
    float* query_panels;
    float* limits;
    double* query_norms;
    float* reference_panels;
    float* bounds;
};

inline std::int64_t paneled(std::int64_t rows, std::int64_t width) { return (rows + width - 1) / width * width; }

inline std::int64_t block_rows(std::int64_t dims) {
    const std::int64_t rows = kBlockFloats / (dims > 0 ? dims : 1);
    return paneled(rows > 1 ? rows : 1, kTileColumns);
}

inline std::int64_t aligned(std::int64_t floats) { return (floats + 15) / 16 * 16; }

std::int64_t lay_out(float* scratch, std::int64_t n_queries, std::int64_t dims, Layout& layout) {
    const std::int64_t queries = paneled(n_queries, kTileRows), block = block_rows(dims);
    std::int64_t used = 0;
    layout.query_norms = reinterpret_cast<double*>(scratch);
    used += aligned(2 * queries);
    layout.query_panels = scratch + used;
    used += aligned(queries * dims);
    layout.limits = scratch + used;
    used += aligned(queries);
    layout.reference_panels = scratch + used;
    used += aligned(block * dims);
    layout.bounds = scratch + used;
    return used + aligned(block);
}

std::size_t scratch_floats(std::int64_t n_queries, std::int64_t dims) {
    Layout layout;
    return std::size_t(lay_out(nullptr, n_queries, dims, layout));
}

template <typename Element>
void search_tiles(const SearchTask<Element>& task) {
    const std::int64_t dims = task.dims, block = block_rows(dims);
    Layout layout;
    lay_out(task.scratch, task.n_queries, dims, layout);
    pack(task.queries, task.n_queries, dims, kTileRows, layout.query_panels);
    for (std::int64_t q = 0; q < task.n_queries; ++q) {
        layout.query_norms[q] = squared_norm(task.queries + q * dims, dims);
        layout.limits[q] = kInfinity;
    }
    for (std::int64_t start = 0; start < task.n_references; start += block) {
        const std::int64_t left = task.n_references - start, count = left < block ? left : block;
        const Element* references = task.references + start * dims;
        pack(references, count, dims, kTileColumns, layout.reference_panels);
        for (std::int64_t r = 0; r < paneled(count, kTileColumns); ++r)
            layout.bounds[r] =
                r < count ? column_bound(squared_norm(references + r * dims, dims), dims) : kInfinity;
        for (std::int64_t q = 0; q < task.n_queries; q += kTileRows) {
            const int rows = int(task.n_queries - q < kTileRows ? task.n_queries - q : kTileRows);
            for (std::int64_t r = 0; r < count; r += kTileColumns) {
                Tile tile;
                multiply(layout.query_panels + q * dims, layout.reference_panels + r * dims, dims, tile);
                for (int row = 0; row < rows; ++row)
                    for (int half = 0; half < 2; ++half) {
                        const std::int64_t first = r + half * kLanes;
                        const Lanes bound = load(layout.bounds + first) - 2.0f * tile.dots[row][half];
                        unsigned near = not_above(bound, layout.limits[q + row]);
                        for (; near; near &= near - 1) {
                            const std::int64_t column = first + __builtin_ctz(near);
                            if (column >= count) break;
                            Best best = best_of(task, q + row);
                            best.offer(squared_distance(task.queries + (q + row) * dims,
                                                        references + column * dims, dims),
                                       task.first_index + start + column);
                            layout.limits[q + row] =
                                tile_limit(best.worst(), layout.query_norms[q + row], dims);
                        }
                    }
            }
        }
    }
}

// ---- ------------------------------------------------------------------------------------------

template <typename Element>
void nearest(const SearchTask<Element>& task) {
    for (std::int64_t q = 0; q < task.n_queries; ++q) best_of(task, q).clear();
    if (task.n_queries <= kFewQueries) {
        for (std::int64_t q = 0; q < task.n_queries; ++q) task.scratch[q] = kInfinity;
        search_rows(task);
    } else {
        search_tiles(task);
    }
    for (std::int64_t q = 0; q < task.n_queries; ++q) best_of(task, q).sort();
}

}  // namespace
}  // namespace inknn
