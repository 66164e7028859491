// SPDX-License-Identifier: Apache-2.0
#include "serving/spec.hpp"

namespace shardsim {

template <>
void describe(Describe<Jitter>& d) {
  d.object("jitter", "factors of mean 1 by which CPU times vary, by class of work");
  d.optional("dense", &Jitter::dense, "dense layers");
  d.optional("sparse", &Jitter::sparse, "gathering rows");
  d.optional("serde", &Jitter::serde, "messages: RPC library, serialisation");
  d.optional("service", &Jitter::service, "service and net overhead");
  d.check([](const Jitter& j) -> std::optional<Complaint> {
    for (const auto& [key, choice] :
         {std::pair("dense", &j.dense), {"sparse", &j.sparse}, {"serde", &j.serde}, {"service", &j.service}})
      if (choice->has_value() && std::abs((*choice)->mean() - 1) > 1e-9)
        return Complaint{key, fmt::format("a jitter is a factor: expected the mean 1, found {}", (*choice)->mean())};
    return std::nullopt;
  });
}

template <>
void describe(Describe<TimeoutPolicy>& d) {
  d.object("timeout", "what a caller does when no answer comes");
  d.required("after", &TimeoutPolicy::after, "time from issuing an RPC until it is given up").more_than(Duration{0});
  d.optional("retries", &TimeoutPolicy::retries,
             "times that an RPC is asked again, of the replica that the balancer picks then; after the last the "
             "query fails. A query that was lost on its way to a main shard is sent again likewise")
      .at_least(0)
      .at_most(100);
  d.optional("query", &TimeoutPolicy::query,
             "time from sending a query until the frontend gives it up: it has failed, and what is still done for it "
             "is done in vain; left out: 'after' x (1 + 'retries'), in which all attempts of an RPC fit")
      .more_than(Duration{0});
}

template <>
void describe(Describe<ServingSpec>& d) {
  d.object("serving", "how queries are served");
  d.optional("batch_items", &ServingSpec::batch_items,
             "items of a batch; batches of a query run in parallel; above any query's size, there is one batch a query")
      .at_least(1)
      .at_most(1'000'000);
  d.optional("jitter", &ServingSpec::jitter, "how CPU times vary");
  d.optional("main_balancer", &ServingSpec::main_balancer, "how queries pick a main-shard replica");
  d.optional("sparse_balancer", &ServingSpec::sparse_balancer, "how a main shard picks a replica of a sparse shard");
  d.optional(
      "deduplicate", &ServingSpec::deduplicate,
      "ask for each row of a table once a batch, and say where it goes; needs 'traffic.rows' or a trace with rows");
  d.optional("timeout", &ServingSpec::timeout, "of RPCs and of queries; needed where faults can lose messages");
}

}  // namespace shardsim
