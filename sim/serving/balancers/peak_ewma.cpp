// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <vector>

#include "serving/balancer.hpp"

namespace shardsim {
namespace {

// After Finagle's PeakEwma (finagle-core, com.twitter.finagle.loadbalancer.PeakEwma), which Linkerd uses too. Of each
// replica the caller knows a moving average of how long its requests took, which
//   - takes a longer time at once (the peak), and
//   - else goes to a time t by the weight 1 - exp(-d / decay), d after the last change;
// while nothing is heard it decays, as if requests took no time, so that a replica that was slow is tried again. The
// cost of one more request is the average x (outstanding + 1). Of two replicas picked at random the cheaper one is
// asked. A replica that never answered is free, and, once it has been asked, dearer than any that has answered.
class PeakEwma final : public Balancer {
 public:
  PeakEwma(std::size_t replicas, Duration decay)
      : Balancer(replicas, Wants::times), known_(replicas), decay_s_(to_seconds(decay)) {}

 protected:
  std::size_t pick(RandomStream& random, Time now) override {
    const std::size_t a = random.below(replicas());
    const std::size_t b = (a + 1 + random.below(replicas() - 1)) % replicas();  // another one
    return cost(b, now) < cost(a, now) ? b : a;
  }
  void learn(std::size_t replica, Duration took, Time now) override { known_[replica].take(took, now, decay_s_); }

 private:
  struct Known {
    double average_s = 0;
    Time changed{};
    void take(Duration took, Time now, double decay_s) {
      const double s = to_seconds(took);
      const double kept = std::exp(-to_seconds(now - changed) / decay_s);
      average_s = s > average_s ? s : average_s * kept + s * (1 - kept);
      changed = now;
    }
  };
  double cost(std::size_t replica, Time now) {
    Known& known = known_[replica];
    known.take(Duration::zero(), now, decay_s_);
    const int others = outstanding(replica);
    constexpr double kUnheard = 1e9;  // seconds: more than any answer takes
    return known.average_s == 0 && others > 0 ? kUnheard + others : known.average_s * (others + 1);
  }

  std::vector<Known> known_;
  double decay_s_;
};

class PeakEwmaSpec final : public BalancerSpec {
 public:
  Duration decay = std::chrono::seconds(10);
  std::unique_ptr<Balancer> make(std::size_t replicas) const override {
    return std::make_unique<PeakEwma>(replicas, decay);
  }
};

}  // namespace

template <>
void describe(Describe<PeakEwmaSpec>& d) {
  d.object("peak-ewma",
           "of two replicas picked at random, the one whose requests took less of late, times those outstanding; a "
           "slow answer counts at once and is forgotten slowly (Finagle, Linkerd)");
  d.optional("decay", &PeakEwmaSpec::decay, "time in which what is known of a replica falls to 37 % (Finagle: 10 s)")
      .more_than(Duration{0});
}

namespace balancers {
Alternative<BalancerSpec> peak_ewma() { return alternative<PeakEwmaSpec, BalancerSpec>(); }
}  // namespace balancers

}  // namespace shardsim
