// SPDX-License-Identifier: Apache-2.0
#include "caches/cache_entries.hpp"

#include <algorithm>

namespace shardsim {
namespace {

std::uint32_t most_entries(const CacheSetup& setup) {
  constexpr std::int64_t kMost = std::int64_t{1} << 31;
  const std::int64_t most = most_rows(setup);
  if (most > kMost)
    throw InputError(fmt::format("a cache of {} holds {} rows; row by row it may hold at most {}",
                                 to_text(setup.capacity), most, kMost));
  return static_cast<std::uint32_t>(most);
}

std::vector<std::int64_t> row_bytes_of(const CacheSetup& setup) {
  std::vector<std::int64_t> out;
  for (const CachedTable& table : setup.tables) out.push_back(table.row_bytes.count);
  return out;
}

}  // namespace

std::int64_t most_rows(const CacheSetup& setup) {
  std::vector<CachedTable> by_size = setup.tables;
  std::sort(by_size.begin(), by_size.end(),
            [](const CachedTable& a, const CachedTable& b) { return a.row_bytes < b.row_bytes; });
  std::int64_t room = setup.capacity.count;
  std::int64_t most = 0;
  for (const CachedTable& table : by_size) {
    const std::int64_t of_table = std::min(table.rows, room / table.row_bytes.count);
    most += of_table;
    room -= of_table * table.row_bytes.count;
  }
  return most;
}

CacheEntries::CacheEntries(const CacheSetup& setup, std::uint32_t lists)
    : capacity_(setup.capacity.count),
      row_bytes_(row_bytes_of(setup)),
      most_(most_entries(setup)),
      lists_(lists),
      entries_(numbers()),
      index_(most_),
      used_(lists) {
  for (std::uint32_t list = 0; list < lists; ++list) entries_[head(list)] = {0, head(list), head(list)};
}

std::uint32_t CacheEntries::add(RowKey key) {
  std::uint32_t entry = free_;
  if (entry != 0)
    free_ = entries_[entry].next;
  else
    entry = ++used_;
  entries_[entry].key = key;
  index_.add(key, entry);
  ++count_;
  bytes_ += row_bytes(key);
  return entry;
}

void CacheEntries::remove(std::uint32_t entry) {
  const RowKey key = entries_[entry].key;
  index_.remove(key, entry);
  entries_[entry].next = free_;
  free_ = entry;
  --count_;
  bytes_ -= row_bytes(key);
}

}  // namespace shardsim
