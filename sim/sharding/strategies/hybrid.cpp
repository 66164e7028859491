// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "model/walks.hpp"

#include "sharding/packing.hpp"

namespace shardsim {
namespace {

/// How the tables that main does not keep are spread.
enum class RestRule { load_balanced, capacity_balanced, nsbp };

/// What main's memory is used for.
enum class Saving { core_time, rpcs };

/// A table that main may keep.
struct Candidate {
  std::size_t group = 0;  ///< of tables that the same RPCs ask for
  Bytes bytes;
  double asked = 0;     ///< shards that a query asks for it, were it alone on them: at most one for each part
  double messages = 0;  ///< core time that its share of the messages takes a query
  bool kept = false;
};

// Tables that the same RPCs ask for. A batch asks no more shards than there are, and no more than its tables and parts
// are on; so no RPC is saved before what is left asks fewer than all. Members are in the order of their bytes for a
// shard less.
class RpcGroup {
 public:
  RpcGroup(std::vector<Candidate*> members, int shards, double rpc_price)
      : members_(std::move(members)), shards_(shards), rpc_price_(rpc_price) {
    std::stable_sort(members_.begin(), members_.end(), [](const Candidate* a, const Candidate* b) {
      return static_cast<double>(a->bytes.count) * b->asked < static_cast<double>(b->bytes.count) * a->asked;
    });
    for (const Candidate* c : members_) asked_ += c->asked;
  }

  /// Members [first, last), and the core time that they save for each of their bytes.
  struct Step {
    std::size_t first = 0;
    std::size_t last = 0;
    Bytes bytes;
    double saved_per_byte = 0;
  };
  /// The best of: any one that fits, or the first few together, which may save RPCs.
  Step best(Bytes room) const {
    Step best;
    const auto consider = [&](std::size_t first, std::size_t last, const Candidate& sum) {
      if (sum.bytes > room) return;
      const double saved = sum.messages + rpc_price_ * (rpcs(asked_) - rpcs(asked_ - sum.asked));
      const double per_byte = saved / static_cast<double>(sum.bytes.count);
      if (per_byte > best.saved_per_byte) best = {first, last, sum.bytes, per_byte};
    };
    Candidate together;
    for (std::size_t i = 0; i < members_.size(); ++i) {
      together.bytes += members_[i]->bytes;
      together.asked += members_[i]->asked;
      together.messages += members_[i]->messages;
      consider(i, i + 1, *members_[i]);
      consider(0, i + 1, together);
    }
    return best;
  }
  void keep(const Step& step) {
    const auto at = [&](std::size_t i) { return members_.begin() + static_cast<std::ptrdiff_t>(i); };
    for (auto it = at(step.first); it != at(step.last); ++it) {
      (*it)->kept = true;
      asked_ -= (*it)->asked;
    }
    members_.erase(at(step.first), at(step.last));
  }

 private:
  double rpcs(double asked) const { return std::min(asked, static_cast<double>(shards_)); }

  std::vector<Candidate*> members_;  // that are not kept
  int shards_;
  double rpc_price_;  // of one in each batch
  double asked_ = 0;  // by the members
};

// Greedy: what saves most core time for its bytes first, as long as it fits.
void choose_kept(std::vector<Candidate>& tables, int shards, double rpc_price, Bytes room) {
  std::vector<std::vector<Candidate*>> members;
  for (Candidate& c : tables) {
    members.resize(std::max(members.size(), c.group + 1));
    members[c.group].push_back(&c);
  }
  std::vector<RpcGroup> groups;
  for (std::vector<Candidate*>& m : members) groups.emplace_back(std::move(m), shards, rpc_price);
  while (true) {
    RpcGroup* best = nullptr;
    RpcGroup::Step step;
    for (RpcGroup& group : groups)
      if (const RpcGroup::Step s = group.best(room); s.saved_per_byte > step.saved_per_byte) best = &group, step = s;
    if (best == nullptr) return;
    best->keep(step);
    room = {room.count - step.bytes.count};
  }
}

// Of a query, in both directions: row numbers of 8 bytes; for each bag an offset of 4 bytes, and a vector of fp32.
double message_bytes(const Table& table, const Net& net, double lookups, const PlanningInput& input) {
  if (lookups == 0) return 0;
  const double bags = expected_times(net) * (table.per == Per::item ? expected_items(net, input.items_per_query) : 1);
  const double times = table.per == Per::item ? 1 : input.batches_per_query;
  return times * (8 * lookups + table.coverage * bags * (4 + 4 * table.dim));
}

class Hybrid final : public ShardedStrategy {
 public:
  std::optional<Bytes> main_memory;
  double main_share = 1;
  RestRule rest = RestRule::load_balanced;
  Saving save = Saving::core_time;
  int sampled_queries = kSampledQueries;

