// SPDX-License-Identifier: Apache-2.0
#include "serving/row_writes.hpp"

#include <numeric>

#include "engine/binomial.hpp"

namespace shardsim {
namespace {

constexpr Bytes kIndex{8};  // that says which row it is

// Deals `n` in proportion to the weights: a multinomial draw, one weight after the other.
template <class Give>
void deal_by_weight(std::int64_t n, const std::vector<double>& weights, RandomStream& random, const Give& give) {
  double left = std::accumulate(weights.begin(), weights.end(), 0.0);
  std::size_t last = weights.size();  // with any weight, so that rounding leaves nobody out
  while (last > 0 && !(weights[last - 1] > 0)) --last;
  for (std::size_t i = 0; i < last && n > 0; ++i) {
    const std::int64_t its = i + 1 == last ? n : binomial_number(random, n, std::clamp(weights[i] / left, 0.0, 1.0));
    if (its > 0) give(i, its);
    n -= its;
    left -= weights[i];
  }
}

}  // namespace

RowWrites::RowWrites(const Model& model, const ShardingPlan& plan, const Serving& serving, const StoreSpec& store,
                     WriteProfile profile)
    : profile_(std::move(profile)) {
  std::map<std::string, std::size_t> number_of;
  const std::vector<PlacedTable> tables = tables_of(model);
  for (std::size_t t = 0; t < tables.size(); ++t) {
    number_of[tables[t].table->name] = t;
    WrittenTable& written = tables_.emplace_back();
    written.number = static_cast<std::uint32_t>(t);
    written.rows = tables[t].table->rows;
    scatter_.push_back(profile_.scattered ? std::optional(Bijection(written.rows)) : std::nullopt);
  }
  for (std::size_t s = 0; s < serving.services().size(); ++s) {
    const Platform& platform = serving.services()[s].replicas().front().server->platform();
    tiers_.push_back(platform.tiers.size());
    for (const Placement& placement : placements_of(plan, s)) {
      WrittenTable& written = tables_[number_of.at(placement.table)];
      const Table& whole = *tables[written.number].table;
      const Table held = placement.split == Split::columns ? slice_of(whole, placement.parts) : whole;
      written.split = placement.split;
      written.split_by = placement.split_by;
      written.parts.resize(std::max(written.parts.size(), static_cast<std::size_t>(placement.parts)));
      Holder& holder = written.parts[static_cast<std::size_t>(placement.part)].emplace_back();
      holder.service = s;
      holder.row = row_bytes_of(whole, placement);
      holder.costs = store.costs(held, platform);
      for (const TieredTable& tiered : serving.tiered()[s])
        if (tiered.number == written.number) {
          holder.tiered = &tiered;
          holder.reads_to_write = platform.tiers[tiered.tier]->reads_to_write(holder.row);
        }
    }
  }
  const auto is_tiered = [](const std::vector<Holder>& part) {
    return std::any_of(part.begin(), part.end(), [](const Holder& holder) { return holder.tiered != nullptr; });
  };
  for (WrittenTable& table : tables_)
    if (!profile_.laws.empty() && std::any_of(table.parts.begin(), table.parts.end(), is_tiered))
      table.law = profile_.laws[table.number];
}

std::vector<ServerWrites> RowWrites::deal(std::int64_t rows, RandomStream& random) const {
  std::vector<ServerWrites> out(tiers_.size());
  for (std::size_t s = 0; s < out.size(); ++s) out[s].tiers.resize(tiers_[s]);
  deal_by_weight(rows, profile_.weights, random,
                 [&](std::size_t t, std::int64_t its) { deal(tables_[t], its, random, out); });
  return out;
}

void RowWrites::deal(const WrittenTable& table, std::int64_t rows, RandomStream& random,
                     std::vector<ServerWrites>& out) const {
  if (table.law != nullptr) return deal_drawn(table, rows, random, out);
  const auto give = [&](std::size_t part, std::int64_t its) {
    for (const Holder& holder : table.parts[part]) {
      const std::int64_t far = holder.tiered != nullptr ? binomial_number(random, its, holder.tiered->elsewhere) : 0;
      add(holder, its, far, out[holder.service]);
    }
  };
  if (table.parts.size() == 1) return give(0, rows);
  if (table.split == Split::rows) return deal_by_weight(rows, profile_.shares[table.number], random, give);
  for (std::size_t part = 0; part < table.parts.size(); ++part) give(part, rows);
}

void RowWrites::deal_drawn(const WrittenTable& table, std::int64_t rows, RandomStream& random,
                           std::vector<ServerWrites>& out) const {
  const auto give = [&](const std::vector<Holder>& part, std::int64_t row) {
    for (const Holder& holder : part) {
      ServerWrites& writes = out[holder.service];
      const bool far = holder.tiered != nullptr && !holder.tiered->in_memory(row);
      if (far) writes.drawn.push_back({table.number, row});
      add(holder, 1, far ? 1 : 0, writes);
    }
  };
  for (std::int64_t i = 0; i < rows; ++i) {
    const std::int64_t rank = table.law->sample(random);
    const std::int64_t row = scatter_[table.number] ? (*scatter_[table.number])(rank) : rank;
    if (table.split == Split::rows)
      give(table.parts[static_cast<std::size_t>(
               part_of_row(row, table.rows, static_cast<int>(table.parts.size()), table.split_by))],
           row);
    else
      for (const std::vector<Holder>& part : table.parts) give(part, row);
  }
}

void RowWrites::add(const Holder& holder, std::int64_t rows, std::int64_t far, ServerWrites& writes) {
  const auto n = static_cast<double>(rows);
  writes.rows += rows;
  writes.message.count += rows * (holder.row.count + kIndex.count);
  writes.core_ps += n * holder.costs.distinct_ps;
  writes.traffic.count += rows * holder.costs.traffic.count;
  if (far == 0) return;
  const TieredTable& tiered = *holder.tiered;
  ServerWrites::Far& tier = writes.tiers[tiered.tier];
  tier.rows += far;
  tier.moved.count += far * tiered.moved.count;
  writes.core_ps += static_cast<double>(far) * tiered.core_ps * (holder.reads_to_write ? 2 : 1);
  if (!holder.reads_to_write) return;
  tier.rows_to_read += far;
  tier.read.count += far * tiered.moved.count;
}

}  // namespace shardsim
