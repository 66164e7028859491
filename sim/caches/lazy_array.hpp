// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/mman.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <type_traits>

namespace shardsim {

/// So many zeros, which take memory only where they are written. Large ones in large pages, if the system has them, as
/// accesses are here and there.
template <class T>
class LazyArray {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

 public:
  LazyArray() = default;
  explicit LazyArray(std::size_t size) : data_(zeros(size * sizeof(T)), Free{size * sizeof(T)}) {}
  T& operator[](std::size_t i) { return data_.get()[i]; }
  const T& operator[](std::size_t i) const { return data_.get()[i]; }

 private:
  static constexpr std::size_t kLarge = std::size_t{4} << 20;
  static T* zeros(std::size_t bytes) {
    if (bytes == 0) return nullptr;
    void* data = nullptr;
    if (bytes < kLarge) {
      data = std::calloc(bytes, 1);
    } else if (data = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
               data == MAP_FAILED) {
      data = nullptr;
    } else {
      madvise(data, bytes, MADV_HUGEPAGE);
    }
    if (data == nullptr) throw std::bad_alloc();
    return static_cast<T*>(data);
  }
  struct Free {
    std::size_t bytes = 0;
    void operator()(T* data) const {
      if (bytes < kLarge)
        std::free(data);
      else
        munmap(data, bytes);
    }
  };
  std::unique_ptr<T, Free> data_;
};

}  // namespace shardsim
