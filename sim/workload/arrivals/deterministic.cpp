// SPDX-License-Identifier: Apache-2.0
#include "workload/arrivals.hpp"
#include "workload/instants.hpp"

namespace shardsim {
namespace {

// Each time is computed anew, so that rounding does not add up.
class DeterministicSource final : public ArrivalSource {
 public:
  explicit DeterministicSource(Rate rate) : rate_(rate) {}
  std::optional<Arrival> next() override { return Arrival{later(Time{}, ++count_ / rate_.per_second)}; }

 private:
  Rate rate_;
  double count_ = 0;
};

class Deterministic final : public Arrivals {
 public:
  Rate rate;
  std::unique_ptr<ArrivalSource> open(std::uint64_t, std::uint32_t) const override {
    return std::make_unique<DeterministicSource>(rate);
  }
};

}  // namespace

template <>
void describe(Describe<Deterministic>& d) {
  d.object("deterministic", "open loop, equal gaps");
  d.required("rate", &Deterministic::rate, "arrivals per second").more_than(Rate{0});
}

namespace arrivals {
Alternative<Arrivals> deterministic() { return alternative<Deterministic, Arrivals>(); }
}  // namespace arrivals

}  // namespace shardsim
