// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

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
    std::uintptr_t target;
  };

  bool empty() const { return levels_ == 0 && next_due_ == due_.size(); }

  /// Precondition: `time` is neither negative nor before that of the event popped last.
  void push(Time time, std::uintptr_t target) { put({key(time), target}); }
  /// Fires after all events of its time that were pushed by push(), whenever that was.
  void push_last(Time time, std::uintptr_t target) { put({key(time) | kLast, target}); }

  /// Precondition: not empty.
  Event pop() {
    if (next_due_ == due_.size()) {
      std::vector<Entry>& slot = take_lowest_slot();
      if (slot.size() == 1) {
        const Entry next = slot.front();
        slot.clear();
        reached_ = next.key;
        return event(next);
      }
      spread(slot);
    }
    return event(due_[next_due_++]);
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

  static constexpr std::size_t kDigitBits = 6;
  static constexpr std::size_t kDigits = std::size_t{1} << kDigitBits;
  static constexpr std::size_t kLevels = 64 / kDigitBits + 1;

  void put(const Entry& e) {
    const Key differs = e.key ^ reached_;
    if (differs == 0) return due_.push_back(e);
    const std::size_t level = static_cast<std::size_t>(63 - std::countl_zero(differs)) / kDigitBits;
    const std::size_t digit = (e.key >> (level * kDigitBits)) % kDigits;
    levels_ |= std::uint64_t{1} << level;
    digits_[level] |= std::uint64_t{1} << digit;
    slots_[level * kDigits + digit].push_back(e);
  }

  std::vector<Entry>& take_lowest_slot() {
    const auto level = static_cast<std::size_t>(std::countr_zero(levels_));
    const auto digit = static_cast<std::size_t>(std::countr_zero(digits_[level]));
    digits_[level] &= digits_[level] - 1;
    if (digits_[level] == 0) levels_ &= levels_ - 1;
    return slots_[level * kDigits + digit];
  }

  // The earliest of the slot are due, the others go to lower slots.
  void spread(std::vector<Entry>& slot) {
    due_.clear();
    next_due_ = 0;
    reached_ = slot.front().key;
    for (const Entry& e : slot) reached_ = e.key < reached_ ? e.key : reached_;
    for (const Entry& e : slot) put(e);
    slot.clear();
  }

  Key reached_ = 0;         // by the event popped last, or due
  std::vector<Entry> due_;  // from next_due_ on: key = reached_
  std::size_t next_due_ = 0;
  std::array<std::vector<Entry>, kLevels * kDigits> slots_;
  std::array<std::uint64_t, kLevels> digits_{};  // of a level: a bit for each slot that holds something
  std::uint64_t levels_ = 0;                     // a bit for each level that does
};

}  // namespace shardsim
