// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>

#include "engine/interrupt.hpp"
#include "experiment/tuning/ledger.hpp"
#include "experiment/tuning/task.hpp"

namespace shardsim {

/// Thrown where samples are asked for after the interrupt was raised.
struct TuneInterrupted {};

/// A sample, and what it was asked by: what a journal keeps.
struct KeptSample {
  TuneProbe probe;
  TuneSample sample;
};
Json kept_json(const TuneTask& task, const KeptSample& kept);
/// Empty when the value is none, or none of this task.
std::optional<KeptSample> read_kept(const TuneTask& task, const Json& value);

struct TuneControl {
  unsigned jobs = 1;
  const Interrupt* interrupt = nullptr;
  bool interrupted() const { return interrupt != nullptr && interrupt->load(); }
  /// Told how many queries were simulated, and how many of those that are asked for now are left. One at a time; may be
  /// empty.
  std::function<void(std::int64_t done, std::int64_t left)> progress;
  /// Keeps a sample before it counts. One at a time; may be empty.
  std::function<void(const KeptSample&)> keep;
};

/// Simulates what is asked for, but for what is known.
class TuneSampler {
 public:
  TuneSampler(const TuneTask& task, const TuneControl& control) : task_(task), control_(control) {}

  /// A sample that was taken earlier.
  void know(const KeptSample& kept) { known_[key_of(kept.probe)] = kept.sample; }
  /// Side by side; what comes out does not depend on the number of jobs. Throws TuneInterrupted.
  std::vector<TakenSample> take(const std::vector<TuneProbe>& probes, std::int64_t allowance);

 private:
  std::string key_of(const TuneProbe& probe) const;
  TakenSample taken(const TuneProbe& probe, std::int64_t allowance, unsigned jobs) const;
  TakenSample simulate(const TuneProbe& probe, std::int64_t allowance, unsigned jobs) const;
  TuneSample short_run(const TuneProbe& probe) const;
  TuneSample full_run(const TuneProbe& probe, unsigned jobs) const;
  TuneSample full_capacity(const TuneProbe& probe, CapacityQuestion question) const;
  TuneSample full_proof(const TuneProbe& probe, CapacityQuestion question) const;
  RunControl run_control() const;

  const TuneTask& task_;
  const TuneControl& control_;
  std::map<std::string, TuneSample> known_;
  std::int64_t done_ = 0;
  std::mutex mutex_;  // of what is kept and told
};

}  // namespace shardsim
