// SPDX-License-Identifier: Apache-2.0
#include "caches/rank_bands.hpp"

#include <algorithm>
#include <map>

namespace shardsim {
namespace {

constexpr double kUnlike = 1.125;      // of the first and the last row of a band
constexpr double kNothing = 1e-7;      // a share of the lookups that is not worth a cut
constexpr double kRounding = 0x1p-51;  // of a difference of shares near 1

class Cutter {
 public:
  explicit Cutter(const RankSampler& law) : law_(law) {}

  // Octaves first, as far-off rows of most laws are alike in these.
  std::vector<RankBand> cut(std::int64_t rows) {
    Edge last = edge(0);
    for (std::int64_t end = 1; last.rank < rows; end = 2 * end) {
      const Edge next = edge(std::min(end, rows));
      cut(last, next);
      last = next;
    }
    return std::move(bands_);
  }

 private:
  struct Edge {
    std::int64_t rank = 0;
    double below = 0;  // share of the lookups
  };
  Edge edge(std::int64_t rank) const { return {rank, law_.share_below(rank)}; }

  bool alike(const Edge& first, const Edge& end) const {
    if (end.below - first.below < kNothing) return true;
    const double most = law_.share_below(first.rank + 1) - first.below;
    const double least = end.below - law_.share_below(end.rank - 1);
    return most <= kUnlike * least + kRounding;
  }

  void cut(const Edge& first, const Edge& end) {
    const std::int64_t width = end.rank - first.rank;
    if (width == 1) return add(first, end);
    const Edge middle = edge(first.rank + width / 2);
    if (alike(first, end)) {
      add(first, middle);
      add(middle, end);
    } else {
      cut(first, middle);
      cut(middle, end);
    }
  }
  void add(const Edge& first, const Edge& end) {
    bands_.push_back({end.rank - first.rank, std::max(0.0, end.below - first.below)});
  }

  const RankSampler& law_;
  std::vector<RankBand> bands_;
};

}  // namespace

std::vector<RankBand> rank_bands(const RankSampler& law, std::int64_t rows) { return Cutter(law).cut(rows); }

std::vector<CachedTable> without_bands(std::span<const BandedTable> tables) {
  std::vector<CachedTable> out;
  out.reserve(tables.size());
  for (const BandedTable& t : tables) out.push_back(t.table);
  return out;
}

std::vector<BandedTable> in_bands(std::span<const CachedTable> tables) {
  std::map<std::pair<const RankSampler*, std::int64_t>, std::size_t> known;
  std::vector<BandedTable> out;
  out.reserve(tables.size());
  for (const CachedTable& table : tables) {
    const auto [at, is_new] = known.try_emplace({table.law, table.rows}, out.size());
    out.push_back({table, is_new ? rank_bands(*table.law, table.rows) : out[at->second].bands});
  }
  return out;
}

}  // namespace shardsim
