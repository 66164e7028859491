// SPDX-License-Identifier: Apache-2.0
#include <boost/math/constants/constants.hpp>
#include <cmath>

#include "workload/arrivals.hpp"
#include "workload/instants.hpp"

namespace shardsim {
namespace {

class Diurnal final : public Arrivals {
 public:
  Rate rate;
  Duration period = std::chrono::hours(24);
  double swing = 0;
  Duration peak_at{};
  std::unique_ptr<ArrivalSource> open(std::uint64_t seed, std::uint32_t replication) const override;

  /// The rate at that time, divided by the mean rate.
  double relative_rate(Time time) const {
    const Duration into_period = (time.time_since_epoch() - peak_at) % period;
    const double share = static_cast<double>(into_period.count()) / static_cast<double>(period.count());
    return 1 + swing * std::cos(boost::math::constants::two_pi<double>() * share);
  }
};

// P. A. W. Lewis and G. S. Shedler, "Simulation of nonhomogeneous Poisson processes by thinning", Naval Research
// Logistics Quarterly 26(3), 1979: candidates at the peak rate, each kept with the share of it that is due at its time.
class DiurnalSource final : public ArrivalSource {
 public:
  DiurnalSource(const Diurnal& diurnal, std::uint64_t seed, std::uint32_t replication)
      : diurnal_(diurnal),
        mean_gap_s_(1 / (diurnal.rate.per_second * (1 + diurnal.swing))),
        gaps_(seed, replication, Purpose::arrivals, 0),
        thinning_(seed, replication, Purpose::arrivals, 1) {}

  std::optional<Arrival> next() override {
    do {
      last_ = later(last_, -mean_gap_s_ * std::log(gaps_.uniform()));
    } while (thinning_.uniform() * (1 + diurnal_.swing) >= diurnal_.relative_rate(last_) && last_ < kEndOfTime);
    return Arrival{last_};
  }

 private:
  const Diurnal& diurnal_;
  double mean_gap_s_;
  RandomStream gaps_;
  RandomStream thinning_;
  Time last_{};
};

std::unique_ptr<ArrivalSource> Diurnal::open(std::uint64_t seed, std::uint32_t replication) const {
  return std::make_unique<DiurnalSource>(*this, seed, replication);
}

}  // namespace

template <>
void describe(Describe<Diurnal>& d) {
  d.object("diurnal", "open loop, Poisson with a rate that follows a sine over the day");
  d.required("rate", &Diurnal::rate, "mean arrivals per second over a period").more_than(Rate{0});
  d.required("swing", &Diurnal::swing, "peak rate above the mean, as a share of the mean").at_least(0).at_most(1);
  d.optional("period", &Diurnal::period, "from peak to peak").more_than(Duration{});
  d.optional("peak_at", &Diurnal::peak_at, "time of a peak, from the start of the run");
}

namespace arrivals {
Alternative<Arrivals> diurnal() { return alternative<Diurnal, Arrivals>(); }
}  // namespace arrivals

}  // namespace shardsim
