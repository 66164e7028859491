// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

namespace shardsim {

/// Sums by place 0, 1, 2, ..., in memory that is taken a page at a time, where something is added: for many sets of
/// sums, of which some have nearly all places and some a few.
class PagedSums {
 public:
  void add(std::size_t place, double value) {
    const std::size_t number = place / kPlaces;
    if (number >= pages_.size()) [[unlikely]]
      pages_.resize(number + 1);
    std::vector<double>& page = pages_[number];
    if (page.empty()) [[unlikely]]
      page.resize(kPlaces);
    page[place % kPlaces] += value;
  }

  /// Calls visit(place, sum) for every place of the pages that are there, in order; sums may be 0.
  template <class Visit>
  void for_each(Visit visit) const {
    for (std::size_t p = 0; p < pages_.size(); ++p)
      for (std::size_t i = 0; i < pages_[p].size(); ++i) visit(p * kPlaces + i, pages_[p][i]);
  }

 private:
  static constexpr std::size_t kPlaces = 64;
  std::vector<std::vector<double>> pages_;
};

}  // namespace shardsim
