// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "workload/arrivals.hpp"

namespace shardsim {
namespace {

constexpr double kMostInABunch = 1e6;
constexpr std::uint64_t kSizesStream = 100;  // of Purpose::arrivals; the moments' own processes use the first few

class BunchSource final : public ArrivalSource {
 public:
  BunchSource(std::unique_ptr<ArrivalSource> moments, const Distribution& size, RandomStream random)
      : moments_(std::move(moments)), size_(size), random_(random) {}

  std::optional<Arrival> next() override {
    if (left_ == 0) {
      const std::optional<Arrival> moment = moments_->next();
      if (!moment) return std::nullopt;
      last_ = moment->time;
      left_ = static_cast<std::int64_t>(std::clamp(size_.sample(random_) + 0.5, 1.0, kMostInABunch));
    }
    --left_;
    return Arrival{last_};
  }

 private:
  std::unique_ptr<ArrivalSource> moments_;
  const Distribution& size_;
  RandomStream random_;
  Time last_{};
  std::int64_t left_ = 0;
};

class Bunches final : public Arrivals {
 public:
  Choice<Arrivals> moments;
  Choice<Distribution> size;
  std::unique_ptr<ArrivalSource> open(std::uint64_t seed, std::uint32_t replication) const override {
    return std::make_unique<BunchSource>(moments->open(seed, replication), *size,
                                         RandomStream(seed, replication, Purpose::arrivals, kSizesStream));
  }
};

}  // namespace

template <>
void describe(Describe<Bunches>& d) {
  d.object("bunches", "open loop, several queries at the same time: moments as another process has them");
  d.required("moments", &Bunches::moments, "when bunches arrive: an open loop that brings no items or lookups");
  d.required("size", &Bunches::size, "queries in a bunch; rounded, at least 1, at most 1000000");
  d.check([](const Bunches& b) -> std::optional<Complaint> {
    const Arrivals& moments = *b.moments;
    if (moments.closed_loop())
      return Complaint{"moments", fmt::format("{} waits for answers; expected an open loop", b.moments.name())};
    if (moments.gives_items() || moments.recorded())
      return Complaint{"moments", "its arrivals bring items or lookups of their own, which a bunch cannot share out"};
    return std::nullopt;
  });
}

namespace arrivals {
Alternative<Arrivals> bunches() { return alternative<Bunches, Arrivals>(); }
}  // namespace arrivals

}  // namespace shardsim
