// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/units.hpp"

namespace shardsim {

/// Pending events, earliest first. Order of simultaneous events: (time, sequence of scheduling), so first scheduled is
/// first fired. push and pop are O(log n) on a 4-ary heap.
class EventQueue {
 public:
  /// What to do is opaque here: Simulation packs a coroutine or a timer into `target`.
  struct Event {
    Time time;
    std::uint64_t sequence;
    std::uintptr_t target;
  };

  bool empty() const { return heap_.empty(); }
  std::size_t size() const { return heap_.size(); }
  Time next_time() const { return heap_.front().time; }

  void push(Time time, std::uintptr_t target) { push({time, next_sequence_++, target}); }
  /// Fires after all events of its time that were pushed by push(), whenever that was.
  void push_last(Time time, std::uintptr_t target) { push({time, kLast | next_sequence_++, target}); }

  /// Precondition: not empty.
  Event pop() {
    const Event top = heap_.front();
    const Event last = heap_.back();
    heap_.pop_back();
    if (!heap_.empty()) sift_up(hole_to_leaf(), last);
    return top;
  }

 private:
  static constexpr std::uint64_t kLast = std::uint64_t{1} << 63;

  void push(const Event& event) {
    heap_.push_back(event);
    sift_up(heap_.size() - 1, event);
  }

  static bool before(const Event& a, const Event& b) { return key(a) < key(b); }
  __extension__ using Key = unsigned __int128;
  // One comparison of (time, sequence) without a branch; times are never negative.
  static Key key(const Event& e) {
    return (static_cast<Key>(static_cast<std::uint64_t>(e.time.time_since_epoch().count())) << 64) | e.sequence;
  }

  void sift_up(std::size_t hole, const Event& event) {
    while (hole > 0) {
      const std::size_t parent = (hole - 1) / 4;
      if (!before(event, heap_[parent])) break;
      heap_[hole] = heap_[parent];
      hole = parent;
    }
    heap_[hole] = event;
  }

  // Walks the hole at the root down to a leaf, choosing among children by arithmetic and without looking at the entry
  // that will fill it (nearly always a late one): no branch to mispredict on each level.
  std::size_t hole_to_leaf() {
    const std::size_t n = heap_.size();
    std::size_t hole = 0;
    std::size_t child = 1;
    while (child + 3 < n) {
      const Event* c = &heap_[child];
      std::size_t left = static_cast<std::size_t>(before(c[1], c[0]));
      const std::size_t right = 2 + static_cast<std::size_t>(before(c[3], c[2]));
      left ^= (left ^ right) & -static_cast<std::size_t>(before(c[right], c[left]));
      heap_[hole] = c[left];
      hole = child + left;
      child = 4 * hole + 1;
    }
    if (child < n) {
      std::size_t best = child;
      for (std::size_t k = child + 1; k < n; ++k)
        if (before(heap_[k], heap_[best])) best = k;
      heap_[hole] = heap_[best];
      hole = best;
    }
    return hole;
  }

  std::vector<Event> heap_;
  std::uint64_t next_sequence_ = 0;
};

}  // namespace shardsim
