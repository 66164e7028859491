// SPDX-License-Identifier: Apache-2.0
#include "cluster/host.hpp"

namespace shardsim {
namespace {

// A core gathers fastest when time_per_byte is all that a byte costs; rows of less than a cache line move the line.
bool cores_can_use_up_memory(const Platform& p) {
  if (p.memory_bandwidth.is_unlimited()) return false;
  const double ps_per_byte = static_cast<double>(p.lookup.time_per_byte.count());
  const double ps_per_line = static_cast<double>(p.lookup.time.count()) + ps_per_byte;
  constexpr double kCacheLine = 64;
  const double fastest = 1e12 / std::max(1e-9, std::min(ps_per_byte, ps_per_line / kCacheLine));
  return fastest * p.cores > p.memory_bandwidth.bytes_per_second;
}

}  // namespace

Host::Host(Simulation& sim, std::uint32_t number, std::string name, const Platform& platform)
    : number_(number), name_(std::move(name)), platform_(platform), cores_(sim, platform.cores) {
  if (cores_can_use_up_memory(platform))
    memory_ = std::make_unique<SharedRate>(sim, platform.memory_bandwidth.bytes_per_second);
}

}  // namespace shardsim
