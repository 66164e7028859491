// SPDX-License-Identifier: Apache-2.0
#include "cluster/devices/memory.hpp"

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

Memory::Memory(Simulation& sim, const Platform& platform) : bandwidth_(platform.memory_bandwidth) {
  if (cores_can_use_up_memory(platform)) rate_ = std::make_unique<SharedRate>(sim, bandwidth_.bytes_per_second);
}

}  // namespace shardsim
