// SPDX-License-Identifier: Apache-2.0
#include "cluster/devices/accelerator.hpp"

namespace shardsim {

std::int64_t AcceleratorSpec::most_items(Bytes held) const {
  const std::int64_t left = (memory - workspace - held).count;
  if (left < workspace_per_item.count) return 0;
  return workspace_per_item.count == 0 ? std::numeric_limits<std::int64_t>::max() : left / workspace_per_item.count;
}

Accelerators::Accelerators(Simulation& sim, const AcceleratorSpec& spec) : sim_(sim), spec_(spec) {
  if (!spec.host_link || spec.host_link->bandwidth.is_unlimited()) return;
  // Each accelerator has a link of its own; who moves something takes the one with the fewest others.
  for (std::unique_ptr<SharedRate>& rate : rates_)
    rate = std::make_unique<SharedRate>(sim, spec.host_link->bandwidth.bytes_per_second * spec.count);
}

double Accelerators::link_bytes_per_s() const {
  return rates_[0] == nullptr ? 0 : spec_.host_link->bandwidth.bytes_per_second * spec_.count;
}

template <>
void describe(Describe<HostLink>& d) {
  d.object("host-link", "between an accelerator and its host");
  d.required("bandwidth", &HostLink::bandwidth,
             "each way, shared by all that moves at the same time; \"unlimited\" is allowed")
      .more_than(Bandwidth{0});
  d.optional("latency", &HostLink::latency, "of each transfer");
}

template <>
void describe(Describe<AcceleratorSpec>& d) {
  d.object("accelerator", "accelerators of a server, all alike");
  d.required("name", &AcceleratorSpec::name, "short name");
  d.optional("description", &AcceleratorSpec::description, "what it is");
  d.optional("count", &AcceleratorSpec::count, "in a server").at_least(1).at_most(1024);
  d.optional("streams", &AcceleratorSpec::streams,
             "batches that an accelerator works on at once, each as fast as if it were alone")
      .at_least(1)
      .at_most(1024);
  d.required("memory", &AcceleratorSpec::memory, "of each").more_than(Bytes{0});
  d.optional("workspace", &AcceleratorSpec::workspace, "memory that is not for tables and weights");
  d.optional("workspace_per_item", &AcceleratorSpec::workspace_per_item, "memory more, for each item of a batch");
  d.optional("host_link", &AcceleratorSpec::host_link,
             "of each accelerator; left out: what moves takes no time, or is part of the times that were measured");
  d.optional("launch", &AcceleratorSpec::launch, "time of a stream before it begins with the operators of a net");
  d.required("speed", &AcceleratorSpec::speed, "how fast one stream is");
  d.optional("jitter", &AcceleratorSpec::jitter, "factor of mean 1 by which the time of a batch varies");
  d.optional("sources", &AcceleratorSpec::sources, "where each figure comes from");
  d.check([](const AcceleratorSpec& a) -> std::optional<Complaint> {
    if (a.workspace >= a.memory) return Complaint{"workspace", "expected less than 'memory'"};
    return check_factor("jitter", a.jitter);
  });
}

}  // namespace shardsim
