// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace shardsim {

/// Slab for coroutine frames: freed ones are kept by size class and handed out again, so a running simulation allocates
/// nothing. Memory returns to the system with the pool. It knows which frames are in use, without a list of them.
class FramePool {
 public:
  void* allocate(std::size_t size) {
    const std::size_t size_class = class_of(size);
    if (size_class >= kClasses) return allocate_alone(size);
    Header*& head = classes_[size_class].free;
    Header* block = head;
    if (block == nullptr) [[unlikely]]
      block = carve(size_class);
    else
      head = block->next_free;
    block->pool = this;
    block->in_use = true;
    return block + 1;
  }

  static void release(void* frame, std::size_t size) {
    Header* block = static_cast<Header*>(frame) - 1;
    FramePool& pool = *block->pool;
    const std::size_t size_class = class_of(size);
    if (size_class >= kClasses) return pool.release_alone(block);
    block->in_use = false;
    block->next_free = std::exchange(pool.classes_[size_class].free, block);
  }

  /// Calls `use(frame)` for each frame in use; it may be released by that.
  template <class Use>
  void for_each_in_use(const Use& use) {
    for (std::size_t i = 0; i < slabs_.size(); ++i)
      for (std::byte* at = slabs_[i].memory.get(); at != slabs_[i].end; at += slabs_[i].block)
        if (auto* block = reinterpret_cast<Header*>(at); block->in_use) use(static_cast<void*>(block + 1));
    while (!alone_.empty()) use(static_cast<void*>(alone_.back() + 1));
  }

  /// Memory that frames ever had at one time.
  std::size_t bytes() const { return bytes_; }

 private:
  // Before each frame. Its pool is found from the frame alone, so that no global is needed to free it.
  struct alignas(std::max_align_t) Header {
    union {
      FramePool* pool;    // in use
      Header* next_free;  // else
    };
    bool in_use;
  };
  static constexpr std::size_t kFirstSlab = std::size_t{1} << 16;
  struct Class {
    Header* free = nullptr;
    std::size_t slab = 0;                // the one to carve from, from 1; 0: none yet
    std::size_t next_slab = kFirstSlab;  // bytes
  };
  struct FreeMemory {
    void operator()(std::byte* memory) const;
  };
  struct Slab {
    std::unique_ptr<std::byte[], FreeMemory> memory;
    std::byte* end;   // of the blocks carved from it
    std::byte* last;  // of all that there is room for
    std::size_t block;
  };
  static constexpr std::size_t kGrain = 64;
  static constexpr std::size_t kClasses = 64;

  static std::size_t class_of(std::size_t size) { return (size + sizeof(Header) - 1) / kGrain; }

  Header* carve(std::size_t size_class);
  void add_slab(std::size_t size_class);
  void* allocate_alone(std::size_t size);
  void release_alone(Header* block);

  std::array<Class, kClasses> classes_{};
  std::vector<Slab> slabs_;
  std::vector<Header*> alone_;  // too large for a slab
  std::size_t bytes_ = 0;
};

}  // namespace shardsim
