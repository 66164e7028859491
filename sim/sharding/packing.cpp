// SPDX-License-Identifier: Apache-2.0
#include "sharding/packing.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "model/walks.hpp"

namespace shardsim {

std::vector<Piece> pieces_of(const ShardedStrategy& strategy, const PlanningInput& input) {
  const Bytes limit = std::min(strategy.split_above.value_or(input.shard_memory), input.shard_memory);
  const std::vector<PlacedTable> tables = tables_of(input.model);
  std::vector<Piece> pieces;
  for (std::size_t t = 0; t < tables.size(); ++t) {
    const Table& table = *tables[t].table;
    const std::int64_t rows_allowed = std::max<std::int64_t>(1, limit.count / table.row_bytes().count);
    const std::int64_t wanted = (table.rows + rows_allowed - 1) / rows_allowed;
    const int parts = static_cast<int>(std::min<std::int64_t>(wanted, 65536));
    for (int p = 0; p < parts; ++p)
      pieces.push_back({t, tables[t].net, {table.name, p, parts, strategy.split_by}, part_bytes(table, p, parts)});
  }
  return pieces;
}

std::vector<double> estimated_lookups(const PlanningInput& input, int samples) {
  const std::vector<PlacedTable> tables = tables_of(input.model);
  std::vector<double> lookups(tables.size());
  for (std::size_t t = 0; t < tables.size(); ++t) {
    const Table& table = *tables[t].table;
    double sum = 0;
    for (int s = 0; s < samples; ++s) {
      RandomStream random(input.seed, 0, Purpose::pooling_estimate, static_cast<std::uint64_t>(s), t);
      if (random.uniform() < 1 - table.coverage) continue;
      sum += table.pooling->sample(random);
    }
    const Net& net = input.model.nets[tables[t].net];
    const double bags = table.per == Per::item ? expected_items(net, input.items_per_query) : 1;
    lookups[t] = sum / samples * bags * expected_times(net);
  }
  return lookups;
}

std::vector<double> lookups_of(const PlanningInput& input, int samples) {
  return input.profile != nullptr ? input.profile->lookups(samples) : estimated_lookups(input, samples);
}

std::vector<double> shares_of_rows(std::int64_t rows, int parts) {
  std::vector<double> shares;
  for (int p = 0; p < parts; ++p)
    shares.push_back(static_cast<double>(part_rows(rows, p, parts)) / static_cast<double>(rows));
  return shares;
}

std::vector<double> estimated_loads(const std::vector<Placement>& placements, const PlanningInput& input, int samples) {
  const std::vector<PlacedTable> tables = tables_of(input.model);
  std::map<std::string, std::size_t> number_of;
  for (std::size_t t = 0; t < tables.size(); ++t) number_of[tables[t].table->name] = t;
  std::vector<TableSplit> splits;
  std::map<std::size_t, std::size_t> split_of;  // by table
  for (const Placement& p : placements)
    if (p.by_rows() && split_of.emplace(number_of.at(p.table), splits.size()).second)
      splits.push_back({number_of.at(p.table), p.parts, p.split_by});

  std::vector<std::vector<double>> shares;
  if (input.profile != nullptr && !splits.empty())
    shares = input.profile->shares(splits, samples);
  else
    for (const TableSplit& s : splits) shares.push_back(shares_of_rows(tables[s.table].table->rows, s.parts));
  const std::vector<double> lookups = lookups_of(input, samples);
  std::vector<double> loads;
  for (const Placement& p : placements) {
    const std::size_t t = number_of.at(p.table);
    loads.push_back(lookups[t] * (p.by_rows() ? shares[split_of.at(t)][static_cast<std::size_t>(p.part)] : 1) /
                    p.copies);
  }
  return loads;
}

std::vector<PlannedShard> empty_shards(int count) {
  std::vector<PlannedShard> shards(static_cast<std::size_t>(count));
  for (std::size_t s = 0; s < shards.size(); ++s) shards[s].name = fmt::format("sparse{}", s);
  return shards;
}

void deal_rows(const Table& table, std::span<PlannedShard> shards, SplitBy split_by, std::size_t& next) {
  if (table.rows < std::ssize(shards)) return shards[next++ % shards.size()].tables.push_back({table.name});
  const int parts = static_cast<int>(shards.size());
  for (int p = 0; p < parts; ++p)
    shards[static_cast<std::size_t>(p)].tables.push_back({table.name, p, parts, split_by});
}

std::vector<PlannedShard> spread(std::vector<Piece> pieces, int shards,
                                 const std::function<double(const Piece&)>& weight) {
  std::stable_sort(pieces.begin(), pieces.end(), [&](const Piece& a, const Piece& b) {
    return std::tuple(weight(a), a.bytes) > std::tuple(weight(b), b.bytes);
  });
  std::vector<PlannedShard> out = empty_shards(shards);
  std::vector<std::pair<double, Bytes>> filled(out.size());
  for (const Piece& piece : pieces) {
    const auto least = static_cast<std::size_t>(std::min_element(filled.begin(), filled.end()) - filled.begin());
    out[least].tables.push_back(piece.placement);
    filled[least].first += weight(piece);
    filled[least].second += piece.bytes;
  }
  return out;
}

std::vector<PlannedShard> balanced_by_bytes(std::vector<Piece> pieces, int shards) {
  return spread(std::move(pieces), shards, [](const Piece& p) { return static_cast<double>(p.bytes.count); });
}

std::vector<PlannedShard> balanced_by_load(std::vector<Piece> pieces, int shards, const PlanningInput& input,
                                           int samples) {
  std::vector<Placement> placements;
  for (const Piece& p : pieces) placements.push_back(p.placement);
  const std::vector<double> loads = estimated_loads(placements, input, samples);
  for (std::size_t i = 0; i < pieces.size(); ++i) pieces[i].load = loads[i];
  return spread(std::move(pieces), shards, [](const Piece& p) { return p.load; });
}

}  // namespace shardsim