  ShardingPlan plan(const PlanningInput& input) const override {
    std::vector<Piece> pieces = pieces_of(*this, input);
    constexpr RpcPrice kRpcsFirst{1e12, 1};  // more than any message
    const RpcPrice price = save == Saving::rpcs ? kRpcsFirst : input.price;
    std::vector<Candidate> tables = candidates(pieces, input, price.byte);
    choose_kept(tables, shards, price.rpc * input.batches_per_query, room(input));
    ShardingPlan plan{"hybrid", {}, {}};
    const std::vector<PlacedTable> placed = tables_of(input.model);
    for (std::size_t t = 0; t < tables.size(); ++t)
      if (tables[t].kept) plan.main.push_back({placed[t].table->name});
    std::erase_if(pieces, [&](const Piece& p) { return tables[p.table].kept; });
    plan.shards = spread_rest(std::move(pieces), input);
    return plan;
  }
  std::optional<int> estimates_from() const override { return sampled_queries; }

 private:
  Bytes room(const PlanningInput& input) const {
    const double share = main_share * static_cast<double>(input.model.table_bytes().count);
    return std::min(std::min(main_memory.value_or(input.main_memory), input.main_memory),
                    Bytes{static_cast<std::int64_t>(std::llround(share))});
  }

  // With nsbp the nets share out the shards; else each net is on all of them.
  std::vector<Candidate> candidates(const std::vector<Piece>& pieces, const PlanningInput& input,
                                    double byte_price) const {
    const std::vector<double> lookups = lookups_of(input, sampled_queries);
    const std::vector<PlacedTable> placed = tables_of(input.model);
    std::vector<Candidate> tables(lookups.size());
    for (const Piece& p : pieces) {
      Candidate& c = tables[p.table];
      c.group = rest == RestRule::nsbp ? 0 : p.net;
      c.bytes += p.bytes;
      c.asked += std::min(1.0, lookups[p.table] / p.placement.parts);
    }
    for (std::size_t t = 0; t < tables.size(); ++t)
      if (const Net& net = input.model.nets[placed[t].net]; !net.rpc)  // else as long whatever they ask for
        tables[t].messages = byte_price * message_bytes(*placed[t].table, net, lookups[t], input);
    return tables;
  }

  std::vector<PlannedShard> spread_rest(std::vector<Piece> pieces, const PlanningInput& input) const {
    switch (rest) {
      case RestRule::capacity_balanced:
        return balanced_by_bytes(std::move(pieces), shards);
      case RestRule::nsbp:
        return packed_by_net(std::move(pieces), shards);
      case RestRule::load_balanced:
        break;
    }
    return balanced_by_load(std::move(pieces), shards, input, sampled_queries);
  }
};

}  // namespace

template <>
struct EnumNames<RestRule> {
  static constexpr std::array<std::pair<RestRule, std::string_view>, 3> names{
      {{RestRule::load_balanced, "load-balanced"},
       {RestRule::capacity_balanced, "capacity-balanced"},
       {RestRule::nsbp, "nsbp"}}};
};

template <>
struct EnumNames<Saving> {
  static constexpr std::array<std::pair<Saving, std::string_view>, 2> names{
      {{Saving::core_time, "core-time"}, {Saving::rpcs, "rpcs"}}};
};

template <>
void describe(Describe<Hybrid>& d) {
  d.object("hybrid",
           "tables stay on the main shard while its memory lasts, those first that save most of what RPCs cost for "
           "their bytes; the rest is spread over sparse shards");
  describe_shards(d);
  d.optional("main_memory", &Hybrid::main_memory,
             "the most that tables take on the main shard; default: what its platform has beside the dense layers");
  d.optional("main_share", &Hybrid::main_share, "the most that main keeps of the bytes of all tables")
      .at_least(0)
      .at_most(1);
  d.optional("save", &Hybrid::save,
             "what main keeps tables for: the core time of RPCs, or as few RPCs as may be, whatever is in them");
  d.optional("rest", &Hybrid::rest, "how the rest is spread");
  d.optional("sampled_queries", &Hybrid::sampled_queries, "queries sampled to estimate each table's lookups")
      .at_least(1)
      .at_most(1'000'000);
}

namespace strategies {
Alternative<Strategy> hybrid() { return alternative<Hybrid, Strategy>(); }
}  // namespace strategies

}  // namespace shardsim
