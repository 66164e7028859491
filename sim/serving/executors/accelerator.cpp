// SPDX-License-Identifier: Apache-2.0
#include "serving/device_executor.hpp"

namespace shardsim {
namespace {

constexpr const char* kSpeed = "/cluster/main/platform/accelerator/speed";
constexpr const char* kExecutor = "/serving/executor";

/// What of a query an accelerator does.
///   dense    the dense layers of batches; rows are gathered on cores
///   queries  whole queries: dense layers, and gathers from main's own tables, which are in the accelerator's memory
enum class Offloaded { dense, queries };

class AcceleratorExecutor final : public DeviceExecutor {
 public:
  AcceleratorExecutor(const ExecutorSetup& setup, Offloaded what, int above, std::int64_t most_items,
                      std::optional<DeviceCache> cache)
      : DeviceExecutor(setup, what == Offloaded::queries ? TablesOn::device : TablesOn::host, std::move(cache)),
        speed_(setup.platform.accelerator->speed->of(setup.model, setup.platform.core, kSpeed)),
        what_(what),
        above_(above),
        most_items_(most_items) {}

  Way way_of(int items, int batch_items) override {
    if (what_ == Offloaded::dense) return {this, batch_items};
    if (items <= above_) return {core_.get(), batch_items};
    return {this, static_cast<int>(std::min<std::int64_t>(items, most_items_))};
  }

  const BatchQueue::Totals* queue_totals(const Host& host) const override {
    const auto queue = queues_.find(host.number());
    return queue == queues_.end() ? nullptr : &queue->second->queue().totals();
  }

 private:
  bool takes(const NetRun& run) const override { return what_ == Offloaded::queries || run.items > above_; }
  DeviceQueue& device_of(Server& server) override {
    std::unique_ptr<DeviceQueue>& queue = queues_[server.host().number()];
    if (queue == nullptr) queue = accelerator_queue(context_, *server.host().accelerators(), *speed_, rules_);
    return *queue;
  }
  Accelerators* link_of(Server& server) const override { return server.host().accelerators(); }

  std::unique_ptr<ModelSpeed> speed_;
  Offloaded what_;
  int above_;
  std::int64_t most_items_;
  std::map<std::uint32_t, std::unique_ptr<DeviceQueue>> queues_;  // by number of the host
};

class AcceleratorExecutorSpec final : public ExecutorSpec {
 public:
  Offloaded what = Offloaded::queries;
  int offload_above = 0;
  std::optional<DeviceCacheSpec> cache;

  bool wants_use() const override { return cache.has_value(); }
  std::unique_ptr<Executor> make(const ExecutorSetup& setup) const override {
    if (!setup.platform.accelerator)
      throw ScenarioError(kExecutor,
                          fmt::format("the platform {} of main has no accelerator; give it one, or use 'core'",
                                      in_quotes(setup.platform.name)));
    const AcceleratorSpec& accelerator = *setup.platform.accelerator;
    std::optional<DeviceCache> its_cache;
    if (cache) its_cache = device_cache(*cache, setup.plan, setup.model, setup.use, std::string(kExecutor) + "/cache");
    const Bytes tables = its_cache ? its_cache->bytes : placed_bytes(setup.plan.main, setup.model);
    const Bytes held = setup.model.dense_bytes() + (what == Offloaded::queries ? tables : Bytes{});
    const std::int64_t most = accelerator.most_items(held);
    if (most < 1)
      throw InfeasibleError(
          kExecutor,
          fmt::format("what {} has to hold is {}, {} of them for one item to work on, and its memory is {}",
                      in_quotes(accelerator.name),
                      to_text(held + accelerator.workspace + accelerator.workspace_per_item),
                      to_text(accelerator.workspace + accelerator.workspace_per_item), to_text(accelerator.memory)));
    check(setup, most, "batch_items", what == Offloaded::dense ? setup.batch_items : 0);
    check(setup, most, "executor/max_batch", setup.rules ? setup.rules->max_items : 0);
    return std::make_unique<AcceleratorExecutor>(setup, what, offload_above, most, std::move(its_cache));
  }

 private:
  static void check(const ExecutorSetup& setup, std::int64_t most, const std::string& key, int items) {
    if (items <= most) return;
    throw InfeasibleError("/serving/" + key,
                          fmt::format("found {}; at most {} items fit in the memory of {}, beside what it holds", items,
                                      most, in_quotes(setup.platform.accelerator->name)));
  }
};

}  // namespace

template <>
struct EnumNames<Offloaded> {
  static constexpr std::array<std::pair<Offloaded, std::string_view>, 2> names{
      {{Offloaded::dense, "dense"}, {Offloaded::queries, "queries"}}};
};

template <>
void describe(Describe<AcceleratorExecutorSpec>& d) {
  d.object("accelerator", "on an accelerator of the main shard's host");
  d.optional("what", &AcceleratorExecutorSpec::what,
             "dense: the dense layers of batches, while cores gather rows; queries: whole queries in one batch each, "
             "with the gathers from main's own tables, which its memory then holds too");
  d.optional("offload_above", &AcceleratorExecutorSpec::offload_above,
             "only batches, or queries, of more items than this; others run on cores")
      .at_least(0);
  d.optional("cache", &AcceleratorExecutorSpec::cache,
             "its memory holds not main's own tables but a cache of their rows; others come from the host each time");
  d.check([](const AcceleratorExecutorSpec& s) -> std::optional<Complaint> {
    if (!s.cache || s.what == Offloaded::queries) return std::nullopt;
    return Complaint{"cache", "rows are gathered on cores with 'what' 'dense'; expected 'queries'"};
  });
}

namespace executors {
Alternative<ExecutorSpec> accelerator() { return alternative<AcceleratorExecutorSpec, ExecutorSpec>(); }
}  // namespace executors

}  // namespace shardsim
