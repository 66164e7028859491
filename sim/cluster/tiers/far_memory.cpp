// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "cluster/devices/tier.hpp"

namespace shardsim {
namespace {

// A pipe that all reads and writes go through, one after the other.
class FarMemory final : public Tier {
 public:
  FarMemory(double ps_per_byte, Duration latency) : ps_per_byte_(ps_per_byte), latency_(latency) {}

  Time read(Time now, const TierRead& read, RandomStream) override {
    const Time begun = move(now, read.bytes);
    totals_.reads += read.rows;
    totals_.bytes += read.bytes;
    totals_.waited_s += to_seconds(begun - now) * static_cast<double>(read.rows);
    return free_ + latency_;
  }
  Time write(Time now, const TierRead& write, RandomStream) override {
    move(now, write.bytes);
    totals_.writes += write.rows;
    totals_.written += write.bytes;
    return free_ + latency_;
  }

 private:
  Time move(Time now, Bytes bytes) {
    const Duration moving = from_picoseconds(static_cast<double>(bytes.count) * ps_per_byte_);
    const Time begun = std::max(now, free_);
    free_ = std::min(begun + moving, kLatestRead);
    totals_.busy_s += to_seconds(moving);
    return begun;
  }

  double ps_per_byte_;
  Duration latency_;
  Time free_{};
};

class FarMemorySpec final : public TierSpec {
 public:
  Duration latency{};
  Bandwidth bandwidth;
  bool stalls = true;
  int outstanding = 10;

  TierKind kind() const override { return TierKind::far_memory; }
  Bytes moved(Bytes row) const override { return {lines(row) * kLine}; }
  Duration core_time(Bytes row) const override {
    return stalls ? latency * lines(row) / outstanding : Duration::zero();
  }
  bool reads_to_write(Bytes) const override { return false; }  // lines are fetched by the core's own store
  std::unique_ptr<Tier> make() const override {
    return std::make_unique<FarMemory>(ps_per_byte(), stalls ? Duration::zero() : latency);
  }

 private:
  static constexpr std::int64_t kLine = 64;
  static std::int64_t lines(Bytes row) { return (row.count + kLine - 1) / kLine; }
  double ps_per_byte() const { return bandwidth.is_unlimited() ? 0 : 1e12 / bandwidth.bytes_per_second; }
};

}  // namespace

template <>
void describe(Describe<FarMemorySpec>& d) {
  d.object("memory", "far memory: behind CXL, or on another machine");
  describe_tier(d);
  d.required("latency", &FarMemorySpec::latency, "of a read, beyond that of the host's own memory");
  d.required("bandwidth", &FarMemorySpec::bandwidth, "that all reads share; \"unlimited\" is allowed")
      .more_than(Bandwidth{0});
  d.optional("stalls", &FarMemorySpec::stalls,
             "true: cores wait for what they load, as over CXL; false: a request waits once for all that it reads, and "
             "holds no core, as with RDMA");
  d.optional("outstanding", &FarMemorySpec::outstanding,
             "cache lines that a core which waits loads at once (line fill buffers: 10 to 16 on x86 servers)")
      .at_least(1)
      .at_most(1 << 16);
}

namespace tiers {
Alternative<TierSpec> far_memory() { return alternative<FarMemorySpec, TierSpec>(); }
}  // namespace tiers

}  // namespace shardsim
