// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include "caches/lazy_array.hpp"
#include "engine/random.hpp"

namespace shardsim {

/// A row of a table as one number.
using RowKey = std::uint64_t;
inline constexpr int kRowBits = 44;
inline RowKey row_key(std::size_t table, std::int64_t row) {
  return static_cast<RowKey>(table) << kRowBits | static_cast<RowKey>(row);
}
inline std::size_t table_of(RowKey key) { return static_cast<std::size_t>(key >> kRowBits); }

/// Which entry holds a key: a hash table of open addressing (linear probing, and shifting back instead of graves). A
/// place has the number of an entry, 1 and up, and 32 bits of the key's hash, so that an entry is looked at only when
/// it is most likely the right one, and keys can be moved without a look at them. For at most 2^31 entries.
class RowIndex {
 public:
  /// It grows to what `most` entries need, a half more, and no further.
  explicit RowIndex(std::uint32_t most) : largest_(std::uint64_t{most} + most / 2 + 8) {
    constexpr std::uint64_t kFirst = 64;
    while (largest_ >> (halvings_ + 1) >= kFirst) ++halvings_;
    resize();
  }

  /// The entry of that key, by asking `key_of(entry)`; 0: none.
  template <class KeyOf>
  std::uint32_t find(RowKey key, const KeyOf& key_of) const {
    const std::uint32_t hash = hash_of(key);
    for (std::uint64_t i = home(hash);; i = after(i)) {
      const Place place = places_[i];
      if (place.entry == 0) return 0;
      if (place.hash == hash && key_of(place.entry) == key) return place.entry;
    }
  }

  /// Asks for the memory in which the key is, if it is there.
  void prefetch(RowKey key) const { __builtin_prefetch(&places_[home(hash_of(key))]); }
  /// The same for the entry that the key's own place has.
  std::uint32_t likely(RowKey key) const { return places_[home(hash_of(key))].entry; }

  void add(RowKey key, std::uint32_t entry) {
    if (++used_ > room_) grow();
    put({hash_of(key), entry});
  }

  /// Precondition: it is there.
  void remove(RowKey key, std::uint32_t entry) {
    --used_;
    std::uint64_t gap = home(hash_of(key));
    while (places_[gap].entry != entry) gap = after(gap);
    // Whoever stands behind the gap and could not have its own place, or one nearer to it, moves up.
    for (std::uint64_t i = after(gap); places_[i].entry != 0; i = after(i)) {
      if (distance(home(places_[i].hash), i) < distance(gap, i)) continue;
      places_[gap] = places_[i];
      gap = i;
    }
    places_[gap] = {};
  }

 private:
  struct Place {
    std::uint32_t hash = 0;
    std::uint32_t entry = 0;
  };
  void put(Place place) {
    std::uint64_t i = home(place.hash);
    while (places_[i].entry != 0) i = after(i);
    places_[i] = place;
  }
  void resize() {
    size_ = largest_ >> halvings_;
    room_ = halvings_ == 0 ? size_ : size_ / 3 * 2;
    places_ = LazyArray<Place>(size_);
  }
  void grow() {
    const std::uint64_t before = size_;
    const LazyArray<Place> old = std::move(places_);
    --halvings_;
    resize();
    for (std::uint64_t i = 0; i < before; ++i)
      if (old[i].entry != 0) put(old[i]);
  }
  static std::uint32_t hash_of(RowKey key) { return static_cast<std::uint32_t>(split_mix(key, 0) >> 32); }
  std::uint64_t home(std::uint32_t hash) const { return (hash * size_) >> 32; }
  std::uint64_t after(std::uint64_t i) const { return i + 1 == size_ ? 0 : i + 1; }
  std::uint64_t distance(std::uint64_t from, std::uint64_t to) const {
    return to >= from ? to - from : to + size_ - from;
  }

  std::uint64_t largest_;
  int halvings_ = 0;  // of the largest, until now
  std::uint64_t size_ = 0;
  std::uint64_t used_ = 0;
  std::uint64_t room_ = 0;  // entries before it grows
  LazyArray<Place> places_;
};

}  // namespace shardsim
