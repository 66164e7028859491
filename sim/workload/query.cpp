// SPDX-License-Identifier: Apache-2.0
#include "workload/query.hpp"

#include <algorithm>
#include <map>
#include <numeric>

#include "workload/walk.hpp"

namespace shardsim {
namespace {

constexpr double kMostItems = 1e6;
constexpr double kMostLookups = 1e9;

std::int32_t whole_lookups(double lookups) { return static_cast<std::int32_t>(std::min(lookups + 0.5, kMostLookups)); }

// The value of a distribution that draws nothing, and so always has the same.
std::optional<double> undrawn(const Distribution& distribution) {
  RandomStream used(0, 0, Purpose::lookups, 0);
  RandomStream untouched = used;
  const double value = distribution.sample(used);
  return used.bits() == untouched.bits() ? std::optional(value) : std::nullopt;
}

}  // namespace

QueryStream::QueryStream(const Model& model, const Traffic& traffic, std::uint64_t seed, std::uint32_t replication)
    : tables_(tables_of(model)), traffic_(traffic), seed_(seed), replication_(replication) {
  sort_tables();
  if (const std::optional<TraceHeader> header = traffic.arrivals->recorded()) match_trace(*header);
  if (traffic.rows || recorded_rows_) make_samplers();
  note_nets(model);
}

// Where nothing is drawn and nothing depends on the query, lookups are known beforehand.
void QueryStream::sort_tables() {
  const bool has_factor = traffic_.lookup_factor.has_value();
  lookups_of_all_.resize(tables_.size());
  for (std::size_t t = 0; t < tables_.size(); ++t) {
    const Table& table = *tables_[t].table;
    const bool per_item = table.per == Per::item;
    const bool shares_factor = has_factor && table.shares_factor;
    const std::optional<double> lookups = undrawn(*table.pooling);
    if (lookups && table.coverage >= 1 && !per_item && !shares_factor)
      lookups_of_all_[t] = whole_lookups(*lookups);
    else
      drawn_.push_back(
          {t, drawn_.size(), &*table.pooling, quantiles_of(*table.pooling), table.coverage, per_item, shares_factor});
  }
}

ScaledQuantiles QueryStream::quantiles_of(const Distribution& pooling) {
  const ByInversion* inversion = pooling.by_inversion();
  return inversion == nullptr ? ScaledQuantiles{} : quantiles_.of(*inversion);
}

void QueryStream::match_trace(const TraceHeader& header) {
  std::map<std::string, std::size_t> number_of;
  std::vector<std::string> names;
  for (std::size_t t = 0; t < tables_.size(); ++t) {
    number_of[tables_[t].table->name] = t;
    names.push_back(tables_[t].table->name);
  }
  recorded_as_.assign(tables_.size(), kDrawn);
  for (std::size_t i = 0; i < header.tables.size(); ++i) {
    const TraceTable& recorded = header.tables[i];
    const auto it = number_of.find(recorded.name);
    if (it == number_of.end())
      throw ScenarioError(
          "/traffic/arrivals/file",
          fmt::format("the trace has lookups in table {}, which the model does not have "
                      "(scripts/dress_trace.py gives the model's tables the pattern of another trace's){}",
                      in_quotes(recorded.name), suggestion(recorded.name, names)));
    recorded_as_[it->second] = i;
  }
  recorded_rows_ = header.detail == TraceDetail::rows;
}

void QueryStream::make_samplers() {
  const RowTraffic defaults;
  const RowTraffic& spec = traffic_.rows ? *traffic_.rows : defaults;
  for (const PlacedTable& t : tables_) {
    const Choice<Popularity>& popularity = t.table->popularity.has_value() ? t.table->popularity : spec.popularity;
    samplers_.push_back({popularity->over(t.table->rows)});
    if (spec.order == RowOrder::scattered) scatter_.emplace_back(t.table->rows);
  }
}

void QueryStream::draw_rows_of(const std::vector<bool>& tables) {
  for (std::size_t t = 0; t < samplers_.size(); ++t) samplers_[t].wanted = tables[t];
  if (std::find(tables.begin(), tables.end(), true) == tables.end()) rows_wanted_ = false;
}

Query QueryStream::make(std::uint64_t id, const Arrival& arrival) const {
  Query query;
  query.id = id;
  query.items = items_of(id, arrival);
  if (traffic_.classes.size() > 1) query.kind = kind_of(id);
  if (!nets_.empty()) [[unlikely]] {
    walk(query, arrival.recorded);
    return query;
  }
  query.lookups = lookups_of_all_;
  draw_lookups(query);
  if (arrival.recorded != nullptr) take_recorded(query, *arrival.recorded);
  if (has_rows() && rows_wanted_) add_rows(query, arrival.recorded);
  return query;
}

int QueryStream::items_of(std::uint64_t id, const Arrival& arrival) const {
  if (arrival.items > 0) return arrival.items;
  RandomStream random(seed_, replication_, Purpose::query_items, id);
  double items = traffic_.items->sample(random);
  if (traffic_.items_by_time) items *= traffic_.items_by_time->at(arrival.time);
  return static_cast<int>(std::clamp(items + 0.5, 1.0, kMostItems));
}

std::uint8_t QueryStream::kind_of(std::uint64_t id) const {
  RandomStream random(seed_, replication_, Purpose::query_class, id);
  double left = random.uniform();
  const std::size_t last = traffic_.classes.size() - 1;
  for (std::size_t c = 0; c < last; ++c) {
    left -= traffic_.classes[c].share.of_one;
    if (left < 0) return static_cast<std::uint8_t>(c);
  }
  return static_cast<std::uint8_t>(last);
}

// How much is drawn depends on the model alone, so the query is the same whatever serves it. Each table that draws has
// two words of its own, by its place among them.
void QueryStream::draw_lookups(Query& query) const {
  if (drawn_.empty()) return;
  double factor = 1;
  if (traffic_.lookup_factor.has_value()) {
    RandomStream random(seed_, replication_, Purpose::lookup_factor, query_of(query.id));
    factor = traffic_.lookup_factor->sample(random);
  }
  const std::uint64_t first = random_block({seed_, replication_, Purpose::lookups, query.id, 0}, 0)[0];
  for (const DrawnTable& table : drawn_) {
    if (table.coverage < 1 && uniform_of(split_mix(first, 2 * table.place)) < 1 - table.coverage) continue;
    const double times = (table.per_item ? query.items : 1) * (table.shares_factor ? factor : 1);
    query.lookups[table.number] = whole_lookups(pooled(table, query.id, split_mix(first, 2 * table.place + 1)) * times);
  }
}

double QueryStream::pooled(const DrawnTable& table, std::uint64_t query, std::uint64_t word) const {
  if (table.quantiles.table != nullptr) [[likely]]
    return table.quantiles.at(word);
  RandomStream random({seed_, replication_, Purpose::lookups, query, table.place + 1}, word, 0);
  return table.pooling->sample(random);
}

void QueryStream::take_recorded(Query& query, const TraceRecord& record) const {
  for (std::size_t t = 0; t < recorded_as_.size(); ++t)
    if (recorded_as_[t] != kDrawn) query.lookups[t] = record.lookups[recorded_as_[t]];
}

void QueryStream::add_rows(Query& query, const TraceRecord* record) const {
  if (!recorded_rows_) record = nullptr;
  std::vector<std::size_t> recorded_first;
  if (record != nullptr) {
    recorded_first.resize(record->lookups.size());
    std::exclusive_scan(record->lookups.begin(), record->lookups.end(), recorded_first.begin(), std::size_t{0});
  }
  for (std::size_t t = 0; t < tables_.size(); ++t) {
    query.first_row.push_back(query.rows.size());
    if (!samplers_[t].wanted) continue;
    const auto n = static_cast<std::size_t>(query.lookups[t]);
    const std::int64_t most = tables_[t].table->rows;
    if (record != nullptr && recorded_as_[t] != kDrawn) {
      const auto begin = record->rows.begin() + static_cast<std::ptrdiff_t>(recorded_first[recorded_as_[t]]);
      query.rows.insert(query.rows.end(), begin, begin + static_cast<std::ptrdiff_t>(n));
      const auto largest = std::max_element(begin, begin + static_cast<std::ptrdiff_t>(n));
      if (n > 0 && *largest >= most)
        throw ScenarioError("/traffic/arrivals/file",
                            fmt::format("query {} of the trace looks up row {} of table {}, which has {} rows in the "
                                        "model; scripts/dress_trace.py gives the model's tables the pattern of another "
                                        "trace's",
                                        query.id, *largest, in_quotes(tables_[t].table->name), most));
      continue;
    }
    RandomStream random(seed_, replication_, Purpose::rows, query.id, t);
    for (std::size_t i = 0; i < n; ++i) {
      const std::int64_t rank = samplers_[t].sampler->sample(random);
      query.rows.push_back(scatter_.empty() ? rank : scatter_[t](rank));
    }
  }
  query.first_row.push_back(query.rows.size());
}

}  // namespace shardsim
