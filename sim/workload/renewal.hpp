// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include "workload/arrivals.hpp"
#include "workload/instants.hpp"

namespace shardsim {

/// Arrivals with independent gaps of one law; the first arrives one gap after the start. `gap_s` draws a gap in seconds
/// from a RandomStream.
template <class Gap>
class RenewalSource final : public ArrivalSource {
 public:
  RenewalSource(Gap gap_s, RandomStream random) : gap_s_(std::move(gap_s)), random_(random) {}
  std::optional<Arrival> next() override {
    last_ = later(last_, gap_s_(random_));
    return Arrival{last_};
  }

 private:
  Gap gap_s_;
  RandomStream random_;
  Time last_{};
};

template <class Gap>
std::unique_ptr<ArrivalSource> renewal(Gap gap_s, std::uint64_t seed, std::uint32_t replication) {
  return std::make_unique<RenewalSource<Gap>>(std::move(gap_s), RandomStream(seed, replication, Purpose::arrivals, 0));
}

}  // namespace shardsim
