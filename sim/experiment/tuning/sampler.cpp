// SPDX-License-Identifier: Apache-2.0
#include "experiment/tuning/sampler.hpp"

#include "experiment/capacity_search.hpp"
#include "experiment/interval_json.hpp"
#include "experiment/parallel.hpp"
#include "experiment/replications.hpp"

namespace shardsim {
namespace {

// Streams' replications never meet, and those of a race are none that a proof uses.
constexpr std::uint32_t kReplicationsApart = 1 << 20;
constexpr std::uint32_t kRaceStreams = 1000;

TuneSample sample_of(const TuneObjective& objective, const RunResult& result) {
  if (result.verdict == Verdict::interrupted) throw TuneInterrupted();
  TuneSample s;
  s.queries = result.offered;
  s.unstable = result.verdict != Verdict::stable;
  if (objective.has_limit()) {
    const SloFinding finding = judge(objective.slo, result);
    s.figure = finding.within;
    s.answer = finding.answer;
    s.leans_to_meet = finding.leans_to_meet;
  } else if (result.recorder.count() > 0) {
    s.figure = result.figures[objective.slo.measure];
  } else {
    s.figure.value = Estimate::kNone;
  }
  return s;
}

CapacityTrial trial_of(double level, const Sampling& how, const TuneSample& sample) {
  CapacityTrial trial;
  trial.rate_per_s = level;
  trial.answer = sample.answer;
  trial.leans_to_meet = sample.leans_to_meet;
  trial.queries = how.queries;
  trial.within = sample.figure;
  return trial;
}

}  // namespace

Json kept_json(const TuneTask& task, const KeptSample& kept) {
  const TuneProbe& p = kept.probe;
  const TuneSample& s = kept.sample;
  Json figure = interval_json(s.figure);
  figure["pulls"] = pulls_json(s.figure.pulls);
  Json sample = {{"figure", figure},
                 {"unstable", s.unstable},
                 {"answer", std::string(name_of(s.answer))},
                 {"leans_to_meet", s.leans_to_meet},
                 {"queries", s.queries}};
  if (!s.refused.empty()) sample["refused"] = s.refused;
  return {{"setting", task.setting_id(p.setting)},
          {"rate", p.rate},
          {"queries", p.queries},
          {"stream", p.stream},
          {"error", p.error},
          {"sample", sample}};
}

std::optional<KeptSample> read_kept(const TuneTask& task, const Json& value) {
  try {
    KeptSample kept;
    const auto id = value.at("setting").get<std::string>();
    while (task.setting_id(kept.probe.setting) != id)
      if (++kept.probe.setting == task.problem().size()) return std::nullopt;
    kept.probe.rate = value.at("rate").get<double>();
    kept.probe.queries = value.at("queries").get<std::int64_t>();
    kept.probe.stream = value.at("stream").get<std::uint32_t>();
    kept.probe.error = value.at("error").get<double>();
    const Json& sample = value.at("sample");
    kept.sample.refused = sample.value("refused", std::string());
    kept.sample.figure = read_interval(sample.at("figure"));
    kept.sample.figure.pulls = read_pulls(sample.at("figure").at("pulls"));
    kept.sample.unstable = sample.at("unstable").get<bool>();
    kept.sample.answer = value_named<SloAnswer>(sample.at("answer").get<std::string>()).value();
    kept.sample.leans_to_meet = sample.at("leans_to_meet").get<bool>();
    kept.sample.queries = sample.at("queries").get<std::int64_t>();
    return kept;
  } catch (const Json::exception&) {
    return std::nullopt;
  } catch (const std::bad_optional_access&) {
    return std::nullopt;
  }
}

std::string TuneSampler::key_of(const TuneProbe& p) const {
  return fmt::format("{} {} {} {} {}", p.setting, p.rate, p.queries, p.stream, p.error);
}

RunControl TuneSampler::run_control() const {
  RunControl control;
  control.interrupt = control_.interrupt;
  return control;
}

TuneSample TuneSampler::short_run(const TuneProbe& probe) const {
  Scenario s = task_.scenario(probe.setting, probe.rate);
  s.replication += (kRaceStreams + probe.stream) * kReplicationsApart;
  s.replications = 1;
  s.traffic.queries = probe.queries;
  s.precision = Precision{};
  s.precision->confidence = Share{1 - 2 * probe.error};  // one-sided
  if (task_.problem().objective.has_limit()) s.traffic.objective = task_.problem().objective.slo.limit;
  return sample_of(task_.problem().objective, run(s, run_control()));
}

TuneSample TuneSampler::full_run(const TuneProbe& probe, unsigned jobs) const {
  const Scenario s = task_.scenario(probe.setting, 0);
  return sample_of(task_.problem().objective, run_replications(s, jobs, run_control()));
}

TuneSample TuneSampler::full_capacity(const TuneProbe& probe, CapacityQuestion question) const {
  const HighestRate found = highest_rate(task_.scenario(probe.setting, 0), question);
  if (control_.interrupted()) throw TuneInterrupted();
  TuneSample s;
  s.queries = found.queries;
  s.answer = found.meets ? SloAnswer::meets : SloAnswer::fails;
  s.figure.value = found.meets ? found.meets->rate_per_s : 0;
  s.figure.low = s.figure.value;
  if (found.not_shown) s.figure.high = found.not_shown->rate_per_s;
  s.figure.trust = Trust::good;
  return s;
}

// Whether the limit is met at the rate: by ever longer samples, as a capacity is shown.
TuneSample TuneSampler::full_proof(const TuneProbe& probe, CapacityQuestion question) const {
  TuneSample last;
  const std::int64_t shortest = task_.problem().full_queries;
  Looks looks(
      [&](double level, const Sampling& how) {
        Scenario s = task_.scenario(probe.setting, 0);
        s.replication += how.stream * kReplicationsApart;
        s.replications = 1;
        s.traffic.queries = how.queries;
        s.precision = Precision{};
        s.precision->confidence = Share{1 - 2 * how.error};
        s.traffic.objective = question.slo.limit;
        last = sample_of(task_.problem().objective, run(s, run_control()));
        return trial_of(level, how, last);
      },
      question, shortest);
  looks.confirm(task_.problem().objective.rate.value_or(0), shortest, 1 - question.confidence);
  last.queries = looks.queries();
  return last;
}

TakenSample TuneSampler::simulate(const TuneProbe& probe, std::int64_t allowance, unsigned jobs) const {
  CapacityQuestion question = task_.capacity_question();
  question.budget = allowance;
  question.jobs = jobs;
  question.interrupt = control_.interrupt;
  try {
    if (!probe.full()) return {short_run(probe)};
    if (task_.problem().objective.goal == TuneGoal::capacity) return {full_capacity(probe, question)};
    if (task_.problem().objective.has_limit()) return {full_proof(probe, question)};
    return {full_run(probe, jobs)};
  } catch (const CapacityBudgetSpent& spent) {
    TakenSample cut;
    cut.sample.queries = spent.queries;
    cut.cut_short = true;
    return cut;
  }
}

// A setting that cannot be run is no reason to end: others may do.
TakenSample TuneSampler::taken(const TuneProbe& probe, std::int64_t allowance, unsigned jobs) const {
  TakenSample none;
  none.sample.figure.value = Estimate::kNone;
  try {
    return simulate(probe, allowance, jobs);
  } catch (const InfeasibleError& e) {
    none.sample.refused = fmt::format("infeasible: {}", e.what());
  } catch (const ScenarioError& e) {
    none.sample.refused = e.message();
  } catch (const std::bad_alloc&) {
    none.sample.refused = "not enough memory";
  }
  return none;
}

std::vector<TakenSample> TuneSampler::take(const std::vector<TuneProbe>& probes, std::int64_t allowance) {
  if (control_.interrupted()) throw TuneInterrupted();
  std::vector<TakenSample> out(probes.size());
  std::vector<std::size_t> missing;
  std::int64_t left = 0;
  const auto planned = [&](const TuneProbe& p) { return p.full() ? task_.problem().full_queries : p.queries; };
  for (std::size_t i = 0; i < probes.size(); ++i) {
    const auto known = known_.find(key_of(probes[i]));
    // A budget that has no room for what was found with a larger one ends where it would have.
    if (known != known_.end() && (!probes[i].full() || known->second.queries <= allowance)) {
      out[i].sample = known->second;
      done_ += known->second.queries;
    } else {
      missing.push_back(i);
      left += planned(probes[i]);
    }
  }
  if (control_.progress) control_.progress(done_, left);
  const auto several = static_cast<unsigned>(std::clamp<std::size_t>(missing.size(), 1, 1024));
  const unsigned inside = std::max(1U, control_.jobs / several);
  in_parallel(
      missing.size(), control_.jobs, [this] { return control_.interrupted(); },
      [&](std::size_t m) {
        const TuneProbe& probe = probes[missing[m]];
        TakenSample sample = taken(probe, allowance, inside);
        const std::scoped_lock lock(mutex_);
        if (control_.interrupted()) return;
        if (!sample.cut_short && control_.keep) control_.keep({probe, sample.sample});
        done_ += sample.sample.queries;
        left -= planned(probe);
        out[missing[m]] = std::move(sample);
        if (control_.progress) control_.progress(done_, left);
      });
  if (control_.interrupted()) throw TuneInterrupted();
  return out;
}

}  // namespace shardsim
