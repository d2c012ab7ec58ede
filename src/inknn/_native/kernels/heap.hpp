// The k best neighbors so far; the order is that of search/topk.py.
#pragma once

#include <cstdint>

namespace inknn::INKNN_ISA {
namespace {

// A max-heap by (squared distance, index), kept in the result itself: the worst comes first.
struct Heap {
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

    // Take a neighbor in place of the worst, if it comes before it; whether it does.
    bool offer(double distance, std::int64_t index) {
        if (!before(distance, index, squared[0], indices[0])) return false;
        sift(0, k, distance, index);
        return true;
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

}  // namespace
}  // namespace inknn::INKNN_ISA
