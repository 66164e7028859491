// SPDX-License-Identifier: Apache-2.0
#include "engine/shared_rate.hpp"

#include <algorithm>

namespace shardsim {

void SharedRate::join(Job& job) {
  advance();
  const auto place =
      std::upper_bound(jobs_.begin(), jobs_.end(), job.cap, [](double cap, const Job* j) { return cap < j->cap; });
  jobs_.insert(place, &job);
  share();
}

void SharedRate::fire() {
  if (sim_.now() != due_) return;
  advance();
  // A job is done when less is left than moves in one tick of the clock.
  const auto done =
      std::stable_partition(jobs_.begin(), jobs_.end(), [](const Job* j) { return j->remaining > j->rate * 1e-12; });
  for (auto it = done; it != jobs_.end(); ++it) sim_.at(sim_.now(), (*it)->on_done);
  jobs_.erase(done, jobs_.end());
  share();
}

void SharedRate::advance() {
  const double seconds = to_seconds(sim_.now() - updated_);
  for (Job* j : jobs_) j->remaining -= j->rate * seconds;
  updated_ = sim_.now();
}

void SharedRate::share() {
  if (jobs_.empty()) return;
  double left = total_;
  std::size_t users = jobs_.size();
  double soonest = 0;
  for (Job* j : jobs_) {  // the smallest caps first: what they leave is shared by the rest
    j->rate = std::min(j->cap, left / static_cast<double>(users));
    left -= j->rate;
    --users;
    const double seconds = std::max(0.0, j->remaining) / j->rate;
    if (users + 1 == jobs_.size() || seconds < soonest) soonest = seconds;
  }
  due_ = sim_.now() + from_seconds(soonest);
  sim_.at(due_, *this);
}

}  // namespace shardsim
