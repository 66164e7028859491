// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <span>

#include "engine/units.hpp"

namespace shardsim {

/// Time by place, such as a link or a queue; places have numbers. Small on purpose: one is kept for each message and
/// for each chain of work of a query, with room for `Few` places before it allocates.
template <std::size_t Few>
class PlaceTimes {
 public:
  struct Entry {
    std::uint32_t place;
    Duration time;
  };
  void add(std::size_t place, Duration time) {
    if (time == Duration::zero()) return;
    for (Entry& entry : entries_)
      if (entry.place == place) {
        entry.time += time;
        return;
      }
    entries_.push_back({static_cast<std::uint32_t>(place), time});
  }
  /// The same without a look at what is there: the place may then be among entries() more than once.
  void append(std::size_t place, Duration time) {
    if (time != Duration::zero()) entries_.push_back({static_cast<std::uint32_t>(place), time});
  }
  /// Takes back all append()s but those before there were `count` entries.
  void cut(std::size_t count) { entries_.resize(count); }

  PlaceTimes& operator+=(const PlaceTimes& other) {
    for (const Entry& entry : other.entries_) add(entry.place, entry.time);
    return *this;
  }
  /// In the order in which the places came up.
  std::span<const Entry> entries() const { return {entries_.data(), entries_.size()}; }
  Duration total() const {
    Duration sum{};
    for (const Entry& entry : entries_) sum += entry.time;
    return sum;
  }

 private:
  boost::container::small_vector<Entry, Few> entries_;
};

/// Time that messages spent at links: waiting there, being sent, and travelling. An RPC by way of leaves and spines has
/// four links there and four back.
using LinkTimes = PlaceTimes<8>;
/// Time that pieces of work waited for a core, by host.
using QueueTimes = PlaceTimes<2>;

}  // namespace shardsim
