// Arrays as the bindings take them, and what all of them check.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <stdexcept>

#include "../isa/table.hpp"

namespace nb = nanobind;

namespace inknn {

template <typename T, int Dims>
using Array = nb::ndarray<T, nb::ndim<Dims>, nb::c_contig, nb::device::cpu>;

using Rows = nb::ndarray<nb::ro, nb::ndim<2>, nb::c_contig, nb::device::cpu>;  // of any type

inline void require(bool held, const char* what) {
    if (!held) throw std::invalid_argument(what);
}

// Numbers for a kernel to work with, aligned to a cache line.
class Scratch {
    struct Free {
        void operator()(float* floats) const { ::operator delete[](floats, std::align_val_t(64)); }
    };
    std::unique_ptr<float, Free> floats;

  public:
    explicit Scratch(std::size_t count)
        : floats(static_cast<float*>(::operator new[](count * sizeof(float), std::align_val_t(64)))) {}
    float* get() const { return floats.get(); }
};

// Each adds its functions to the module.
void bind_gradient(nb::module_& module);
void bind_scan(nb::module_& module);
void bind_index(nb::module_& module);
void bind_metrics(nb::module_& module);

}  // namespace inknn
