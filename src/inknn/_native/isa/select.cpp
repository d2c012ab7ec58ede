// Which instruction sets this CPU has, and which one is in use.
#include <atomic>
#include <stdexcept>

#include "table.hpp"

namespace inknn {

#ifdef INKNN_HAS_avx512
namespace avx512 {
extern const Kernels kernels;
}
#endif
#ifdef INKNN_HAS_avx2
namespace avx2 {
extern const Kernels kernels;
}
#endif
namespace baseline {
extern const Kernels kernels;
}

namespace {

// Best first.
std::vector<const Kernels*> available() {
    std::vector<const Kernels*> tables;
#ifdef INKNN_HAS_avx512
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("fma"))
        tables.push_back(&avx512::kernels);
#endif
#ifdef INKNN_HAS_avx2
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) tables.push_back(&avx2::kernels);
#endif
    tables.push_back(&baseline::kernels);
    return tables;
}

std::atomic<const Kernels*> in_use{available().front()};

}  // namespace

const Kernels& kernels_in_use() { return *in_use; }

std::vector<std::string> instruction_sets() {
    std::vector<std::string> names;
    for (const Kernels* table : available()) names.emplace_back(table->name);
    return names;
}

void use_instruction_set(const std::string& name) {
    for (const Kernels* table : available())
        if (name == table->name) {
            in_use = table;
            return;
        }
    throw std::invalid_argument("this CPU has no instruction set " + name);
}

}  // namespace inknn
