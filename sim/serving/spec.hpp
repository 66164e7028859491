// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/distribution.hpp"
#include "serving/admission.hpp"
#include "serving/balancer.hpp"
#include "serving/call.hpp"
#include "serving/executor.hpp"
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

/// How queries are served.
struct ServingSpec {
  int batch_items = 64;
  Jitter jitter;
  Choice<BalancerSpec> main_balancer = Choice<BalancerSpec>::of("round-robin");
  Choice<BalancerSpec> sparse_balancer = Choice<BalancerSpec>::of("round-robin");
  Choice<CallPolicy> call = Choice<CallPolicy>::of("plain");
  std::optional<Duration> query_timeout;
  Choice<ExecutorSpec> executor = Choice<ExecutorSpec>::of("core");
  Choice<StoreSpec> store = Choice<StoreSpec>::of("memory");
  Choice<AdmissionSpec> admission = Choice<AdmissionSpec>::of("all");
  Choice<ScalingSpec> scaling = Choice<ScalingSpec>::of("fixed");
  Threads threads = Threads::per_step;
  int inter_op = 1;
  std::optional<IntraOp> intra_op;
  std::optional<int> workers;
  Issue issue = Issue::per_net;
  bool deduplicate = false;

  /// The frontend's patience with a query: left out, the time in which all attempts of an RPC fit.
  std::optional<Duration> patience() const;
};

template <>
void describe(Describe<Jitter>& d);
template <>
void describe(Describe<ServingSpec>& d);

}  // namespace shardsim
