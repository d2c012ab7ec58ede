// Gradient histograms of one image after the other; the twin of features/gradient.py, step by step.
//
// Sums run over pixels while the vector lanes run over directions, so that the order of additions, and with
// it every bit of the result, is the same on all instruction sets.
#include "../isa/lanes.hpp"
#include "kernels.hpp"

namespace inknn::INKNN_ISA {
namespace {

constexpr int kImageSide = 28;
constexpr float kNoEdge = 0.04f;  // features/gradient.py explains it
constexpr double kFlat = 1e-3;    // glyph/deskew.py explains
constexpr double kNarrow = 0.5;   // these two

// One number per direction, in as many vectors as it takes.
struct alignas(64) Directions {
    static constexpr int kParts = kMaxBins / kLanes;
    Lanes parts[kParts];

    // a * b rounds before it is added: fused, the result would depend on the instruction set.
    void add(float weight, const Directions& other) {
#pragma GCC unroll 4
        for (int i = 0; i < kParts; ++i) parts[i] += weight * other.parts[i];
    }
};

struct Moments {
    double x, y, slant, spread;
};

Moments moments_of(const std::uint8_t* image) {
    // All sums are of whole numbers, and exact.
    std::int64_t ink = 0, sum_x = 0, sum_y = 0, sum_xx = 0, sum_yy = 0, sum_xy = 0;
    for (int y = 0; y < kImageSide; ++y) {
        std::int32_t row = 0, row_x = 0, row_xx = 0;
        for (int x = 0; x < kImageSide; ++x) {
            const std::int32_t value = image[y * kImageSide + x];
            row += value;
            row_x += value * x;
            row_xx += value * (x * x);
        }
        ink += row;
        sum_x += row_x;
        sum_xx += row_xx;
        sum_y += row * y;
        sum_yy += row * y * y;
        sum_xy += row_x * y;
    }
    const double total = ink > 1 ? double(ink) : 1.0;
    const double x = double(sum_x) / total, y = double(sum_y) / total;
    const double variance_x = double(sum_xx) / total - x * x;
    const double variance_y = double(sum_yy) / total - y * y;
    const double covariance = double(sum_xy) / total - x * y;
    const double slant = variance_y <= kFlat ? 0.0 : covariance / variance_y;
    const double straight_x = (variance_x - 2 * slant * covariance) + slant * slant * variance_y;
    return {x, y, slant, __builtin_sqrt(straight_x > kNarrow ? straight_x : kNarrow)};
}

// The straightened image inside a black frame one pixel wide, which Sobel's operator needs.
struct Straightened {
    int stride;  // side + 2
    float pixels[(kMaxSide + 2) * (kMaxSide + 2)];
};

// Whole part and fraction of a position, clipped to -2 .. length, where all is black anyway. Adding 2 makes
// it positive, so that cutting off the fraction is flooring, without a call to the library.
inline int split(double position, int length, float& fraction) {
    const double inside = position > -2.0 ? (position < length ? position : length) : -2.0;
    const int whole = int(inside + 2.0) - 2;
    fraction = float(inside - whole);
    return whole;
}

void straighten(const std::uint8_t* image, const GradientPlan& plan, Straightened& out) {
    const Moments m = moments_of(image);
    const double scale = plan.evening == 0 ? 1 : __builtin_pow(m.spread / plan.spread, plan.evening);
    const int side = plan.side, stride = out.stride = side + 2;
    const double middle = (side - 1) / 2.0;
    float line[kImageSide + 4] = {};
    for (int i = 0; i < stride * stride; ++i) out.pixels[i] = 0.0f;

    for (int v = 0; v < side; ++v) {
        const double row = m.y + (v - middle);
        float down;
        const int above = split(row, kImageSide, down);
        if (above < -1 || above >= kImageSide) continue;
        const std::uint8_t* a = above >= 0 ? image + above * kImageSide : nullptr;
        const std::uint8_t* b = above + 1 < kImageSide ? image + (above + 1) * kImageSide : nullptr;
        for (int x = 0; x < kImageSide; ++x)
            line[2 + x] = (1.0f - down) * (a ? float(a[x]) : 0.0f) + down * (b ? float(b[x]) : 0.0f);

        const double first = m.x + m.slant * (row - m.y);
        float* to = out.pixels + (v + 1) * stride + 1;
        for (int u = 0; u < side; ++u) {
            float right;
            const int left = split(first + scale * (u - middle), kImageSide, right);
            to[u] = (1.0f - right) * line[2 + left] + right * line[3 + left];
        }
    }
}

// atan(x) / (2 pi x) as a polynomial in x^2 on 0..1: a Chebyshev fit, off by 3e-8 turns at most.
inline float turns_of_octant(float tangent) {
    const float z = tangent * tangent;
    float p = -7.430583501e-04f;
    p = p * z + 3.846168518e-03f;
    p = p * z + -9.448567548e-03f;
    p = p * z + 1.576604288e-02f;
    p = p * z + -2.230808795e-02f;
    p = p * z + 3.178202523e-02f;
    p = p * z + -5.304946153e-02f;
    p = p * z + 1.591549268e-01f;
    return p * tangent;
}

// Sobel's derivatives along one row, as edge strength and direction in bins, 0 <= position <= bins.
void edges_of_row(const float* middle, int stride, const GradientPlan& plan, float* strength,
                  float* position) {
    const int side = plan.side;
    const float* above = middle - stride;
    const float* below = middle + stride;
    for (int x = 0; x < side; ++x) {
        const float dx = (above[x + 1] - above[x - 1]) + 2 * (middle[x + 1] - middle[x - 1]) +
                         (below[x + 1] - below[x - 1]);
        const float dy =
            (below[x - 1] - above[x - 1]) + 2 * (below[x] - above[x]) + (below[x + 1] - above[x + 1]);
        const float ax = __builtin_fabsf(dx), ay = __builtin_fabsf(dy);
        const float larger = ax > ay ? ax : ay, smaller = ax > ay ? ay : ax;
        float turns = turns_of_octant(smaller / (larger > 0.0f ? larger : 1.0f));
        turns = ay > ax ? 0.25f - turns : turns;
        turns = dx < 0.0f ? 0.5f - turns : turns;
        turns = dy < 0.0f ? 1.0f - turns : turns;
        const float length = __builtin_sqrtf(dx * dx + dy * dy);
        strength[x] = length < kNoEdge ? 0.0f : length;
        position[x] = turns * float(plan.bins);
    }
    if (plan.root_of_strength)
        for (int x = 0; x < side; ++x) strength[x] = __builtin_sqrtf(strength[x]);
}

// The pixels of one row that have an edge, its strength shared between the two nearest directions.
struct Edges {
    int count;
    int column[kMaxSide];
    alignas(64) float strength[kMaxSide][kMaxBins];
};

void edges_by_direction(const float* strength, const float* position, int side, int bins, Edges& edges) {
    int count = 0;
    for (int x = 0; x < side; ++x) {
        if (strength[x] == 0.0f) continue;
        const int floor = int(position[x]);
        const float upper = strength[x] * (position[x] - float(floor));
        const int lower_bin = floor < bins ? floor : 0;
        float* shared = edges.strength[count];
        for (int bin = 0; bin < kMaxBins; ++bin) shared[bin] = 0.0f;
        shared[lower_bin] = strength[x] - upper;
        shared[lower_bin + 1 < bins ? lower_bin + 1 : 0] += upper;
        edges.column[count++] = x;
    }
    edges.count = count;
}

// sums[g] = sum of weights[g][column] * strength over the edges of one row, for `Group` windows at once so
// that each edge is loaded once.
template <int Group>
inline void pool_group(const Edges& edges, const float* weights, int side, Directions* sums) {
    Directions totals[Group] = {};
    for (int e = 0; e < edges.count; ++e) {
        Directions edge;
        __builtin_memcpy(&edge, edges.strength[e], sizeof edge);
        const float* weight = weights + edges.column[e];
#pragma GCC unroll 4
        for (int g = 0; g < Group; ++g) totals[g].add(weight[g * side], edge);
    }
#pragma GCC unroll 4
    for (int g = 0; g < Group; ++g) sums[g] = totals[g];
}

void pool_row(const Edges& edges, const float* weights, int points, int side, Directions* sums) {
    constexpr int kGroup = kLanes > 4 ? 4 : 2;  // totals and one edge fit the registers
    int g = 0;
    for (; g + kGroup <= points; g += kGroup) pool_group<kGroup>(edges, weights + g * side, side, sums + g);
    for (; g < points; ++g) pool_group<1>(edges, weights + g * side, side, sums + g);
}

// Square root and unit length of one grid's histogram.
void finish(float* histogram, int length) {
    double squared = 0.0;
    for (int i = 0; i < length; ++i) {
        squared += double(histogram[i]);  // the root is not taken yet
        histogram[i] = __builtin_sqrtf(histogram[i]);
    }
    const float norm = __builtin_sqrtf(float(squared)) + 1e-6f;
    for (int i = 0; i < length; ++i) histogram[i] /= norm;
}

void histograms_of(const std::uint8_t* image, const GradientPlan& plan, float* histogram) {
    const int side = plan.side, bins = plan.bins;
    Straightened straight;
    straighten(image, plan, straight);

    Directions cells[kMaxCells];
    int n_cells = 0;
    for (int grid = 0; grid < plan.n_grids; ++grid) n_cells += plan.points[grid] * plan.points[grid];
    for (int i = 0; i < n_cells; ++i) cells[i] = Directions{};
    float strength[kMaxSide], position[kMaxSide];
    Edges edges;
    Directions sums[kMaxPoints];
    for (int y = 0; y < side; ++y) {
        const float* row = straight.pixels + (y + 1) * straight.stride + 1;
        edges_of_row(row, straight.stride, plan, strength, position);
        edges_by_direction(strength, position, side, bins, edges);
        if (edges.count == 0) continue;
        const float* weights = plan.weights;
        Directions* cell = cells;
        for (int grid = 0; grid < plan.n_grids; ++grid) {
            const int points = plan.points[grid];
            pool_row(edges, weights, points, side, sums);
            for (int gy = 0; gy < points; ++gy) {
                const float weight = weights[gy * side + y];
                for (int gx = 0; gx < points; ++gx) (cell++)->add(weight, sums[gx]);
            }
            weights += points * side;
        }
    }

    const Directions* cell = cells;
    for (int grid = 0; grid < plan.n_grids; ++grid) {
        const int length = plan.points[grid] * plan.points[grid] * bins;
        for (int i = 0; i < length; i += bins, ++cell)
            __builtin_memcpy(histogram + i, cell, bins * sizeof(float));
        finish(histogram, length);
        histogram += length;
    }
}

}  // namespace

void gradient_histograms(const std::uint8_t* images, std::int64_t count, const GradientPlan& plan,
                         float* histograms) {
    std::int64_t length = 0;
    for (int grid = 0; grid < plan.n_grids; ++grid)
        length += std::int64_t(plan.points[grid]) * plan.points[grid] * plan.bins;
    for (std::int64_t i = 0; i < count; ++i)
        histograms_of(images + i * kImageSide * kImageSide, plan, histograms + i * length);
}

}  // namespace inknn::INKNN_ISA
