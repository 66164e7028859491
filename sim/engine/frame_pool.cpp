// SPDX-License-Identifier: Apache-2.0
#include "engine/frame_pool.hpp"

#include <sys/mman.h>

#include <cstdlib>
#include <new>

namespace shardsim {
namespace {

constexpr std::size_t kHugePage = std::size_t{1} << 21;

// Slabs as large as a huge page are asked to be one: the frames of many processes are visited in no order, and each
// would else be looked up in another page.
std::byte* new_slab(std::size_t size) {
  void* memory = std::aligned_alloc(std::min(size, kHugePage), size);
  if (memory == nullptr) throw std::bad_alloc();
#ifdef MADV_HUGEPAGE
  if (size >= kHugePage) madvise(memory, size, MADV_HUGEPAGE);
#endif
  return static_cast<std::byte*>(memory);
}

}  // namespace

// NOLINTNEXTLINE(cppcoreguidelines-no-malloc): aligned_alloc's
void FramePool::FreeMemory::operator()(std::byte* memory) const { std::free(memory); }

void FramePool::add_slab(std::size_t size_class) {
  Class& its = classes_[size_class];
  const std::size_t block = (size_class + 1) * kGrain;
  const std::size_t size = std::exchange(its.next_slab, std::min(2 * its.next_slab, kHugePage));
  std::byte* memory = new_slab(size);
  slabs_.push_back({std::unique_ptr<std::byte[], FreeMemory>(memory), memory, memory + size / block * block, block});
  its.slab = slabs_.size();
}

FramePool::Header* FramePool::carve(std::size_t size_class) {
  const std::size_t number = classes_[size_class].slab;
  if (number == 0 || slabs_[number - 1].end == slabs_[number - 1].last) add_slab(size_class);
  Slab& slab = slabs_[classes_[size_class].slab - 1];
  bytes_ += slab.block;
  slab.end += slab.block;
  return ::new (slab.end - slab.block) Header{};
}

void* FramePool::allocate_alone(std::size_t size) {
  auto* block = ::new (::operator new(size + sizeof(Header))) Header{};
  alone_.push_back(block);
  bytes_ += size;
  block->pool = this;
  return block + 1;
}

void FramePool::release_alone(Header* block) {
  alone_.erase(std::find(alone_.begin(), alone_.end(), block));
  ::operator delete(block);
}

}  // namespace shardsim
