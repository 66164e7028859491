// SPDX-License-Identifier: Apache-2.0
#include "serving/tiers.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "engine/random.hpp"

namespace shardsim {
namespace {

// Every n-th of the rows by popularity.
class ThinnedLaw final : public RankSampler {
 public:
  ThinnedLaw(std::shared_ptr<const RankSampler> law, std::int64_t rows, std::int64_t kept)
      : law_(std::move(law)), rows_(rows), ratio_(static_cast<double>(rows) / static_cast<double>(kept)) {}

  std::int64_t sample(RandomStream& random) const override {
    return static_cast<std::int64_t>(static_cast<double>(law_->sample(random)) / ratio_);
  }
  // Between two ranks of the whole in proportion.
  double share_below(std::int64_t rank) const override {
    const double whole = std::min(static_cast<double>(rank) * ratio_, static_cast<double>(rows_));
    const auto below = static_cast<std::int64_t>(whole);
    const double share = law_->share_below(below);
    const double rest = whole - static_cast<double>(below);
    return rest == 0 ? share : share + rest * (law_->share_below(std::min(below + 1, rows_)) - share);
  }

 private:
  std::shared_ptr<const RankSampler> law_;
  std::int64_t rows_;
  double ratio_;
};

}  // namespace

bool TieredTable::in_memory(std::int64_t row_number) const {
  if (elsewhere >= 1) return false;
  return uniform_of(split_mix(number, static_cast<std::uint64_t>(row_number))) >= elsewhere;
}

std::int64_t TieredTable::rank_of(std::int64_t row_number) const {
  const std::int64_t rank = rank_of_row ? (*rank_of_row)(row_number) : row_number;
  return static_cast<std::int64_t>(static_cast<double>(rank) * of_table);
}

std::vector<TieredTable> tiered_tables(const std::vector<Placement>& placements, const Model& model,
                                       const Platform& platform, const TableUse& use) {
  if (!has_tiers(placements)) return {};
  const std::vector<PlacedTable> tables = tables_of(model);
  std::map<std::string, std::size_t> numbers;
  for (std::size_t t = 0; t < tables.size(); ++t) numbers[tables[t].table->name] = t;
  std::map<std::size_t, int> copies;              // by number: servers that hold the same
  std::map<std::size_t, std::int64_t> rows_here;  // by number: of all its parts on the server, in memory or not
  std::map<std::size_t, TieredTable> tiered;
  for (const Placement& p : placements) {
    const std::size_t number = numbers.at(p.table);
    const Table& table = *tables[number].table;
    rows_here[number] += rows_of(table, p);
    copies[number] = p.copies;
    if (const std::int64_t rows = rows_elsewhere(table, p); rows > 0) {
      TieredTable& t = tiered[number];
      t.tier = *platform.tier_of(*p.tier);
      t.rows += rows;
      t.row = row_bytes_of(table, p);
    }
  }
  std::vector<TieredTable> out;
  for (auto& [number, t] : tiered) {
    const Table& table = *tables[number].table;
    t.number = number;
    t.name = table.name;
    t.elsewhere = static_cast<double>(t.rows) / static_cast<double>(rows_here[number]);
    t.moved = platform.tiers[t.tier]->moved(t.row);
    t.core_ps = static_cast<double>(platform.tiers[t.tier]->core_time(t.row).count());
    t.of_table = std::min(1.0, static_cast<double>(t.rows) / static_cast<double>(table.rows));
    if (use.scattered) t.rank_of_row = Bijection(table.rows).inverse();
    if (!use.lookups.empty()) t.lookups = use.lookups[number] * t.of_table / copies[number];
    if (!use.written.empty()) t.written = use.written[number] * t.of_table;  // of each copy
    if (!use.laws.empty() && use.laws[number] != nullptr)
      t.law =
          t.rows == table.rows ? use.laws[number] : std::make_shared<ThinnedLaw>(use.laws[number], table.rows, t.rows);
    out.push_back(std::move(t));
  }
  return out;
}

}  // namespace shardsim
