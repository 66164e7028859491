// SPDX-License-Identifier: Apache-2.0
#include "workload/scaling.hpp"

#include <algorithm>
#include <cmath>

#include "config/error.hpp"
#include "workload/instants.hpp"

namespace shardsim {
namespace {

// Streams of Purpose::arrivals; 0 is that of gaps.
constexpr std::uint64_t kThinning = 1;
constexpr std::uint64_t kCopies = 2;

class Stretched final : public ArrivalSource {
 public:
  Stretched(std::unique_ptr<ArrivalSource> plain, double stretch) : plain_(std::move(plain)), stretch_(stretch) {}
  std::optional<Arrival> next() override {
    std::optional<Arrival> arrival = plain_->next();
    if (arrival) arrival->time = later(Time{}, to_seconds(arrival->time.time_since_epoch()) * stretch_);
    return arrival;
  }

 private:
  std::unique_ptr<ArrivalSource> plain_;
  double stretch_;
};

// Keeps each arrival with the same probability, whatever became of the others.
class Thinned final : public ArrivalSource {
 public:
  Thinned(std::unique_ptr<ArrivalSource> plain, double share, RandomStream random)
      : plain_(std::move(plain)), share_(share), random_(random) {}
  std::optional<Arrival> next() override {
    for (;;) {
      std::optional<Arrival> arrival = plain_->next();
      if (!arrival || random_.uniform() < share_) return arrival;
    }
  }

 private:
  std::unique_ptr<ArrivalSource> plain_;
  double share_;
  RandomStream random_;
};

// Each arrival at its time, and its copies before the next one; those of the last as if it were followed by a gap like
// the one before it. A factor that is not whole is met on average.
class Multiplied final : public ArrivalSource {
 public:
  Multiplied(std::unique_ptr<ArrivalSource> plain, double factor, RandomStream random)
      : plain_(std::move(plain)), whole_(std::floor(factor)), rest_(factor - whole_), random_(random) {
    fetch(upcoming_);
  }
  std::optional<Arrival> next() override {
    if (times_.empty() && !advance()) return std::nullopt;
    Arrival arrival = current_.arrival;
    arrival.time = times_.back();
    times_.pop_back();
    return arrival;
  }

 private:
  // An arrival with a record of its own: the plain source's is gone once it has been asked for the next.
  struct Kept {
    Arrival arrival;
    TraceRecord record;
    bool there = false;
  };

  void fetch(Kept& kept) {
    const std::optional<Arrival> arrival = plain_->next();
    kept.there = arrival.has_value();
    if (!arrival) return;
    kept.arrival = *arrival;
    if (arrival->recorded == nullptr) return;
    kept.record = *arrival->recorded;
  }

  bool advance() {
    if (!upcoming_.there) return false;
    std::swap(current_, upcoming_);
    if (current_.arrival.recorded != nullptr) current_.arrival.recorded = &current_.record;
    fetch(upcoming_);
    const Time start = current_.arrival.time;
    if (upcoming_.there) gap_ = upcoming_.arrival.time - start;
    const double copies = whole_ - 1 + (rest_ > 0 && random_.uniform() < rest_ ? 1 : 0);
    for (double i = 0; i < copies; ++i)
      times_.push_back(start + Duration(random_.below(static_cast<std::uint64_t>(gap_.count()))));
    times_.push_back(start);
    std::sort(times_.begin(), times_.end(), std::greater<>());  // taken from the back
    return true;
  }

  std::unique_ptr<ArrivalSource> plain_;
  double whole_;
  double rest_;
  RandomStream random_;
  Kept current_;
  Kept upcoming_;
  Duration gap_{};
  std::vector<Time> times_;
};

// Mean arrivals per second from the first to the last.
double mean_rate(ArrivalSource& plain, const std::string& file) {
  double arrivals = 0;
  Time first{};
  Time last{};
  while (const std::optional<Arrival> arrival = plain.next()) {
    if (arrivals == 0) first = arrival->time;
    ++arrivals;
    last = arrival->time;
  }
  if (last == first)
    throw InputError(file, "", "all arrivals are at the same time, so they have no mean rate to be changed to 'rate'");
  return (arrivals - 1) / to_seconds(last - first);
}

}  // namespace

std::optional<Complaint> complaint_about(const Scaling& scaling) {
  if (scaling.rate && scaling.speedup != 1)
    return Complaint{"", "both 'speedup' and 'rate' scale the time axis; keep one of them"};
  return std::nullopt;
}

std::unique_ptr<ArrivalSource> open_scaled(const OpenPlain& open, const Scaling& scaling, const std::string& file,
                                           std::uint64_t seed, std::uint32_t replication) {
  double stretch = 1 / scaling.speedup;
  if (scaling.rate) stretch = mean_rate(*open(), file) * scaling.factor / scaling.rate->per_second;
  const auto random = [&](std::uint64_t id) { return RandomStream(seed, replication, Purpose::arrivals, id); };
  std::unique_ptr<ArrivalSource> source = open();
  if (stretch != 1) source = std::make_unique<Stretched>(std::move(source), stretch);
  if (scaling.factor < 1)
    source = std::make_unique<Thinned>(std::move(source), scaling.factor, random(kThinning));
  else if (scaling.factor > 1)
    source = std::make_unique<Multiplied>(std::move(source), scaling.factor, random(kCopies));
  return source;
}

}  // namespace shardsim
