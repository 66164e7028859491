// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/container/small_vector.hpp>
#include <cstdint>

#include "engine/units.hpp"

namespace shardsim {

/// Time that messages spent at links: waiting there, being sent, and travelling. Small on purpose: one is kept for each
/// message of a query's critical path.
class LinkTimes {
 public:
  struct Entry {
    std::uint32_t link;
    float microseconds;
  };
  void add(std::size_t link, Duration time) {
    if (time == Duration::zero()) return;
    const auto microseconds = static_cast<float>(to_microseconds(time));
    if (!entries_.empty() && entries_.back().link == link)
      entries_.back().microseconds += microseconds;
    else
      entries_.push_back({static_cast<std::uint32_t>(link), microseconds});
  }
  LinkTimes& operator+=(const LinkTimes& other) {
    entries_.insert(entries_.end(), other.entries_.begin(), other.entries_.end());
    return *this;
  }
  const auto& entries() const { return entries_; }

 private:
  boost::container::small_vector<Entry, 6> entries_;
};

}  // namespace shardsim
