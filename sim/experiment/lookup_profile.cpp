// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>

#include "experiment/scenario.hpp"
#include "model/walks.hpp"
#include "sharding/packing.hpp"
#include "workload/bijection.hpp"

namespace shardsim {
namespace {

// Whether a recording says `row_split`, in today's word or in the former one.
bool says(const std::string& word, SplitBy row_split) {
  for (const auto& [value, former] : EnumNames<SplitBy>::former_names)
    if (former == word) return value == row_split;
  return word == name_of(row_split);
}

using Shares = std::vector<double>;

double share_of_ranks(const RankSampler& law, std::int64_t first, std::int64_t end) {
  return law.share_below(end) - law.share_below(first);
}

// Row 0 is the most popular and parts hold neighbours: each part is a stretch of ranks.
Shares shares_by_rank(const RankSampler& law, std::int64_t rows, int parts) {
  Shares shares;
  std::int64_t first = 0;
  for (int p = 0; p < parts; ++p) {
    const std::int64_t held = part_rows(rows, p, parts);
    shares.push_back(share_of_ranks(law, first, first + held));
    first += held;
  }
  return shares;
}

// Popular rows lie anywhere: the first ranks are looked for one by one. The others are each so small a share, and so
// well spread, that every part has its rows' share of them.
Shares shares_of_scattered(const RankSampler& law, const TableSplit& split, std::int64_t rows, RowOrder order) {
  constexpr std::int64_t kOneByOne = 4096;
  const std::int64_t head = std::min(rows, kOneByOne);
  const Bijection scatter(rows);
  Shares shares(static_cast<std::size_t>(split.parts));
  std::vector<std::int64_t> left(shares.size());
  for (int p = 0; p < split.parts; ++p) left[static_cast<std::size_t>(p)] = part_rows(rows, p, split.parts);
  double below = 0;
  for (std::int64_t rank = 0; rank < head; ++rank) {
    const std::int64_t row = order == RowOrder::scattered ? scatter(rank) : rank;
    const auto p = static_cast<std::size_t>(part_of_row(row, rows, split.parts, split.split_by));
    const double up_to = law.share_below(rank + 1);
    shares[p] += up_to - below;
    --left[p];
    below = up_to;
  }
  if (rows == head) return shares;
  for (std::size_t p = 0; p < shares.size(); ++p)
    shares[p] += (1 - below) * static_cast<double>(left[p]) / static_cast<double>(rows - head);
  return shares;
}

class TrafficProfile final : public LookupProfile {
 public:
  TrafficProfile(const Scenario& scenario, const Model& model)
      : model_(model), traffic_(scenario.traffic), seed_(scenario.seed), tables_(tables_of(model)) {
    const std::optional<TraceHeader> header = traffic_.arrivals->trace();
    if (!header) return;
    trace_ = *header;
    for (std::size_t i = 0; i < trace_.tables.size(); ++i) recorded_as_[trace_.tables[i].name] = i;
    if (!trace_.estimate) return;
    for (const TraceEstimate::Table& t : trace_.estimate->tables) expected_[t.name] = &t;
  }

  double items() const override { return trace_.estimate ? trace_.estimate->items : traffic_.items_per_query(); }

  std::vector<double> lookups(int samples) const override {
    std::vector<double> out = estimated_lookups({model_, {}, items(), seed_}, samples);
    const bool known = trace_.tables.size() == expected_.size();
    const std::vector<double> seen = known ? std::vector<double>{} : recorded_lookups(samples);
    for (std::size_t t = 0; t < tables_.size(); ++t) {
      const std::string& name = tables_[t].table->name;
      const auto recorded = recorded_as_.find(name);
      if (const auto e = expected_.find(name); e != expected_.end())
        out[t] = e->second->lookups;
      else if (recorded != recorded_as_.end() && !seen.empty())
        out[t] = seen[recorded->second] * mean_times(model_.nets[tables_[t].net]);  // of the first time
    }
    return out;
  }

  std::vector<Shares> shares(const std::vector<TableSplit>& splits, int samples) const override {
    std::vector<Shares> out(splits.size());
    std::vector<std::size_t> of_trace;  // splits of tables whose rows were recorded
    for (std::size_t i = 0; i < splits.size(); ++i) {
      const std::string& name = tables_[splits[i].table].table->name;
      if (const TraceEstimate::Table* known = expected_shares(splits[i]))
        out[i] = known->shares;
      else if (trace_.detail == TraceDetail::rows && recorded_as_.contains(name))
        of_trace.push_back(i);
      else
        out[i] = shares_by_law(splits[i]);
    }
    if (!of_trace.empty()) count_recorded(splits, of_trace, samples, out);
    return out;
  }

  std::string source(int samples) const override {
    if (!expected_.empty()) return "what the recording says was expected";
    if (!trace_.tables.empty())
      return fmt::format("the first {} queries of the trace", for_recorded(samples, [](auto&) {}));
    return LookupProfile::source(samples);
  }

 private:
  const TraceEstimate::Table* expected_shares(const TableSplit& split) const {
    const auto it = expected_.find(tables_[split.table].table->name);
    if (it == expected_.end() || std::ssize(it->second->shares) != split.parts ||
        !says(it->second->split_by, split.split_by))
      return nullptr;
    return it->second;
  }

