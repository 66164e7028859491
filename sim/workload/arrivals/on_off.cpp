// SPDX-License-Identifier: Apache-2.0
#include "workload/modulation.hpp"

namespace shardsim {
namespace {

class OnOff final : public Arrivals {
 public:
  Rate rate_on;
  Rate rate_off;
  Duration mean_on{};
  Duration mean_off{};
  Modulation modulation() const {
    return {{{rate_on.per_second, to_seconds(mean_on)}, {rate_off.per_second, to_seconds(mean_off)}}, {{0, 1}, {1, 0}}};
  }
  std::unique_ptr<ArrivalSource> open(std::uint64_t seed, std::uint32_t replication) const override {
    return open_modulated(modulation(), seed, replication);
  }
};

}  // namespace

template <>
void describe(Describe<OnOff>& d) {
  d.object("on-off",
           "open loop, bursts: Poisson at one rate while on and another while off, for exponential times; stationary "
           "from the start (a Markov-modulated Poisson process of two states)");
  d.required("rate_on", &OnOff::rate_on, "arrivals per second while on").more_than(Rate{0});
  d.optional("rate_off", &OnOff::rate_off, "arrivals per second while off");
  d.required("mean_on", &OnOff::mean_on, "mean duration of a burst").more_than(Duration{});
  d.required("mean_off", &OnOff::mean_off, "mean duration between bursts").more_than(Duration{});
  d.check([](const OnOff& o) -> std::optional<Complaint> {
    if (const auto message = complaint_about(o.modulation())) return Complaint{"", *message};
    return std::nullopt;
  });
}

namespace arrivals {
Alternative<Arrivals> on_off() { return alternative<OnOff, Arrivals>(); }
}  // namespace arrivals

}  // namespace shardsim
