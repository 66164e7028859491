// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/distribution.hpp"
#include "serving/balancer.hpp"

namespace shardsim {

/// Factors, of mean 1, by which the CPU time of each class of work varies. An empty choice: not at all.
struct Jitter {
  Choice<Distribution> dense;
  Choice<Distribution> sparse;
  Choice<Distribution> serde;
  Choice<Distribution> service;
};

/// What a caller does when no answer comes.
struct TimeoutPolicy {
  Duration after{};
  int retries = 0;
  std::optional<Duration> query;

  /// The frontend's patience with a query.
  Duration of_query() const { return query.value_or(std::min(after * (1 + retries), kLongestDuration)); }
};

/// How queries are served.
struct ServingSpec {
  int batch_items = 64;
  Jitter jitter;
  Choice<BalancerSpec> main_balancer = Choice<BalancerSpec>::of("round-robin");
  Choice<BalancerSpec> sparse_balancer = Choice<BalancerSpec>::of("round-robin");
  std::optional<TimeoutPolicy> timeout;
  bool deduplicate = false;
};

template <>
void describe(Describe<Jitter>& d);
template <>
void describe(Describe<TimeoutPolicy>& d);
template <>
void describe(Describe<ServingSpec>& d);

}  // namespace shardsim
