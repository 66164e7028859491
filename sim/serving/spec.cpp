// SPDX-License-Identifier: Apache-2.0
#include "serving/spec.hpp"

namespace shardsim {

std::optional<Duration> ServingSpec::patience() const {
  if (query_timeout) return query_timeout;
  const std::optional<Duration> one_try = call->per_try_timeout();
  if (!one_try) return std::nullopt;
  return std::min(*one_try * (1 + call->retries()), kLongestDuration);
}

void DedupType::include_files(Json& value, const std::string& pointer, Document& document) const {
  if (!value.is_boolean()) return;
  const std::string_view now = name_of(value.get<bool>() ? Dedup::batch : Dedup::none);
  document.note(pointer, fmt::format("{} is now '{}'", value.dump(), now));
  value = now;
}

namespace {

// What a near cache does not go with.
std::optional<Complaint> near_cache_complaint(const ServingSpec& s) {
  if (!s.near_cache) return std::nullopt;
  if (s.dedup == Dedup::query)
    return Complaint{"near_cache",
                     "looks rows up batch by batch, and 'dedup_indices' 'query' asks for all batches at once; expected "
                     "'dedup_indices' 'batch' or 'none'"};
  if (s.dedup != Dedup::none && !s.near_cache->is_exact())
    return Complaint{"near_cache/cache_mode",
                     "'analytic' knows how often rows are looked up, and 'dedup_indices' asks for each once; expected "
                     "'exact', or 'dedup_indices' 'none'"};
  if (s.inter_op > 1) return Complaint{"near_cache", "gathers what it finds on one core; expected 'inter_op' 1"};
  return std::nullopt;
}

}  // namespace

template <>
void describe(Describe<Jitter>& d) {
  d.object("jitter", "factors of mean 1 by which CPU times vary, by class of work");
  d.optional("dense", &Jitter::dense, "dense layers");
  d.optional("sparse", &Jitter::sparse, "gathering rows");
  d.optional("serde", &Jitter::serde, "messages: RPC library, serialization");
  d.optional("service", &Jitter::service, "service and net overhead");
  d.check([](const Jitter& j) -> std::optional<Complaint> {
    for (const auto& [key, choice] :
         {std::pair("dense", &j.dense), {"sparse", &j.sparse}, {"serde", &j.serde}, {"service", &j.service}})
      if (std::optional<Complaint> complaint = check_factor(key, *choice)) return complaint;
    return std::nullopt;
  });
}

template <>
void describe(Describe<IntraOp>& d) {
  d.object("intra_op", "one dense operator on several cores at once");
  d.required("cores", &IntraOp::cores, "how many").at_least(1);
  d.required("efficiency", &IntraOp::efficiency, "each of n cores works for 1 / (n x efficiency) of the time on one")
      .more_than(0)
      .at_most(1);
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
  d.optional("dedup_indices", &ServingSpec::dedup,
             "batch: ask for each row of a table once a batch, and say where it goes; query: once a query, in one RPC "
             "for all "
             "its batches, which needs 'issue' 'eager'; either needs 'traffic.rows' or a trace with rows")
      .formerly("deduplicate");
  d.optional("call", &ServingSpec::call,
             "how a main shard makes an RPC; faults that lose messages need one with a timeout");
  d.optional("query_timeout", &ServingSpec::query_timeout,
             "time from sending a query until the frontend gives it up: it has failed, and what is still done for it "
             "is done in vain; left out: 'per_try_timeout' x (1 + 'retries'), in which all attempts of an RPC fit")
      .more_than(Duration{0});
  d.optional(
      "threads", &ServingSpec::threads,
      "per-step: each step of a request is a visit to a core; run-to-completion: all steps between two waits for "
      "a message are one");
  d.optional("inter_op", &ServingSpec::inter_op, "tables of a net that a batch gathers from at once, each on a core")
      .at_least(1);
  d.optional("intra_op", &ServingSpec::intra_op, "one dense operator on several cores");
  d.optional("workers", &ServingSpec::workers,
             "requests that a server works on at once, those that wait for an RPC too; others wait; left out: all")
      .at_least(1);
  d.optional("issue", &ServingSpec::issue,
             "per-net: a batch makes the RPCs of a net when it comes to the net; eager: all at its start");
  d.optional("executor", &ServingSpec::executor, "where the dense layers of a batch run");
  d.optional("queue", &ServingSpec::queue,
             "which query comes first where queries wait for one of main's 'workers', or for a device of the executor");
  d.optional("store", &ServingSpec::store, "where the rows of tables come from");
  d.optional("near_cache", &ServingSpec::near_cache,
             "a cache at the main shard, of what sparse shards would be asked for");
  d.optional("admission", &ServingSpec::admission, "which requests a replica takes");
  d.optional("scaling", &ServingSpec::scaling, "how many replicas of a service there are as time goes on");
  d.formerly("timeout", {"call", "query_timeout"}, [](const Json& timeout) {
    Json call = timeout;
    Json made = Json::object();
    if (call.is_object()) {
      call["type"] = "retry";
      if (call.contains("after")) call["per_try_timeout"] = call["after"], call.erase("after");
      if (call.contains("query")) made["query_timeout"] = call["query"], call.erase("query");
    }
    made["call"] = std::move(call);
    return made;
  });
  d.check([](const ServingSpec& s) -> std::optional<Complaint> {
    if (s.dedup == Dedup::query && s.issue != Issue::eager)
      return Complaint{"issue",
                       "'dedup_indices' 'query' makes the RPCs of all nets when the batches of a query begin; expected "
                       "'eager'"};
    if (const auto complaint = near_cache_complaint(s)) return complaint;
    if (s.threads != Threads::run_to_completion) return std::nullopt;
    const char* const why =
        "a thread that runs to completion does all work of a request itself; expected 1, or "
        "'threads' 'per-step'";
    if (s.inter_op > 1) return Complaint{"inter_op", why};
    if (s.intra_op && s.intra_op->cores > 1) return Complaint{"intra_op/cores", why};
    return std::nullopt;
  });
}

}  // namespace shardsim
