// SPDX-License-Identifier: Apache-2.0
#include "stats/sections.hpp"

namespace shardsim {

void Sections::record(std::uint64_t number, std::int64_t value, std::span<const double> quantities) {
  while (number >> width_bits_ >= kMost) join_neighbours();
  const std::size_t at = number >> width_bits_;
  while (sections_.size() <= at) sections_.push_back({0, 0, std::vector<double>(quantities_), {}});
  Section& section = sections_[at];
  ++section.count;
  section.sum += static_cast<double>(value);
  for (std::size_t i = 0; i < quantities_; ++i) section.quantities[i] += quantities[i];
  if (keep_values_) section.values.record(Histogram::bucket_of(value));
}

void Sections::join_neighbours() {
  ++width_bits_;
  for (std::size_t i = 0; i < sections_.size(); i += 2) {
    Section& into = sections_[i / 2];
    if (i > 0) into = std::move(sections_[i]);
    if (i + 1 == sections_.size()) continue;
    const Section& other = sections_[i + 1];
    into.count += other.count;
    into.sum += other.sum;
    for (std::size_t q = 0; q < quantities_; ++q) into.quantities[q] += other.quantities[q];
    into.values.merge(other.values);
  }
  sections_.resize((sections_.size() + 1) / 2);
}

}  // namespace shardsim
