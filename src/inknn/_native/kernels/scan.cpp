// Exact k nearest neighbors by squared Euclidean distance; the twin of search/brute.py.
//
// Filter and refine. A float32 lower bound of each distance is compared with the k-th best distance found
// so far; only where it does not exceed it, the distance is computed as search/distance.py defines it,
// in float64 and in a fixed order, and that number alone decides. The result therefore depends neither on
// the order in which references are visited nor on the instruction set.
//
// Two ways to filter:
//   - rows: each reference is read once and compared with every query. Heap for few queries, where
//     reading the references is what takes the time.
//   - tiles: references and queries are packed into panels, and a register tile of dot products is
//     computed at a time (Goto & van de Geijn, "Anatomy of high-performance matrix multiplication",
//     2008). No distance is ever stored.
// The proof that the bounds hold is in search/rounding.py.
#include "../isa/lanes.hpp"
#include "distance.hpp"
#include "heap.hpp"
#include "kernels.hpp"
#include "rounding.hpp"

namespace inknn::INKNN_ISA {
namespace {

constexpr int kTileColumns = 2 * kLanes;          // references in a register tile
constexpr std::int64_t kBlockFloats = 48 * 1024;  // of packed references: 192 kB, about half a small L2
constexpr std::int64_t kFewQueries = 24;          // up to this many go by rows

template <typename Element>
Heap heap_of(const ScanTask<Element>& task, std::int64_t query) {
    return {task.squared + query * task.k, task.indices + query * task.k, task.k};
}

// What float32 filters: the number itself, but of float64 its rounding. The proof is in search/rounding.py.
template <typename Element>
inline float narrowed(const ScanTask<Element>&, Element number, std::int64_t) {
    return float(number);
}
inline float narrowed(const ScanTask<double>& task, double number, std::int64_t i) {
    return float((number - task.center[i]) * task.scale);
}

template <typename Element>
constexpr bool kIsNarrowed = false;
template <>
constexpr bool kIsNarrowed<double> = true;

// A squared distance in the unit of the filter.
template <typename Element>
inline double in_units(const ScanTask<Element>&, double squared) {
    return squared;
}
inline double in_units(const ScanTask<double>& task, double squared) {
    // Smaller squares than this may have lost digits, or vanished.
    return (squared > 1e-290 ? squared : 1e-290) * task.scale * task.scale * (1.0 + 1e-9);
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

void search_rows(const ScanTask<float>& task) {
    for (std::int64_t r = 0; r < task.n_references; ++r) {
        const float* reference = task.references + r * task.dims;
        for (std::int64_t q = 0; q < task.n_queries; ++q) {
            const float* query = task.queries + q * task.dims;
            Heap best = heap_of(task, q);
            // The limit is kept as a float32 in scratch: one per query, refreshed when `worst` changes.
            if (filter_distance(query, reference, task.dims) > task.scratch[q]) continue;
            best.offer(squared_distance(query, reference, task.dims), task.first_index + r);
            task.scratch[q] = sum_limit(best.worst(), task.dims);
        }
    }
}

void search_rows(const ScanTask<std::uint8_t>& task) {
    for (std::int64_t r = 0; r < task.n_references; ++r)
        for (std::int64_t q = 0; q < task.n_queries; ++q)
            heap_of(task, q).offer(
                squared_distance(task.queries + q * task.dims, task.references + r * task.dims, task.dims),
                task.first_index + r);
}

// ---- Tiles: many queries -----------------------------------------------------------------------

// Rows become columns of a panel: panel[i * width + row] = rows[row][i], zeros beyond the last row.
template <typename Element>
void pack(const ScanTask<Element>& task, const Element* rows, std::int64_t count, int width, float* panels) {
    const std::int64_t dims = task.dims;
    for (std::int64_t first = 0; first < count; first += width, panels += width * dims) {
        const std::int64_t filled = count - first < width ? count - first : width;
        for (std::int64_t i = 0; i < dims; ++i) {
            const Element* from = rows + first * dims + i;
            float* to = panels + i * width;
            for (std::int64_t row = 0; row < filled; ++row) to[row] = narrowed(task, from[row * dims], i);
            for (std::int64_t row = filled; row < width; ++row) to[row] = 0.0f;
        }
    }
}

template <typename Element>
double squared_norm(const ScanTask<Element>& task, const Element* row) {
    double sums[8] = {};
    for (std::int64_t i = 0; i < task.dims; ++i) {
        const double number = narrowed(task, row[i], i);
        sums[i % 8] += number * number;
    }
    return ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7]));
}

