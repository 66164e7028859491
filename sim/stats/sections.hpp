// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <span>

#include "stats/histogram.hpp"
#include "stats/value_counts.hpp"

namespace shardsim {

/// The observations of a run, cut into sections: equal ranges of the number that each observation has (say, a query's).
/// How much sections differ tells how sure one can be of the whole. In bounded memory: when a run gets longer than
/// kMost sections, neighbours are joined, so that a section is always a power of two of kFirstWidth numbers wide, and
/// runs of the same length have the same sections.
class Sections {
 public:
  static constexpr std::size_t kMost = 256;
  static constexpr std::uint64_t kFirstWidth = 4;

  struct Section {
    std::uint64_t count = 0;
    double sum = 0;                  ///< of the values
    std::vector<double> quantities;  ///< sums
    ValueCounts values;
  };

  /// quantities: how many come with each value. `keep_values`: whether the sections' own values are asked for, not only
  /// their sum.
  explicit Sections(std::size_t quantities = 0, bool keep_values = true)
      : quantities_(quantities), keep_values_(keep_values) {}

  /// value >= 0. Numbers may come in any order.
  void record(std::uint64_t number, std::int64_t value, std::span<const double> quantities);

  std::uint64_t width() const { return std::uint64_t{1} << width_bits_; }  ///< numbers a section
  const std::vector<Section>& all() const { return sections_; }
  std::size_t quantities() const { return quantities_; }

 private:
  void join_neighbours();

  std::size_t quantities_;
  bool keep_values_;
  int width_bits_ = std::countr_zero(kFirstWidth);
  std::vector<Section> sections_;
};

}  // namespace shardsim
