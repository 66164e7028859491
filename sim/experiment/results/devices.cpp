// SPDX-License-Identifier: Apache-2.0
#include "experiment/results/devices.hpp"

#include <bit>

namespace shardsim {

std::map<std::int64_t, std::int64_t> by_power_of_two(const std::map<int, std::int64_t>& sizes) {
  std::map<std::int64_t, std::int64_t> out;
  for (const auto& [items, batches] : sizes)
    out[static_cast<std::int64_t>(std::bit_ceil(static_cast<unsigned>(items)))] += batches;
  return out;
}

double DeviceUse::link_load() const {
  const auto busier = static_cast<double>(std::max(bytes_in, bytes_out).count);
  return link_bytes_per_s > 0 ? busier / (load_s * link_bytes_per_s) : 0;
}

DeviceUses& DeviceUses::operator+=(const DeviceUses& other) {
  if (devices.empty()) return *this = other;
  for (std::size_t i = 0; i < other.devices.size(); ++i) {
    DeviceUse& into = devices[i];
    const DeviceUse& from = other.devices[i];
    into.queue += from.queue;
    into.busy_s += from.busy_s;
    into.cache += from.cache;
    into.bytes_in += from.bytes_in;
    into.bytes_out += from.bytes_out;
    into.simulated_s += from.simulated_s;
    into.load_s += from.load_s;
  }
  return *this;
}

DeviceUses device_uses(const Host& host, const Executor& executor, double simulated_s, double load_s) {
  DeviceUses out;
  const BatchQueue::Totals* queue = executor.queue_totals(host);
  const Accelerators* accelerators = host.accelerators();
  if (queue == nullptr && accelerators == nullptr) return out;
  DeviceUse& use = out.devices.emplace_back();
  use.device = accelerators == nullptr ? "cores" : accelerators->spec().name;
  if (queue != nullptr) use.queue = *queue;
  use.simulated_s = simulated_s;
  use.load_s = load_s;
  if (accelerators == nullptr) return out;
  use.streams = accelerators->streams();
  use.busy_s = accelerators->busy_s();
  use.bytes_in = accelerators->moved(Accelerators::Way::in);
  use.bytes_out = accelerators->moved(Accelerators::Way::out);
  use.cache = executor.cache_counts(host);
  use.link_bytes_per_s = accelerators->link_bytes_per_s();
  return out;
}

Json figure_json(const DeviceUses& uses) {
  Json out = Json::array();
  for (const DeviceUse& use : uses.devices) {
    const BatchQueue::Totals& queue = use.queue;
    const double members = std::max<double>(1, static_cast<double>(queue.members));
    Json sizes = Json::array();
    for (const auto& [up_to, batches] : by_power_of_two(queue.sizes))
      sizes.push_back({{"up_to_items", up_to}, {"batches", batches}});
    Json its{
        {"name", use.device},
        {"batches", queue.batches},
        {"put_together", queue.members},
        {"items", queue.items},
        {"items_a_batch", static_cast<double>(queue.items) / std::max<double>(1, static_cast<double>(queue.batches))},
        {"batch_sizes", std::move(sizes)},
        {"mean_batching_us", 1e6 * queue.filling_s / members},
        {"mean_wait_us", 1e6 * queue.waited_s / members},
        {"turned_away", queue.turned_away}};
    if (use.streams) {
      its["streams"] = *use.streams;
      its["utilisation"] = use.busy_s / (use.simulated_s * *use.streams);
      its["offered_load"] = use.offered_load();
      its["bytes_in"] = use.bytes_in.count;
      its["bytes_out"] = use.bytes_out.count;
      its["link_load"] = use.link_load();
      if (use.cache.lookups > 0) its["hit_ratio"] = use.cache.hit_ratio();
    }
    out.push_back(std::move(its));
  }
  return out;
}

}  // namespace shardsim
