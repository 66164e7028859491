// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "caches/cache_policy.hpp"
#include "caches/row_index.hpp"

namespace shardsim {

/// The entries of a cache, in lists that the policy keeps: 16 bytes each, and 12 to 24 of the index (12 when the cache
/// is full). Entries are numbers, from the number of lists on. Memory is taken as entries come.
class CacheEntries {
 public:
  /// Throws InputError where the capacity holds more than 2^31 rows.
  CacheEntries(const CacheSetup& setup, std::uint32_t lists);

  /// The entry of that row; 0: none.
  std::uint32_t find(RowKey key) const {
    return index_.find(key, [this](std::uint32_t entry) { return entries_[entry].key; });
  }
  void prefetch(RowKey key) const { index_.prefetch(key); }
  void prefetch_entry(RowKey key) const { __builtin_prefetch(&entries_[index_.likely(key)], 1); }
  RowKey key(std::uint32_t entry) const { return entries_[entry].key; }
  std::int64_t row_bytes(RowKey key) const { return row_bytes_[table_of(key)]; }

  std::int64_t count() const { return count_; }
  std::int64_t bytes() const { return bytes_; }
  std::int64_t capacity() const { return capacity_; }
  /// Whether another row of that many bytes has room.
  bool has_room(std::int64_t bytes) const { return bytes_ + bytes <= capacity_; }

  /// A new entry, in no list yet. Precondition: it has room.
  std::uint32_t add(RowKey key);
  /// Precondition: it is in no list any more.
  void remove(std::uint32_t entry);

  /// A list is a ring through its own entry, which holds no row: `head`.
  std::uint32_t front(std::uint32_t list) const { return row_of(entries_[head(list)].next); }
  /// The next in the list; 0: none.
  std::uint32_t after(std::uint32_t entry) const { return row_of(entries_[entry].next); }
  std::uint32_t before(std::uint32_t entry) const { return row_of(entries_[entry].before); }
  void push_back(std::uint32_t list, std::uint32_t entry) { insert_before(head(list), entry); }
  void push_front(std::uint32_t list, std::uint32_t entry) { insert_before(entries_[head(list)].next, entry); }
  void insert_after(std::uint32_t place, std::uint32_t entry) { insert_before(entries_[place].next, entry); }
  void unlink(std::uint32_t entry) {
    const Entry& e = entries_[entry];
    entries_[e.before].next = e.next;
    entries_[e.next].before = e.before;
  }
  /// All numbers of entries are below this: for arrays of what a policy keeps beside.
  std::size_t numbers() const { return most_ + lists_ + std::size_t{1}; }

 private:
  struct Entry {
    RowKey key = 0;
    std::uint32_t before = 0;
    std::uint32_t next = 0;
  };
  static std::uint32_t head(std::uint32_t list) { return list + 1; }
  std::uint32_t row_of(std::uint32_t entry) const { return entry > lists_ ? entry : 0; }
  void insert_before(std::uint32_t place, std::uint32_t entry) {
    Entry& e = entries_[entry];
    e.next = place;
    e.before = entries_[place].before;
    entries_[e.before].next = entry;
    entries_[place].before = entry;
  }

  std::int64_t capacity_;
  std::vector<std::int64_t> row_bytes_;
  std::uint32_t most_;
  std::uint32_t lists_;
  LazyArray<Entry> entries_;
  RowIndex index_;
  std::uint32_t used_;      // numbers that were given out
  std::uint32_t free_ = 0;  // the first of those given back, which go on by `next`
  std::int64_t count_ = 0;
  std::int64_t bytes_ = 0;
};

/// How many rows the capacity holds at most: the smallest first.
std::int64_t most_rows(const CacheSetup& setup);

}  // namespace shardsim
