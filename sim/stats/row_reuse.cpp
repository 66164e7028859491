// SPDX-License-Identifier: Apache-2.0
#include "stats/row_reuse.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

namespace shardsim {

RowReuse::RowReuse(std::size_t limit) : slots_(16), limit_(limit) {}

double RowReuse::sampled() const { return std::ldexp(1.0, -halvings_); }

bool RowReuse::is_sampled(std::uint64_t hash) const { return std::countl_zero(hash) >= halvings_; }

RowReuse::Slot& RowReuse::slot_of(std::uint64_t hash) {
  const std::size_t mask = slots_.size() - 1;
  std::size_t i = hash & mask;  // the high bits decide whether it is sampled
  while (slots_[i].count != 0 && slots_[i].hash != hash) i = (i + 1) & mask;
  return slots_[i];
}

void RowReuse::record(std::uint64_t hash) {
  ++accesses_;
  if (!is_sampled(hash)) return;
  Slot& slot = slot_of(hash);
  if (slot.count++ > 0) return;
  slot.hash = hash;
  ++kept_;
  while (kept_ > limit_) {
    ++halvings_;
    rebuild(slots_.size());
  }
  if (2 * kept_ > slots_.size()) rebuild(2 * slots_.size());
}

void RowReuse::rebuild(std::size_t size) {
  std::vector<Slot> old(size);
  old.swap(slots_);
  kept_ = 0;
  for (const Slot& slot : old) {
    if (slot.count == 0 || !is_sampled(slot.hash)) continue;
    slot_of(slot.hash) = slot;
    ++kept_;
  }
}

std::vector<double> RowReuse::share_of_hottest(const std::vector<double>& parts) const {
  std::vector<std::uint64_t> counts;
  counts.reserve(kept_);
  for (const Slot& slot : slots_)
    if (slot.count > 0) counts.push_back(slot.count);
  std::sort(counts.rbegin(), counts.rend());
  std::vector<double> shares;
  for (const double part : parts) {
    if (part * distinct() < 1) {
      shares.push_back(std::nan(""));
      continue;
    }
    // Where rows are sampled, whether the very hottest are among them is chance; so it is the others that are scaled
    // up, and the hottest have what is left of all accesses, which are known.
    const double hottest = part * static_cast<double>(counts.size());
    const auto whole = static_cast<std::size_t>(hottest);
    double others = 0;
    for (std::size_t i = whole; i < counts.size(); ++i) others += static_cast<double>(counts[i]);
    if (whole < counts.size()) others -= (hottest - static_cast<double>(whole)) * static_cast<double>(counts[whole]);
    shares.push_back(std::clamp(1 - others / sampled() / static_cast<double>(accesses_), 0.0, 1.0));
  }
  return shares;
}

void FirstSeen::clear() {
  ++round_;
  used_ = 0;
}

bool FirstSeen::insert(std::uint64_t hash) {
  if (2 * used_ >= slots_.size()) grow();
  const std::size_t mask = slots_.size() - 1;
  std::size_t i = hash & mask;
  while (slots_[i].round == round_ && slots_[i].hash != hash) i = (i + 1) & mask;
  if (slots_[i].round == round_) return false;
  slots_[i] = {hash, round_};
  ++used_;
  return true;
}

void FirstSeen::grow() {
  std::vector<Slot> old(2 * slots_.size());
  old.swap(slots_);
  used_ = 0;
  for (const Slot& slot : old)
    if (slot.round == round_) insert(slot.hash);
}

}  // namespace shardsim
