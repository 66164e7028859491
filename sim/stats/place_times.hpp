// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "engine/units.hpp"

namespace shardsim {

/// Time by place, such as a link or a queue; places have numbers. Small on purpose: one is kept for each chain of work
/// of a query, with room for `Few` places before it allocates.
template <std::size_t Few>
class PlaceTimes {
 public:
  struct Entry {
    std::uint32_t place;
    Duration time;
  };
  // Not "= default", by which `{}` would first write zeros over all the room for places.
  PlaceTimes() {}  // NOLINT
  PlaceTimes(const PlaceTimes& other) { assign(other); }
  PlaceTimes& operator=(const PlaceTimes& other) {
    if (this == &other) return *this;
    size_ = 0;
    assign(other);
    return *this;
  }
  ~PlaceTimes() {
    if (capacity_ > Few) [[unlikely]]
      delete[] many_;
  }

  void add(std::size_t place, Duration time) { add_behind(0, place, time); }
  /// The same, leaving the first `count` entries as they are.
  void add_behind(std::size_t count, std::size_t place, Duration time) {
    if (time == Duration::zero()) return;
    for (Entry& entry : std::span(data(), size_).subspan(count))
      if (entry.place == place) {
        entry.time += time;
        return;
      }
    push_back({static_cast<std::uint32_t>(place), time});
  }
  /// The same without a look at what is there: the place may then be among entries() more than once.
  void append(std::size_t place, Duration time) {
    if (time != Duration::zero()) push_back({static_cast<std::uint32_t>(place), time});
  }
  /// Takes back all append()s but those before there were `count` entries.
  void cut(std::size_t count) { size_ = static_cast<std::uint32_t>(count); }

  PlaceTimes& operator+=(const PlaceTimes& other) {
    for (const Entry& entry : other.entries()) add(entry.place, entry.time);
    return *this;
  }
  /// In the order in which the places came up.
  std::span<const Entry> entries() const { return {capacity_ == Few ? few_ : many_, size_}; }
  Duration total() const {
    Duration sum{};
    for (const Entry& entry : entries()) sum += entry.time;
    return sum;
  }

 private:
  Entry* data() { return capacity_ == Few ? few_ : many_; }
  void push_back(Entry entry) {
    if (size_ == capacity_) [[unlikely]]
      grow(3 * capacity_);
    data()[size_++] = entry;
  }
  void assign(const PlaceTimes& other) {
    if (capacity_ < other.size_) [[unlikely]]
      grow(other.size_);
    std::copy_n(other.entries().data(), other.size_, data());
    size_ = other.size_;
  }
  [[gnu::noinline, gnu::cold]] void grow(std::uint32_t capacity) {
    auto* const more = new Entry[capacity];
    std::copy_n(data(), size_, more);
    if (capacity_ > Few) delete[] many_;
    many_ = more;
    capacity_ = capacity;
  }

  std::uint32_t size_ = 0;
  std::uint32_t capacity_ = Few;
  union {
    Entry few_[Few];
    Entry* many_;
  };
};

/// Time that messages spent at links: waiting there, being sent, and travelling. An RPC by way of leaves and spines has
/// four links there and four back.
using LinkTimes = PlaceTimes<8>;
/// Time that pieces of work waited for a core, by host: an RPC has two.
using QueueTimes = PlaceTimes<2>;

}  // namespace shardsim