  Shares shares_by_law(const TableSplit& split) const {
    const Table& table = *tables_[split.table].table;
    if (!traffic_.carries_rows()) return shares_of_rows(table.rows, split.parts);
    const RowTraffic defaults;
    const RowTraffic& spec = traffic_.rows ? *traffic_.rows : defaults;
    const Choice<Popularity>& popularity = table.popularity.has_value() ? table.popularity : spec.popularity;
    const std::unique_ptr<const RankSampler> law = popularity->over(table.rows);
    if (spec.order == RowOrder::by_rank && split.split_by == SplitBy::range)
      return shares_by_rank(*law, table.rows, split.parts);
    return shares_of_scattered(*law, split, table.rows, spec.order);
  }

  // Calls use(record) for the first queries that are replayed; how many there were.
  template <class Use>
  int for_recorded(int samples, const Use& use) const {
    const std::unique_ptr<ArrivalSource> source = traffic_.arrivals->open(0, 0);
    int n = 0;
    for (; n < samples; ++n) {
      const std::optional<Arrival> arrival = source->next();
      if (!arrival || arrival->recorded == nullptr) break;
      use(*arrival->recorded);
    }
    return n;
  }

  std::vector<double> recorded_lookups(int samples) const {
    std::vector<double> sum(trace_.tables.size());
    const int n = for_recorded(samples, [&](const TraceRecord& record) {
      for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += record.lookups[i];
    });
    if (n == 0) return {};
    for (double& s : sum) s /= n;
    return sum;
  }

  void count_recorded(const std::vector<TableSplit>& splits, const std::vector<std::size_t>& wanted, int samples,
                      std::vector<Shares>& out) const {
    std::map<std::size_t, std::size_t> split_of;  // by table of the trace
    for (const std::size_t i : wanted) {
      split_of[recorded_as_.at(tables_[splits[i].table].table->name)] = i;
      out[i].assign(static_cast<std::size_t>(splits[i].parts), 0);
    }
    for_recorded(samples, [&](const TraceRecord& record) {
      std::size_t row = 0;
      for (std::size_t t = 0; t < record.lookups.size(); ++t) {
        const std::size_t end = row + static_cast<std::size_t>(record.lookups[t]);
        if (const auto it = split_of.find(t); it != split_of.end())
          count_rows({record.rows.begin() + static_cast<std::ptrdiff_t>(row),
                      record.rows.begin() + static_cast<std::ptrdiff_t>(end)},
                     splits[it->second], out[it->second]);
        row = end;
      }
    });
    for (const std::size_t i : wanted) {
      double all = 0;
      for (const double n : out[i]) all += n;
      if (all == 0) out[i] = shares_of_rows(tables_[splits[i].table].table->rows, splits[i].parts);
      for (double& n : out[i]) n /= all > 0 ? all : 1;
    }
  }

  // A row beyond the model's table is an error of its own, told when the query is made.
  void count_rows(std::span<const std::int64_t> recorded, const TableSplit& split, Shares& counts) const {
    const std::int64_t rows = tables_[split.table].table->rows;
    for (const std::int64_t row : recorded)
      if (row < rows) ++counts[static_cast<std::size_t>(part_of_row(row, rows, split.parts, split.split_by))];
  }

  const Model& model_;
  const Traffic& traffic_;
  std::uint64_t seed_;
  std::vector<PlacedTable> tables_;
  TraceHeader trace_;                               ///< empty without a trace
  std::map<std::string, std::size_t> recorded_as_;  ///< table of the trace, by name
  std::map<std::string, const TraceEstimate::Table*> expected_;
};

}  // namespace

std::unique_ptr<const LookupProfile> lookup_profile(const Scenario& scenario, const Model& model) {
  return std::make_unique<TrafficProfile>(scenario, model);
}

TraceEstimate trace_estimate(const Scenario& scenario, const Model& model, bool of_tables) {
  const std::unique_ptr<const LookupProfile> profile = lookup_profile(scenario, model);
  TraceEstimate out;
  out.items = profile->items();
  if (!of_tables) return out;
  const int samples = scenario.sharding->estimates_from().value_or(kSampledQueries);
  const std::vector<double> lookups = profile->lookups(samples);
  std::map<std::string, std::size_t> number_of;
  for (const PlacedTable& t : tables_of(model)) {
    number_of[t.table->name] = out.tables.size();
    out.tables.push_back({t.table->name, lookups[out.tables.size()], {}, {}});
  }
  if (!scenario.sharding->estimates_from() && !scenario.replicate) return out;

  // How tables are split does not depend on the estimate, so the same shares will be asked for.
  const ShardingPlan plan = make_plan(scenario, model);
  std::vector<TableSplit> splits;
  for (const PlannedShard& shard : plan.shards)
    for (const Placement& p : shard.tables)
      if (p.by_rows() && p.part == 0) splits.push_back({number_of.at(p.table), p.parts, p.split_by});
  const std::vector<Shares> shares = profile->shares(splits, samples);
  for (std::size_t i = 0; i < splits.size(); ++i) {
    out.tables[splits[i].table].split_by = name_of(splits[i].split_by);
    out.tables[splits[i].table].shares = shares[i];
  }
  return out;
}

}  // namespace shardsim
