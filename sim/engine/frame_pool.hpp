// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <vector>

namespace shardsim {

/// Slab for coroutine frames: freed blocks are kept by size class and handed out again, so a running simulation
/// allocates nothing. Memory returns to the system with the pool.
class FramePool {
 public:
  void* allocate(std::size_t size) {
    const std::size_t size_class = class_of(size);
    if (size_class >= kClasses) return ::operator new(size);
    Free*& head = free_[size_class];
    if (head == nullptr) return carve((size_class + 1) * kGrain);
    Free* block = head;
    head = block->next;
    return block;
  }

  void release(void* block, std::size_t size) {
    const std::size_t size_class = class_of(size);
    if (size_class >= kClasses) return ::operator delete(block);
    free_[size_class] = ::new (block) Free{free_[size_class]};
  }

 private:
  struct Free {
    Free* next;
  };
  static constexpr std::size_t kGrain = 64;
  static constexpr std::size_t kClasses = 64;
  static constexpr std::size_t kSlab = std::size_t{1} << 18;

  static std::size_t class_of(std::size_t size) { return (size - 1) / kGrain; }

  void* carve(std::size_t size) {
    if (left_ < size) {
      slabs_.push_back(std::make_unique<std::byte[]>(kSlab));
      cursor_ = slabs_.back().get();
      left_ = kSlab;
    }
    void* block = cursor_;
    cursor_ += size;
    left_ -= size;
    return block;
  }

  std::array<Free*, kClasses> free_{};
  std::vector<std::unique_ptr<std::byte[]>> slabs_;
  std::byte* cursor_ = nullptr;
  std::size_t left_ = 0;
};

}  // namespace shardsim
