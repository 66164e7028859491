// SPDX-License-Identifier: Apache-2.0
#include <unordered_set>

#include "caches/invalidation.hpp"
#include "caches/row_index.hpp"
#include "caches/top_rows.hpp"

namespace shardsim {
namespace {

class StaticTopCache final : public RowCache {
 public:
  explicit StaticTopCache(const CacheSetup& setup)
      : RowCache(setup.capacity),
        rank_of_(setup.rank_of),
        rows_(top_rows(setup.tables, setup.capacity, TopBy::lookups_per_byte)) {
    for (const CachedTable& table : setup.tables) row_bytes_.push_back(table.row_bytes);
    for (std::size_t t = 0; t < rows_.size(); ++t) {
      entries_ += rows_[t];
      bytes_ += Bytes{rows_[t] * row_bytes_[t].count};
    }
  }

  // A row that was changed is fetched anew, into its old place.
  bool access(std::size_t table, std::int64_t row) override {
    if (!has_place(table, row)) return false;
    if (changed_.empty() || changed_.erase(row_key(table, row)) == 0) return true;
    count(table, 1);
    return false;
  }
  bool contains(std::size_t table, std::int64_t row) const override {
    return has_place(table, row) && !changed_.contains(row_key(table, row));
  }
  bool invalidate(std::size_t table, std::int64_t row) override {
    if (!has_place(table, row) || !changed_.insert(row_key(table, row)).second) return false;
    count(table, -1);
    return true;
  }
  std::int64_t entries() const override { return entries_; }
  Bytes bytes() const override { return bytes_; }

 private:
  bool has_place(std::size_t table, std::int64_t row) const {
    return (rank_of_ ? rank_of_(table, row) : row) < rows_[table];
  }
  void count(std::size_t table, std::int64_t rows) {
    entries_ += rows;
    bytes_ += Bytes{rows * row_bytes_[table].count};
  }

  std::function<std::int64_t(std::size_t, std::int64_t)> rank_of_;
  std::vector<std::int64_t> rows_;  // ranks below this are kept, by table
  std::vector<Bytes> row_bytes_;
  std::unordered_set<RowKey> changed_;
  std::int64_t entries_ = 0;
  Bytes bytes_;
};

class StaticTop final : public CachePolicy {
 public:
  std::unique_ptr<RowCache> exact(const CacheSetup& setup) const override {
    return std::make_unique<StaticTopCache>(setup);
  }
  bool needs_laws() const override { return true; }
  HitRatios formula(std::span<const BandedTable> banded, Bytes capacity) const override {
    const std::vector<CachedTable> tables = without_bands(banded);
    const std::vector<std::int64_t> rows = top_rows(tables, capacity, TopBy::lookups_per_byte);
    return {is_written(banded) ? kept_hits(banded, rows) : top_hits(tables, rows), {}};
  }
};

}  // namespace

template <>
void describe(Describe<StaticTop>& d) {
  d.object("static-top",
           "keeps the most popular rows of all tables, by lookups for a byte, from the beginning on, and never others; "
           "by formula: exactly");
}

namespace cache_policies {
Alternative<CachePolicy> static_top() { return alternative<StaticTop, CachePolicy>(); }
}  // namespace cache_policies

}  // namespace shardsim
