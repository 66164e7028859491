// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "engine/units.hpp"

namespace shardsim {

/// Which rows of the tables 0 .. n-1 are kept, row by row. It knows no time: what is asked for counts, in its order.
class RowCache {
 public:
  explicit RowCache(Bytes capacity) : capacity_(capacity) {}
  RowCache(const RowCache&) = delete;
  RowCache& operator=(const RowCache&) = delete;
  virtual ~RowCache() = default;

  /// Looks the row up, and on a miss takes it in, as far as the policy and its admission will. Whether it was there.
  virtual bool access(std::size_t table, std::int64_t row) = 0;
  /// access() for one row after the other, of one table: faster by what can be foreseen of memory. How many were there.
  virtual std::int64_t access_all(std::size_t table, std::span<const std::int64_t> rows) {
    std::int64_t hits = 0;
    for (const std::int64_t row : rows) hits += access(table, row) ? 1 : 0;
    return hits;
  }
  /// Whether the row is there. Nothing changes by it.
  virtual bool contains(std::size_t table, std::int64_t row) const = 0;
  /// The row has changed at its source: a copy of it is no longer found. Whether there was one.
  virtual bool invalidate(std::size_t table, std::int64_t row) = 0;
  /// Somebody who waits will need the row; as many unpin() end it. Only `pending-first` minds.
  virtual void pin(std::size_t, std::int64_t) {}
  virtual void unpin(std::size_t, std::int64_t) {}

  /// Rows that are there.
  virtual std::int64_t entries() const = 0;
  /// What they take, with the overhead of an entry; never more than the capacity.
  virtual Bytes bytes() const = 0;
  Bytes capacity() const { return capacity_; }

 private:
  Bytes capacity_;
};

}  // namespace shardsim
