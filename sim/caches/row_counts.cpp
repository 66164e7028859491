// SPDX-License-Identifier: Apache-2.0
#include "caches/row_counts.hpp"

namespace shardsim {

void RowCounts::set(RowKey key, std::uint64_t count) {
  const std::size_t i = place_of(key);
  const bool was_there = places_[i].count != 0;
  if (count == 0) {
    if (was_there) remove(i);
    return;
  }
  places_[i] = {key, count};
  if (!was_there && 3 * ++used_ > 2 * places_.size()) rebuild(2 * places_.size());
}

void RowCounts::halve() {
  std::size_t left = 0;
  for (Place& place : places_)
    if (place.count /= 2; place.count != 0) ++left;
  std::size_t places = kLeast;
  while (3 * left > places) places *= 2;
  rebuild(places);
}

// Whoever stands behind the gap and could not have its own place, or one nearer to it, moves up.
void RowCounts::remove(std::size_t gap) {
  const std::size_t mask = places_.size() - 1;
  for (std::size_t i = after(gap); places_[i].count != 0; i = after(i)) {
    if (((i - home(places_[i].key)) & mask) < ((i - gap) & mask)) continue;
    places_[gap] = places_[i];
    gap = i;
  }
  places_[gap] = {};
  --used_;
}

void RowCounts::rebuild(std::size_t places) {
  std::vector<Place> before(places);
  before.swap(places_);
  used_ = 0;
  for (const Place& place : before) {
    if (place.count == 0) continue;
    places_[place_of(place.key)] = place;
    ++used_;
  }
}

}  // namespace shardsim
