// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace shardsim {

/// A hash of row numbers that no two share (the finaliser of SplitMix64; Steele, Lea and Flood, OOPSLA 2014).
inline std::uint64_t hash_of_row(std::int64_t row) {
  auto h = static_cast<std::uint64_t>(row) + 0x9e3779b97f4a7c15ULL;
  h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9ULL;
  h = (h ^ (h >> 27)) * 0x94d049bb133111ebULL;
  return h ^ (h >> 31);
}

/// How unequally rows are asked for, in bounded memory: accesses are counted of the rows whose hash is below a
/// threshold, which is halved whenever more than `limit` rows are kept (spatial sampling as in SHARDS; Waldspurger et
/// al., FAST 2015). Exact up to `limit` rows.
class RowReuse {
 public:
  explicit RowReuse(std::size_t limit);

  void record(std::uint64_t hash);

  std::uint64_t accesses() const { return accesses_; }
  /// Share of the rows whose accesses are counted: 1, 1/2, 1/4, ...
  double sampled() const;
  /// Rows seen.
  double distinct() const { return static_cast<double>(kept_) / sampled(); }
  /// For each of `parts`: share of the accesses that go to this part of the rows seen, the hottest; NaN where the part
  /// is less than one row.
  std::vector<double> share_of_hottest(const std::vector<double>& parts) const;

 private:
  struct Slot {
    std::uint64_t hash = 0;
    std::uint64_t count = 0;  // 0: empty
  };
  Slot& slot_of(std::uint64_t hash);
  // Moves what is still sampled into a table of `size` slots.
  void rebuild(std::size_t size);
  bool is_sampled(std::uint64_t hash) const;

  std::vector<Slot> slots_;  // open addressing; a power of two, at most half full
  std::size_t limit_;
  std::size_t kept_ = 0;
  std::uint64_t accesses_ = 0;
  int halvings_ = 0;
};

/// Tells which hashes come for the first time since clear().
class FirstSeen {
 public:
  void clear();
  bool insert(std::uint64_t hash);

 private:
  struct Slot {
    std::uint64_t hash = 0;
    std::uint64_t round = 0;
  };
  void grow();
  std::vector<Slot> slots_ = std::vector<Slot>(64);
  std::size_t used_ = 0;
  std::uint64_t round_ = 1;
};

}  // namespace shardsim
