// Rows of a digit, worked on as a whole.
#pragma once

#include <cstdint>
#include <cstring>

namespace inknn::INKNN_ISA {
namespace {

constexpr int kWorked = 32;  // columns of a row worked on at once: 28, a few more

template <int kBytes>
inline bool is_blank(const void* from) {
    std::uint64_t words[kBytes / 8], any = 0;
    std::memcpy(words, from, sizeof words);
    for (const std::uint64_t word : words) any |= word;
    return !any;
}

}  // namespace
}  // namespace inknn::INKNN_ISA
