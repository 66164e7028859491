// SPDX-License-Identifier: Apache-2.0
#include "stats/value_counts.hpp"

#include <algorithm>

namespace shardsim {

void ValueCounts::settle() {
  std::sort(fresh_.begin(), fresh_.end());
  Counts added;
  for (const std::uint32_t bucket : fresh_) {
    if (added.empty() || added.back().first != bucket) added.emplace_back(bucket, 0);
    ++added.back().second;
  }
  fresh_.clear();
  counts_ = merged(counts_, added);
}

ValueCounts::Counts ValueCounts::merged(const Counts& a, const Counts& b) {
  Counts out;
  out.reserve(a.size() + b.size());
  auto x = a.begin();
  auto y = b.begin();
  while (x != a.end() || y != b.end()) {
    if (y == b.end() || (x != a.end() && x->first < y->first)) {
      out.push_back(*x++);
    } else if (x == a.end() || y->first < x->first) {
      out.push_back(*y++);
    } else {
      out.emplace_back(x->first, x->second + y->second);
      ++x, ++y;
    }
  }
  return out;
}

void ValueCounts::merge(const ValueCounts& other) {
  for (const std::uint32_t bucket : other.fresh_) record(bucket);
  counts_ = merged(counts_, other.counts_);
}

double ValueCounts::up_to(std::size_t bucket, double part) const {
  double total = 0;
  for (const auto& [at, count] : counts_) {
    if (at > bucket) break;
    total += static_cast<double>(count) * (at < bucket ? 1 : part);
  }
  for (const std::uint32_t at : fresh_)
    if (at <= bucket) total += at < bucket ? 1 : part;
  return total;
}

}  // namespace shardsim
