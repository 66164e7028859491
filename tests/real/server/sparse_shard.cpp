// SPDX-License-Identifier: Apache-2.0
#include "server/sparse_shard.hpp"

#include <algorithm>

#include "server/reports.hpp"

namespace shardsim::real {

SparseShard::SparseShard(const Setup& setup, std::size_t number, const std::string& address)
    : tables_(held_tables(setup, setup.plan.shards.at(number).tables)), host_(service_, address) {}

void SparseShard::serve(int threads) {
  for (int t = 0; t < 2 * threads; ++t) answer_gather();
  answer_reports(service_, host_.queue(), counters_);
  host_.serve(threads);
}

Detached SparseShard::answer_gather() {
  Incoming<GatherRequest, GatherResponse> incoming;
  if (!co_await incoming.from(service_, &Shard::AsyncService::RequestGather, host_.queue())) co_return;
  const std::uint64_t begin = now_ns();
  answer_gather();  // the next

  const GatherRequest& request = incoming.request();
  if (!is_held(request)) {
    const std::string why = "a table is not in this shard; are all processes of one scenario?";
    co_await incoming.refuse(why);
    co_return;
  }
  GatherResponse response;
  {
    int width = 0;
    for (const Lookups& l : request.lookups()) width += l.lengths_size() * tables_[l.table()]->dim();
    response.mutable_vectors()->Resize(width, 0);
    float* out = response.mutable_vectors()->mutable_data();
    const CpuTimer timer(counters_.sparse_ns);
    for (const Lookups& l : request.lookups()) {
      const HeldTable& table = *tables_[l.table()];
      table.pool({l.lengths().data(), static_cast<std::size_t>(l.lengths_size())},
                 {l.rows().data(), static_cast<std::size_t>(l.rows_size())}, out);
      out += l.lengths_size() * table.dim();
    }
  }
  response.set_begin_ns(begin);
  response.set_end_ns(now_ns());
  ++counters_.requests;
  co_await incoming.answer(response);
}

bool SparseShard::is_held(const GatherRequest& request) const {
  return std::all_of(request.lookups().begin(), request.lookups().end(),
                     [&](const Lookups& l) { return l.table() < tables_.size() && tables_[l.table()] != nullptr; });
}

}  // namespace shardsim::real
