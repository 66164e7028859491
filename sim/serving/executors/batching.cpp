// SPDX-License-Identifier: Apache-2.0
#include "cluster/devices/batch_table.hpp"
#include "serving/device_executor.hpp"

namespace shardsim {
namespace {

class BatchingExecutorSpec final : public ExecutorSpec {
 public:
  Choice<ExecutorSpec> on = Choice<ExecutorSpec>::of("core");
  std::optional<int> max_batch;
  std::optional<Duration> max_delay;
  std::vector<int> preferred;
  bool keep_order = false;
  std::optional<int> max_waiting;
  WhenFull when_full = WhenFull::core;

  bool wants_use() const override { return on->wants_use(); }
  std::unique_ptr<Executor> make(const ExecutorSetup& setup) const override {
    ExecutorSetup with_rules = setup;
    with_rules.rules =
        BatchRules{max_batch.value_or(0), max_delay.value_or(Duration::zero()), preferred, keep_order, max_waiting};
    with_rules.when_full = when_full;
    return on->make(with_rules);
  }
};

std::optional<Complaint> complaint_about_preferred(const BatchingExecutorSpec& s) {
  if (auto complaint = complaint_about_sizes("preferred", s.preferred)) return complaint;
  const auto above =
      std::find_if(s.preferred.begin(), s.preferred.end(), [&](int size) { return size > *s.max_batch; });
  if (above == s.preferred.end()) return std::nullopt;
  return Complaint{fmt::format("preferred/{}", above - s.preferred.begin()),
                   fmt::format("found {}; expected at most 'max_batch', {}", *above, *s.max_batch)};
}

}  // namespace

template <>
void describe(Describe<BatchingExecutorSpec>& d) {
  d.object("batching",
           "on a core or an accelerator, batches of several queries together: for each net, those that wait for it");
  d.optional("on", &BatchingExecutorSpec::on, "where");
  d.optional("max_batch", &BatchingExecutorSpec::max_batch,
             "items that are put together at most; left out: nothing is, and the other rules order the line")
      .at_least(1)
      .at_most(100'000'000);
  d.optional("max_delay", &BatchingExecutorSpec::max_delay,
             "how long a batch waits for others beside an idle device; left out: it does not");
  d.optional("preferred", &BatchingExecutorSpec::preferred,
             "items, rising: as soon as so many wait, they do not wait for more");
  d.optional("keep_order", &BatchingExecutorSpec::keep_order,
             "whether batches come back in the order in which they came");
  d.optional("max_waiting", &BatchingExecutorSpec::max_waiting, "batches of queries that may wait; left out: all")
      .at_least(0);
  d.optional("when_full", &BatchingExecutorSpec::when_full,
             "what becomes of others then: core: they run on a core, alone; refuse: their query fails");
  d.check([](const BatchingExecutorSpec& s) -> std::optional<Complaint> {
    if (s.on.name() == "batching") return Complaint{"on/type", "batches are put together once; expected another"};
    for (const auto& [key, given] :
         {std::pair("max_delay", s.max_delay.has_value()), {"preferred", !s.preferred.empty()}})
      if (given && !s.max_batch)
        return Complaint{key, "says when batches go that are put together, and nothing is: give 'max_batch' too"};
    return complaint_about_preferred(s);
  });
}

namespace executors {
Alternative<ExecutorSpec> batching() { return alternative<BatchingExecutorSpec, ExecutorSpec>(); }
}  // namespace executors

}  // namespace shardsim
