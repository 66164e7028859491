// SPDX-License-Identifier: Apache-2.0
#include "server/main_shard.hpp"

#include <deque>
#include <numeric>

#include "server/reports.hpp"

namespace shardsim::real {
namespace {

using Bags = std::span<const std::uint32_t>;
using Rows = std::span<const std::uint64_t>;

Stamp stamp(Step step, std::size_t batch, std::size_t net, std::size_t target, std::uint64_t begin, std::uint64_t end) {
  Stamp out;
  out.set_step(step);
  out.set_batch(static_cast<std::uint32_t>(batch));
  out.set_net(static_cast<std::uint32_t>(net));
  out.set_target(static_cast<std::uint32_t>(target));
  out.set_begin_ns(begin);
  out.set_end_ns(end);
  return out;
}

}  // namespace

// Queries come from outside, so that their lengths are checked before they are believed.
struct MainShard::Asked {
  const Query& query;
  std::vector<const Lookups*> of_table;                 // null: none
  std::vector<std::vector<std::uint32_t>> rows_before;  // by table and bag, and one more: where its rows begin
  Scores scores;

  explicit Asked(const Query& q) : query(q) {}
  bool index(const std::vector<PlacedTable>& tables) {
    of_table.resize(tables.size());
    rows_before.resize(tables.size());
    for (const Lookups& l : query.lookups()) {
      if (l.table() >= tables.size()) return false;
      const Table& table = *tables[l.table()].table;
      const int bags = table.per == Per::item ? static_cast<int>(query.items()) : 1;
      if (l.lengths_size() != bags) return false;
      std::vector<std::uint32_t>& before = rows_before[l.table()];
      before.push_back(0);
      for (const std::uint32_t length : l.lengths()) before.push_back(before.back() + length);
      if (before.back() != static_cast<std::uint32_t>(l.rows_size())) return false;
      for (const std::uint64_t row : l.rows())
        if (row >= static_cast<std::uint64_t>(table.rows)) return false;
      of_table[l.table()] = &l;
    }
    return true;
  }
};

struct MainShard::Batch {
  std::size_t number = 0;
  std::size_t first = 0;  // item
  std::size_t last = 0;
  std::vector<Stamp> stamps;
  std::string failure;  // empty: none

  // Bags of a table, and their rows.
  std::pair<Bags, Rows> of(const Asked& asked, std::size_t table, Per per) const {
    const Lookups& l = *asked.of_table[table];
    const std::size_t begin = per == Per::item ? first : 0;
    const std::size_t end = per == Per::item ? last : 1;
    const std::vector<std::uint32_t>& before = asked.rows_before[table];
    return {Bags(l.lengths().data(), static_cast<std::size_t>(l.lengths_size())).subspan(begin, end - begin),
            Rows(l.rows().data(), static_cast<std::size_t>(l.rows_size()))
                .subspan(before[begin], before[end] - before[begin])};
  }
};

// Vectors come back for these tables and bags, in this order.
struct MainShard::Call {
  struct Answered {
    std::size_t table;
    std::vector<std::uint32_t> bags;
  };
  std::size_t target = 0;
  std::vector<Answered> answered;
  GatherRequest request;
  GatherResponse response;
  grpc::Status status;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;

