// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/distribution.hpp"
#include "serving/admission.hpp"
#include "serving/balancer.hpp"
#include "serving/call.hpp"
#include "serving/executor.hpp"
#include "serving/near_cache_spec.hpp"
#include "serving/scaling.hpp"
#include "serving/store.hpp"

namespace shardsim {

/// Factors, of mean 1, by which the CPU time of each class of work varies. An empty choice: not at all.
struct Jitter {
  Choice<Distribution> dense;
  Choice<Distribution> sparse;
  Choice<Distribution> serde;
  Choice<Distribution> service;
};

/// What a core does for a request.
///   per_step           each step is a visit of its own, and others may come between two steps
///   run_to_completion  all steps between two waits for a message are one visit, as a thread does them
enum class Threads { per_step, run_to_completion };
template <>
struct EnumNames<Threads> {
  static constexpr std::array<std::pair<Threads, std::string_view>, 2> names{
      {{Threads::per_step, "per-step"}, {Threads::run_to_completion, "run-to-completion"}}};
};

/// When a batch makes the RPCs of its nets: each net's when it comes to the net, or all at its start.
enum class Issue { per_net, eager };
template <>
struct EnumNames<Issue> {
  static constexpr std::array<std::pair<Issue, std::string_view>, 2> names{
      {{Issue::per_net, "per-net"}, {Issue::eager, "eager"}}};
};

/// Which repetitions of a row are not asked for.
///   none   each lookup asks for its row
///   batch  an RPC asks for each row of a table once
///   query  the same, and the RPCs of a query's batches to a shard for a net are one, made when the batches begin
enum class Dedup { none, batch, query };
template <>
struct EnumNames<Dedup> {
  static constexpr std::array<std::pair<Dedup, std::string_view>, 3> names{
      {{Dedup::none, "none"}, {Dedup::batch, "batch"}, {Dedup::query, "query"}}};
};

/// Was a switch, which is read with a note.
class DedupType final : public ValueType {
 public:
  void read(const Json& value, const At& at, void* target) const override { names_.read(value, at, target); }
  Json write(const void* source, const FileNames& names) const override { return names_.write(source, names); }
  Json schema(SchemaBuilder& builder) const override { return names_.schema(builder); }
  void include_files(Json& value, const std::string& pointer, Document& document) const override;

 private:
  EnumType<Dedup> names_;
};
namespace detail {
template <>
struct TypeOf<Dedup> : std::type_identity<DedupType> {};
}  // namespace detail

/// How queries are served.
struct ServingSpec {
  int batch_items = 64;
  Jitter jitter;
  Choice<BalancerSpec> main_balancer = Choice<BalancerSpec>::of("round-robin");
  Choice<BalancerSpec> sparse_balancer = Choice<BalancerSpec>::of("round-robin");
  Choice<CallPolicy> call = Choice<CallPolicy>::of("plain");
  std::optional<Duration> query_timeout;
  Choice<ExecutorSpec> executor = Choice<ExecutorSpec>::of("core");
  Choice<QueuePolicy> queue = Choice<QueuePolicy>::of("fifo");
  Choice<StoreSpec> store = Choice<StoreSpec>::of("memory");
  Choice<AdmissionSpec> admission = Choice<AdmissionSpec>::of("all");
  Choice<ScalingSpec> scaling = Choice<ScalingSpec>::of("fixed");
  Threads threads = Threads::per_step;
  int inter_op = 1;
  std::optional<IntraOp> intra_op;
  std::optional<int> workers;
  Issue issue = Issue::per_net;
  Dedup dedup = Dedup::none;
  std::optional<NearCacheSpec> near_cache;

  /// The frontend's patience with a query: left out, the time in which all attempts of an RPC fit.
  std::optional<Duration> patience() const;
};

template <>
void describe(Describe<Jitter>& d);
template <>
void describe(Describe<ServingSpec>& d);

}  // namespace shardsim
