// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "caches/row_index.hpp"

namespace shardsim {

/// A number of each row, of which most are 0 and take no room: a hash table of open addressing that grows.
class RowCounts {
 public:
  RowCounts() : places_(kLeast) {}
  std::uint64_t of(RowKey key) const { return places_[place_of(key)].count; }
  void set(RowKey key, std::uint64_t count);
  /// Rounded down, so that rows of 1 are forgotten.
  void halve();
  std::size_t rows() const { return used_; }

 private:
  static constexpr std::size_t kLeast = 16;
  struct Place {
    RowKey key = 0;
    std::uint64_t count = 0;  // 0: nobody's
  };
  std::size_t home(RowKey key) const { return split_mix(key, 0) & (places_.size() - 1); }
  std::size_t after(std::size_t i) const { return (i + 1) & (places_.size() - 1); }
  std::size_t place_of(RowKey key) const {
    std::size_t i = home(key);
    while (places_[i].count != 0 && places_[i].key != key) i = after(i);
    return i;
  }
  void remove(std::size_t gap);
  void rebuild(std::size_t places);

  std::vector<Place> places_;  // a power of two, at most two thirds of them used
  std::size_t used_ = 0;
};

}  // namespace shardsim
