// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "engine/units.hpp"

namespace shardsim {

/// Pending events, earliest first. Order of simultaneous events: first scheduled is first fired.
///
/// Simulated time never goes back, so a monotone queue will do: a hierarchical timing wheel (G. Varghese, T. Lauck,
/// SOSP 1987) whose slots lie by the highest digit, to base 64, in which a time differs from one already reached, as in
/// a radix heap (R. K. Ahuja et al., J. ACM 37(2), 1990). An event that is alone in the lowest slot is the next one;
/// several are spread over lower slots first. Every event moves at most once a digit, about twice in practice: push and
/// pop take amortised constant time, whatever the number of pending events. Events of one time share their slot and
/// stay in the order of scheduling, as each move keeps it.
class EventQueue {
 public:
  /// What to do is opaque here: Simulation packs a coroutine or a timer into `target`.
  struct Event {
    Time time;
    std::uintptr_t target = 0;
  };

  bool empty() const { return levels_ == 0 && next_due_ == due_.size; }

  /// Precondition: `time` is neither negative nor before that of the event popped last.
  void push(Time time, std::uintptr_t target) { put({key(time), target}); }
  /// Fires after all events of its time that were pushed by push(), whenever that was.
  void push_last(Time time, std::uintptr_t target) { put({key(time) | kLast, target}); }

  /// Precondition: not empty.
  Event pop() {
    if (next_due_ == due_.size) {
      Slot& slot = take_lowest_slot();
      if (slot.size == 1) {
        const Entry next = slot.entries[0];
        slot.size = 0;
        reached_ = next.key;
        return event(next);
      }
      spread(slot);
    }
    return event(due_.entries[next_due_++]);
  }

  /// Calls f(target) for each event, in no particular order.
  template <class F>
  void for_each(F f) const {
    for (std::uint32_t i = next_due_; i < due_.size; ++i) f(due_.entries[i].target);
    for (const Slot& slot : slots_)
      for (std::uint32_t i = 0; i < slot.size; ++i) f(slot.entries[i].target);
  }

  /// What to do at one of the next events, probably the very next; 0 if there is none.
  std::uintptr_t likely_next() const {
    if (next_due_ != due_.size) return due_.entries[next_due_].target;
    if (levels_ == 0) return 0;
    const auto level = static_cast<std::size_t>(std::countr_zero(levels_));
    const auto digit = static_cast<std::size_t>(std::countr_zero(digits_[level]));
    return slots_[level * kDigits + digit].entries[0].target;
  }

 private:
  // Twice the time, and 1 more for what comes last.
  using Key = std::uint64_t;
  static constexpr Key kLast = 1;
  static Key key(Time time) { return static_cast<Key>(time.time_since_epoch().count()) << 1; }

  struct Entry {
    Key key;
    std::uintptr_t target;
  };
  static Event event(const Entry& e) { return {Time(Duration(static_cast<Duration::rep>(e.key >> 1))), e.target}; }

  // A vector of half the size, whose way to grow is out of the way: with std::vector, every push would save registers
  // for a reallocation that a running simulation no longer needs.
  struct Slot {
    std::unique_ptr<Entry[]> entries;
    std::uint32_t size = 0;
    std::uint32_t capacity = 0;

    [[gnu::always_inline]] void push_back(Entry e) {
      if (size == capacity) [[unlikely]]
        return grow_and_push_back(e);
      entries[size++] = e;
    }
    [[gnu::noinline, gnu::cold]] void release() {
      entries.reset();
      capacity = 0;
    }
    [[gnu::noinline, gnu::cold]] void grow_and_push_back(Entry e) {
      const std::uint32_t more = capacity == 0 ? 4 : 2 * capacity;
      auto larger = std::make_unique_for_overwrite<Entry[]>(more);
      std::copy_n(entries.get(), size, larger.get());
      entries = std::move(larger);
      capacity = more;
      entries[size++] = e;
    }
  };

  // Room for more is let go as soon as it is empty: with all that every slot ever had, pending events would not stay in
  // the processor's cache.
  static constexpr std::uint32_t kKept = 16;

  static constexpr std::size_t kDigitBits = 6;
  static constexpr std::size_t kDigits = std::size_t{1} << kDigitBits;
  static constexpr std::size_t kLevels = 64 / kDigitBits + 1;

  [[gnu::always_inline]] void put(Entry e) {
    const Key differs = e.key ^ reached_;
    if (differs == 0) return due_.push_back(e);
    const std::size_t level = static_cast<std::size_t>(63 - std::countl_zero(differs)) / kDigitBits;
    const std::size_t digit = (e.key >> (level * kDigitBits)) % kDigits;
    levels_ |= std::uint64_t{1} << level;
    digits_[level] |= std::uint64_t{1} << digit;
    slots_[level * kDigits + digit].push_back(e);
  }

  Slot& take_lowest_slot() {
    const auto level = static_cast<std::size_t>(std::countr_zero(levels_));
    const auto digit = static_cast<std::size_t>(std::countr_zero(digits_[level]));
    digits_[level] &= digits_[level] - 1;
    if (digits_[level] == 0) levels_ &= levels_ - 1;
    return slots_[level * kDigits + digit];
  }

  // The earliest of the slot are due, the others go to lower slots.
  void spread(Slot& slot) {
    due_.size = next_due_ = 0;
    const Entry* const end = slot.entries.get() + slot.size;
    reached_ = slot.entries[0].key;
    for (const Entry* e = slot.entries.get(); e != end; ++e) reached_ = e->key < reached_ ? e->key : reached_;
    for (const Entry* e = slot.entries.get(); e != end; ++e) put(*e);
    slot.size = 0;
    if (slot.capacity > kKept) [[unlikely]]
      slot.release();
  }

  Key reached_ = 0;  // by the event popped last, or due
  Slot due_;         // from next_due_ on: key = reached_
  std::uint32_t next_due_ = 0;
  std::array<Slot, kLevels * kDigits> slots_;
  std::array<std::uint64_t, kLevels> digits_{};  // of a level: a bit for each slot that holds something
  std::uint64_t levels_ = 0;                     // a bit for each level that does
};

}  // namespace shardsim
