// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include "caches/admission.hpp"
#include "caches/cache_entries.hpp"

namespace shardsim {

/// A cache that makes room by dropping rows one at a time. An Eviction says which, and knows no more than its lists:
///   static constexpr std::uint32_t lists                how many it keeps
///   Eviction(const CacheEntries&, ...)
///   void touched(CacheEntries&, entry)                  it was hit
///   void missed(CacheEntries&, key)                     the row was not there; whether it comes is decided then
///   void inserted(CacheEntries&, entry)                 put the new entry in a list
///   void leaves(CacheEntries&, entry)                   take it out of its list
///   std::uint32_t victim(CacheEntries&)                 the next to be dropped; there is one
///   bool makes_room(const CacheEntries&, key, bytes)    whether rows of so many bytes may be dropped for that row
template <class Eviction>
class EvictingCache : public RowCache {
 public:
  template <class... Arguments>
  EvictingCache(const CacheSetup& setup, const AdmissionFields& admission, Arguments&&... arguments)
      : RowCache(setup.capacity),
        entries_(setup, Eviction::lists),
        eviction_(entries_, std::forward<Arguments>(arguments)...),
        admission_(admission_of(admission)) {}

  bool access(std::size_t table, std::int64_t row) final {
    const RowKey key = row_key(table, row);
    if (const std::uint32_t entry = entries_.find(key); entry != 0) {
      eviction_.touched(entries_, entry);
      return true;
    }
    eviction_.missed(entries_, key);
    if (admission_ == nullptr || admission_->admits(key)) insert(key);
    return false;
  }
  std::int64_t access_all(std::size_t table, std::span<const std::int64_t> rows) final {
    constexpr std::size_t kAhead = 8;  // lookups, in which memory comes; twice, for the index and for the entry
    std::int64_t hits = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (i + 2 * kAhead < rows.size()) entries_.prefetch(row_key(table, rows[i + 2 * kAhead]));
      if (i + kAhead < rows.size()) entries_.prefetch_entry(row_key(table, rows[i + kAhead]));
      hits += access(table, rows[i]) ? 1 : 0;
    }
    return hits;
  }
  bool contains(std::size_t table, std::int64_t row) const final { return entries_.find(row_key(table, row)) != 0; }
  bool invalidate(std::size_t table, std::int64_t row) final {
    const std::uint32_t entry = entries_.find(row_key(table, row));
    if (entry != 0) drop(entry);
    return entry != 0;
  }
  std::int64_t entries() const final { return entries_.count(); }
  Bytes bytes() const final { return {entries_.bytes()}; }

 protected:
  CacheEntries& held() { return entries_; }
  Eviction& eviction() { return eviction_; }

 private:
  void drop(std::uint32_t entry) {
    eviction_.leaves(entries_, entry);
    entries_.remove(entry);
  }
  void insert(RowKey key) {
    const std::int64_t bytes = entries_.row_bytes(key);
    if (bytes > entries_.capacity()) return;
    const std::int64_t wanted = entries_.bytes() + bytes - entries_.capacity();
    if (wanted > 0 && !eviction_.makes_room(entries_, key, wanted)) return;
    while (!entries_.has_room(bytes)) drop(eviction_.victim(entries_));
    eviction_.inserted(entries_, entries_.add(key));
  }

  CacheEntries entries_;
  Eviction eviction_;
  std::unique_ptr<SecondTouch> admission_;
};

/// One list in the order in which rows are dropped.
struct QueueEviction {
  static constexpr std::uint32_t lists = 1;
  explicit QueueEviction(const CacheEntries&) {}
  void missed(CacheEntries&, RowKey) {}
  void inserted(CacheEntries& entries, std::uint32_t entry) { entries.push_back(0, entry); }
  void leaves(CacheEntries& entries, std::uint32_t entry) { entries.unlink(entry); }
  std::uint32_t victim(CacheEntries& entries) { return entries.front(0); }
  bool makes_room(const CacheEntries&, RowKey, std::int64_t) const { return true; }
};

}  // namespace shardsim
