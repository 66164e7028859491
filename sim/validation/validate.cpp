// SPDX-License-Identifier: Apache-2.0
#include "validation/validate.hpp"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <mutex>
#include <numeric>

#include "experiment/parallel.hpp"
#include "topology/topology.hpp"

namespace shardsim {
namespace {

constexpr int kQuickShare = 5;

struct RunsMean {
  double mean = 0;
  double standard_error = 0;
  double half_width = 0;
};

// Mean of independent, about normal values, and half its interval of confidence kConfidence.
RunsMean mean_of_runs(const std::vector<double>& values) {
  const auto n = static_cast<double>(values.size());
  RunsMean m;
  m.mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  double squares = 0;
  for (const double v : values) squares += (v - m.mean) * (v - m.mean);
  m.standard_error = std::sqrt(squares / (n * (n - 1)));
  m.half_width = m.standard_error *
                 boost::math::quantile(boost::math::complement(boost::math::students_t(n - 1), (1 - kConfidence) / 2));
  return m;
}

Finding judge_law(Finding finding, const std::vector<double>& values) {
  constexpr double kRounding = 1e-9;
  const double expected = finding.expected.value;
  const auto distance = [&](double v) { return std::isnan(v) ? HUGE_VAL : std::abs(v - expected); };
  finding.measured =
      *std::max_element(values.begin(), values.end(), [&](double a, double b) { return distance(a) < distance(b); });
  finding.judgement = distance(finding.measured) <= kRounding * std::abs(expected) ? Judgement::pass : Judgement::fail;
  return finding;
}

Scenario scenario_of(const ValidationPlan& plan, const Case& c, std::uint32_t replication) {
  Document document = load_scenario(plan.folder / c.file);
  include_files(document);
  for (const auto& [path, value] : c.changes) document.set(path, value);
  Scenario scenario = read_document<Scenario>(document);
  scenario.seed = plan.seed;
  scenario.replication = replication;
  if (plan.quick) {
    scenario.traffic.queries = std::max<std::int64_t>(1, scenario.traffic.queries / kQuickShare);
    if (scenario.traffic.warmup.queries) *scenario.traffic.warmup.queries /= kQuickShare;
  }
  return scenario;
}

// Threads take runs in order; what a run gives does not depend on who runs it.
class Validator {
 public:
  Validator(const ValidationPlan& plan, const ValidationControl& control) : plan_(plan), control_(control) {
    for (const auto& [family, subject] : plan.entries) {
      for (std::size_t r = 0; r < subject.runs; ++r) tasks_.push_back({samples_.size(), r});
      samples_.emplace_back(subject.runs);
      left_.push_back(subject.runs);
    }
    shares_.resize(tasks_.size());
  }

  std::vector<Finding> run() {
    in_parallel(
        tasks_.size(), control_.jobs, [this] { return interrupted(); }, [this](std::size_t t) { perform(t); });
    return findings();
  }

 private:
  struct Task {
    std::size_t entry;
    std::size_t run;
  };

  bool interrupted() const { return control_.interrupt != nullptr && control_.interrupt->load(); }

  void perform(std::size_t t) {
    const auto [entry, number] = tasks_[t];
    const Case& c = plan_.entries[entry].subject;
    RunControl control;
    control.interrupt = control_.interrupt;
    control.progress = [this, t](double share) {
      const std::scoped_lock lock(mutex_);
      update(t, share);
    };
    const Scenario scenario = scenario_of(plan_, c, static_cast<std::uint32_t>(number));
    Sample sample;
    try {
      sample = c.sample(scenario, control);
    } catch (const ScenarioError& e) {
      throw InputError(fmt::format("case {} ({})", c.name, (plan_.folder / c.file).string()), e.pointer(), e.message());
    }
    if (interrupted()) return;  // perhaps in the middle of the run
    const std::scoped_lock lock(mutex_);
    samples_[entry][number] = std::move(sample);
    if (--left_[entry] == 0) ++cases_done_;
    update(t, 1);
  }

  void update(std::size_t t, double share) {
    total_share_ += std::max(0.0, share - shares_[t]);  // a case that makes several runs begins anew
    shares_[t] = std::max(share, shares_[t]);
    if (control_.progress) control_.progress(cases_done_, total_share_ / static_cast<double>(tasks_.size()));
  }

  std::vector<Finding> findings() const {
    std::vector<Finding> findings;
    for (std::size_t e = 0; e < plan_.entries.size(); ++e) {
      if (left_[e] > 0) continue;
      const Case& c = plan_.entries[e].subject;
      for (std::size_t i = 0; i < c.expected.size(); ++i) {
        std::vector<double> values;
        for (const Sample& sample : samples_[e]) values.push_back(sample.at(i));
        Finding finding = judge(c.expected[i], values, plan_.widest());
        finding.family = plan_.entries[e].family;
        finding.name = c.name;
        findings.push_back(std::move(finding));
      }
    }
    return findings;
  }

  const ValidationPlan& plan_;
  const ValidationControl& control_;
  std::vector<Task> tasks_;
  std::vector<std::vector<Sample>> samples_;  // by entry and run
  std::vector<std::size_t> left_;             // by entry: runs to come
  std::vector<double> shares_;                // done, by task
  std::mutex mutex_;
  std::size_t cases_done_ = 0;
  double total_share_ = 0;
};

}  // namespace

double Finding::deviation() const { return expected.value != 0 ? measured / expected.value - 1 : measured; }

Finding judge(const Expectation& expected, const std::vector<double>& values, double widest) {
  Finding finding;
  finding.expected = expected;
  finding.runs = values.size();
  if (expected.exact) return judge_law(std::move(finding), values);
  const RunsMean m = mean_of_runs(values);
  finding.measured = m.mean;
  finding.standard_error = m.standard_error;
  finding.half_width = m.half_width;
  if (!(std::abs(m.mean - expected.value) <= m.half_width))
    finding.judgement = Judgement::fail;
  else
    finding.judgement = m.half_width < widest * std::abs(expected.value) ? Judgement::pass : Judgement::too_wide;
  return finding;
}

std::vector<ValidationPlan::Entry> select_cases(const std::string& pattern) {
  std::vector<ValidationPlan::Entry> chosen;
  std::vector<std::string> names = family_registry().names();
  for (const Alternative<Family>& family : family_registry().all())
    for (Case& c : family.make()->cases()) {
      names.push_back(c.name);
      if (pattern.empty() || matches(pattern, family.name) || matches(pattern, c.name))
        chosen.push_back({family.name, std::move(c)});
    }
  if (chosen.empty())
    throw InputError(fmt::format("no case is called or matches {}{}", in_quotes(pattern), suggestion(pattern, names)));
  return chosen;
}

std::vector<Finding> validate(const ValidationPlan& plan, const ValidationControl& control) {
  return Validator(plan, control).run();
}

}  // namespace shardsim