  void ask(std::size_t table, Bags lengths, Rows rows, const Setup::Parts& parts, std::int64_t table_rows) {
    Lookups& to = *request.add_lookups();
    to.set_table(static_cast<std::uint32_t>(table));
    answered.push_back({table, {}});
    std::vector<std::uint32_t>& bags = answered.back().bags;
    if (parts.target.size() == 1) {
      to.mutable_lengths()->Add(lengths.begin(), lengths.end());
      to.mutable_rows()->Add(rows.begin(), rows.end());
      for (std::uint32_t b = 0; b < lengths.size(); ++b) bags.push_back(b);
      return;
    }
    // Of a split table, the rows that this shard holds, and the bags that have any.
    std::size_t next = 0;
    for (std::uint32_t b = 0; b < lengths.size(); ++b) {
      std::uint32_t held = 0;
      for (const std::size_t end_of_bag = next + lengths[b]; next < end_of_bag; ++next) {
        const int part = part_of_row(static_cast<std::int64_t>(rows[next]), table_rows,
                                     static_cast<int>(parts.target.size()), parts.split_by);
        if (parts.target[static_cast<std::size_t>(part)] != target) continue;
        to.add_rows(rows[next]);
        ++held;
      }
      if (held == 0) continue;
      to.add_lengths(held);
      bags.push_back(b);
    }
    if (!bags.empty()) return;
    request.mutable_lookups()->RemoveLast();
    answered.pop_back();
  }
};

struct MainShard::NetCalls {
  std::deque<Call> calls;
  Join join;
};

MainShard::MainShard(const Setup& setup, const std::string& address, const std::vector<std::string>& shards,
                     double patience_s)
    : setup_(setup),
      net_order_(evaluation_order(setup.model)),
      tables_of_(setup.model.nets.size()),
      parts_(setup.parts()),
      held_(held_tables(setup, setup.plan.main)),
      host_(service_, address) {
  if (shards.size() != setup.plan.shards.size())
    throw InputError(
        fmt::format("the plan has {} sparse shards; {} addresses were given", setup.plan.shards.size(), shards.size()));
  for (std::size_t n = 0; n < setup.model.nets.size(); ++n)
    dense_.emplace_back(setup.model.nets[n], static_cast<std::uint32_t>(1000 * (n + 1)));
  for (std::size_t t = 0; t < setup.tables.size(); ++t) {
    std::vector<std::size_t>& before = tables_of_[setup.tables[t].net];
    column_.push_back(before.empty()
                          ? dense_[setup.tables[t].net].bottom_width()
                          : column_.back() + static_cast<std::size_t>(setup.tables[before.back()].table->dim));
    before.push_back(t);
  }
  for (std::size_t s = 0; s < shards.size(); ++s) {
    const auto channel = channel_to(shards[s]);
    await_peer(*channel, fmt::format("sparse shard {}", s), shards[s], patience_s);
    shards_.push_back(Shard::NewStub(channel));
  }
}

void MainShard::serve(int threads) {
  for (int t = 0; t < 2 * threads; ++t) answer_query();
  answer_reports(service_, host_.queue(), counters_);
  host_.serve(threads);
}

Detached MainShard::answer_query() {
  Incoming<Query, Scores> incoming;
  if (!co_await incoming.from(service_, &Main::AsyncService::RequestRank, host_.queue())) co_return;
  const std::uint64_t begin = now_ns();
  answer_query();  // the next

  Asked asked(incoming.request());
  if (!asked.index(setup_.tables)) {
    const std::string why = "the query does not fit the model; are all processes of one scenario?";
    co_await incoming.refuse(why);
    co_return;
  }
  const std::size_t items = asked.query.items();
  const auto batch_items = static_cast<std::size_t>(setup_.scenario.serving.batch_items);
  asked.scores.mutable_scores()->Resize(static_cast<int>(items), 0);
  std::deque<Batch> batches;
  Join join;
  for (std::size_t first = 0; first < items; first += batch_items) {
    batches.push_back({batches.size(), first, std::min(first + batch_items, items), {}, {}});
    join.fork();
  }
  for (std::size_t b = batches.size(); b-- > 0;) serve_batch(asked, batches[b], join);
  co_await join;
  for (const Batch& batch : batches) {
    if (batch.failure.empty()) continue;
    co_await incoming.refuse(batch.failure);
    co_return;
  }
  if (asked.query.stamps_wanted()) {
    for (const Batch& batch : batches) asked.scores.mutable_stamps()->Add(batch.stamps.begin(), batch.stamps.end());
    *asked.scores.add_stamps() = stamp(Step::QUERY, 0, 0, 0, begin, now_ns());
  }
  ++counters_.requests;
  co_await incoming.answer(asked.scores);
}

Detached MainShard::serve_batch(Asked& asked, Batch& batch, Join& batches) {
  Turn turn;
  if (batch.number > 0) co_await turn.of(host_.queue());  // the first goes on where the query was taken in
  for (const std::size_t net : net_order_) {
    NetCalls calls;
    call_shards(asked, batch, net, calls);

    const DenseNet& dense = dense_[net];
    const bool per_item = setup_.model.nets[net].per == Per::item;
    Matrix features(per_item ? batch.last - batch.first : 1, dense.features());
    const std::uint64_t begin = now_ns();
    if (dense.inputs() > 0) {
      const CpuTimer timer(counters_.dense_ns);
      const Matrix bottom = dense.bottom(dense_inputs(asked, batch, net));
      for (std::size_t r = 0; r < features.rows; ++r) std::copy_n(bottom.row(r), bottom.columns, features.row(r));
    }
    const std::uint64_t bottom_done = now_ns();
    gather_local(asked, batch, net, features);
    const std::uint64_t own_done = now_ns();
    co_await calls.join;
    const std::uint64_t all_there = now_ns();
    for (const Call& call : calls.calls)
      if (!call.status.ok())
        batch.failure = fmt::format("sparse shard {}: {}", call.target - 1, call.status.error_message());
    add_answers(calls, features);
    {
      const CpuTimer timer(counters_.dense_ns);
      const Matrix out = dense.top(features);
      for (std::size_t i = batch.first; i < batch.last; ++i)
        (*asked.scores.mutable_scores())[static_cast<int>(i)] += out.row(per_item ? i - batch.first : 0)[0];
    }
    const auto note = [&](Step step, std::size_t target, std::uint64_t from, std::uint64_t to) {
      batch.stamps.push_back(stamp(step, batch.number, net, target, from, to));
    };
    note(Step::BOTTOM, 0, begin, bottom_done);
    note(Step::GATHER, 0, bottom_done, own_done);
    for (const Call& call : calls.calls) {
      note(Step::RPC, call.target, call.begin, call.end);
      note(Step::SHARD, call.target, call.response.begin_ns(), call.response.end_ns());
    }
    note(Step::WAIT, 0, own_done, all_there);
    note(Step::TOP, 0, all_there, now_ns());
  }
  batches.done();
}

void MainShard::call_shards(const Asked& asked, const Batch& batch, std::size_t net, NetCalls& calls) {
  std::vector<Call*> by_target(shards_.size() + 1);
  for (const std::size_t t : tables_of_[net]) {
    if (asked.of_table[t] == nullptr) continue;
    const Table& table = *setup_.tables[t].table;
    const auto [lengths, rows] = batch.of(asked, t, table.per);
    if (rows.empty()) continue;
    for (const std::size_t target : parts_[t].target) {
      if (target == 0) continue;
      if (by_target[target] == nullptr) {
        by_target[target] = &calls.calls.emplace_back();
        by_target[target]->target = target;
        by_target[target]->request.set_net(static_cast<std::uint32_t>(net));
      }
      by_target[target]->ask(t, lengths, rows, parts_[t], table.rows);
    }
  }
  std::erase_if(calls.calls, [](const Call& call) { return call.answered.empty(); });
  for (Call& call : calls.calls) {
    calls.join.fork();
    call_shard(call, calls.join);
  }
}

Detached MainShard::call_shard(Call& call, Join& calls) {
  call.begin = now_ns();
  grpc::ClientContext context;
  Event event;
  const auto reader = shards_[call.target - 1]->AsyncGather(&context, call.request, &host_.queue());
  co_await event.after([&](void* tag) { reader->Finish(&call.response, &call.status, tag); });
  call.end = now_ns();
  calls.done();
}

void MainShard::gather_local(const Asked& asked, const Batch& batch, std::size_t net, Matrix& features) {
  const CpuTimer timer(counters_.sparse_ns);
  std::vector<float> vectors;
  const auto gather = [&](std::size_t t, Bags lengths, Rows rows, Bags bags) {
    vectors.resize(lengths.size() * static_cast<std::size_t>(held_[t]->dim()));
    held_[t]->pool(lengths, rows, vectors.data());
    spread(t, bags, vectors.data(), features);
  };
  std::vector<std::uint32_t> all(batch.last - batch.first);
  std::iota(all.begin(), all.end(), 0U);
  for (const std::size_t t : tables_of_[net]) {
    if (asked.of_table[t] == nullptr || held_[t] == nullptr) continue;
    const Table& table = *setup_.tables[t].table;
    const auto [lengths, rows] = batch.of(asked, t, table.per);
    if (parts_[t].target.size() == 1) {
      gather(t, lengths, rows, Bags(all).first(lengths.size()));
      continue;
    }
    Call own;  // what of a split table the main shard holds
    own.ask(t, lengths, rows, parts_[t], table.rows);
    if (own.answered.empty()) continue;
    const Lookups& held = own.request.lookups(0);
    gather(t, Bags(held.lengths().data(), static_cast<std::size_t>(held.lengths_size())),
           Rows(held.rows().data(), static_cast<std::size_t>(held.rows_size())), own.answered[0].bags);
  }
}

void MainShard::add_answers(const NetCalls& calls, Matrix& features) const {
  for (const Call& call : calls.calls) {
    if (!call.status.ok()) continue;  // the query fails
    const float* vectors = call.response.vectors().data();
    for (const Call::Answered& answered : call.answered) {
      spread(answered.table, answered.bags, vectors, features);
      vectors += answered.bags.size() * static_cast<std::size_t>(setup_.tables[answered.table].table->dim);
    }
  }
}

void MainShard::spread(std::size_t table, Bags bags, const float* vectors, Matrix& features) const {
  const Table& t = *setup_.tables[table].table;
  const auto dim = static_cast<std::size_t>(t.dim);
  const auto add = [&](std::size_t row, const float* vector) {
    float* to = features.row(row) + column_[table];
    for (std::size_t d = 0; d < dim; ++d) to[d] += vector[d];
  };
  for (const std::uint32_t bag : bags) {
    if (t.per == Per::item) {
      add(std::min<std::size_t>(bag, features.rows - 1), vectors);
    } else {
      for (std::size_t r = 0; r < features.rows; ++r) add(r, vectors);
    }
    vectors += dim;
  }
}

Matrix MainShard::dense_inputs(const Asked& asked, const Batch& batch, std::size_t net) const {
  const std::size_t items = asked.query.items();
  std::size_t before = 0;
  for (std::size_t n = 0; n < net; ++n) before += dense_[n].inputs() * items;
  const bool per_item = setup_.model.nets[net].per == Per::item;
  Matrix in(per_item ? batch.last - batch.first : 1, dense_[net].inputs());
  const std::size_t begin = before + (per_item ? batch.first : 0) * in.columns;
  for (std::size_t i = 0; i < in.values.size(); ++i) {
    const std::size_t at = begin + i;
    in.values[i] =
        at < static_cast<std::size_t>(asked.query.dense_size()) ? asked.query.dense(static_cast<int>(at)) : 0;
  }
  return in;
}

}  // namespace shardsim::real