// (1 - e) |r|^2, or minus infinity where float32 products might overflow: such a row passes every filter.
inline float column_bound(double norm, double e) {
    return norm <= kHuge ? rounded_down((1.0 - e) * norm) : -kInfinity;
}

inline float tile_limit(double worst, double query_norm, double e, std::int64_t dims) {
    if (!(query_norm <= kHuge)) return kInfinity;
    return rounded_up(worst - (1.0 - e) * query_norm + underflow(dims));
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

// The parts of the scratch of search_tiles().
struct Layout {
    float* query_panels;
    float* limits;
    double* query_norms;
    float* reference_panels;
    float* bounds;
};

inline std::int64_t block_rows(std::int64_t dims) {
    const std::int64_t rows = kBlockFloats / (dims > 0 ? dims : 1);
    return padded(rows > 1 ? rows : 1, kTileColumns);
}

inline std::int64_t aligned(std::int64_t floats) { return (floats + 15) / 16 * 16; }

std::int64_t lay_out(float* scratch, std::int64_t n_queries, std::int64_t dims, Layout& layout) {
    const std::int64_t queries = padded(n_queries, kTileRows), block = block_rows(dims);
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

template <typename Element>
void search_tiles(const ScanTask<Element>& task) {
    const std::int64_t dims = task.dims, block = block_rows(dims);
    const double e = relative_error(dims, kIsNarrowed<Element>);
    Layout layout;
    lay_out(task.scratch, task.n_queries, dims, layout);
    pack(task, task.queries, task.n_queries, kTileRows, layout.query_panels);
    for (std::int64_t q = 0; q < task.n_queries; ++q) {
        layout.query_norms[q] = squared_norm(task, task.queries + q * dims);
        layout.limits[q] = kInfinity;
    }
    for (std::int64_t start = 0; start < task.n_references; start += block) {
        const std::int64_t left = task.n_references - start, count = left < block ? left : block;
        const Element* references = task.references + start * dims;
        pack(task, references, count, kTileColumns, layout.reference_panels);
        for (std::int64_t r = 0; r < padded(count, kTileColumns); ++r)
            layout.bounds[r] =
                r < count ? column_bound(squared_norm(task, references + r * dims), e) : kInfinity;
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
                            Heap best = heap_of(task, q + row);
                            best.offer(squared_distance(task.queries + (q + row) * dims,
                                                        references + column * dims, dims),
                                       task.first_index + start + column);
                            layout.limits[q + row] = tile_limit(in_units(task, best.worst()),
                                                                layout.query_norms[q + row], e, dims);
                        }
                    }
            }
        }
    }
}

template <typename Element>
void search(const ScanTask<Element>& task) {
    if (task.n_queries <= kFewQueries) {
        for (std::int64_t q = 0; q < task.n_queries; ++q) task.scratch[q] = kInfinity;
        search_rows(task);
    } else {
        search_tiles(task);
    }
}

void search(const ScanTask<double>& task) { search_tiles(task); }  // rows would be narrowed for each query

}  // namespace

std::size_t scan_scratch_floats(std::int64_t n_queries, std::int64_t dims) {
    Layout layout;
    return std::size_t(lay_out(nullptr, n_queries, dims, layout));
}

template <typename Element>
void scan(const ScanTask<Element>& task) {
    for (std::int64_t q = 0; q < task.n_queries; ++q) heap_of(task, q).clear();
    search(task);
    for (std::int64_t q = 0; q < task.n_queries; ++q) heap_of(task, q).sort();
}

template void scan(const ScanTask<float>& task);
template void scan(const ScanTask<double>& task);
template void scan(const ScanTask<std::uint8_t>& task);

}  // namespace inknn::INKNN_ISA
