// SPDX-License-Identifier: Apache-2.0
#include "experiment/run.hpp"

#include "experiment/relaxation.hpp"
#include "experiment/runner.hpp"
#include "experiment/tiering.hpp"
#include "experiment/updating.hpp"

namespace shardsim {
namespace {

// More queries than this under way at once, or given up and still worked on: the system does not keep up, and the run
// ends.
constexpr std::int64_t kMostOutstanding = 200'000;
constexpr std::uint64_t kHeartbeatEvents = 1 << 12;

// What a fault does at the beginning is what the run is about, and not to be taken for a warm-up.
Warmup warmup_of(const Scenario& scenario) {
  if (!scenario.faults.empty() && !scenario.traffic.warmup.queries) return Warmup{0};
  return scenario.traffic.warmup;
}

}  // namespace

Runner::Runner(const Scenario& scenario, const RunControl& control)
    : scenario_(scenario),
      control_(control),
      model_(served_model(scenario)),
      plan_(make_plan(scenario, model_)),
      deployment_(deploy(scenario.cluster, services_of(plan_), *scenario.topology)),
      network_(sim_, std::move(deployment_.topology), scenario.topology->routing, *scenario.transport),
      serving_(sim_, model_, plan_, deployment_.services, scenario.serving, scenario.traffic, network_,
               table_use(scenario, model_, plan_), scenario.seed, scenario.replication),
      faults_(sim_, scenario.faults, network_, serving_),
      background_(sim_, scenario.cross_traffic, network_, scenario.seed, scenario.replication),
      updater_(updater_of(sim_, scenario, model_, plan_, network_, serving_)),
      stream_(model_, scenario.traffic, scenario.seed, scenario.replication),
      counting_(warmup_of(scenario), scenario.traffic.queries, scenario.traffic.objective),
      retries_(scenario) {}

RunResult Runner::run() {
  counting_.recorder().tell_apart(scenario_.traffic.classes.size());
  stream_.draw_rows_of(serving_.rows_matter());
  serving_.tell(control_.timeline);
  sim_.on_heartbeat(control_.on_event ? 1 : kHeartbeatEvents, [this] { on_heartbeat(); });
  if (loop_ = scenario_.traffic.arrivals->closed_loop(); loop_) {
    for (int i = 0; i < loop_->clients; ++i) idle_.push_back(&clients_.emplace_back(*this));
    start_clients();
  } else {
    source_ = scenario_.traffic.arrivals->open(scenario_.seed, scenario_.replication);
    open_loop();
  }
  sim_.run();
  collect();
  return std::move(result_);
}

Process Runner::open_loop() {
  while (result_.offered < target_ || more_wanted()) {
    const std::optional<Arrival> arrival = source_->next();
    if (!arrival) {
      arrivals_ended_ = true;
      break;
    }
    check_clock(arrival->time);
    // As in a closed loop, where a query comes by an event, after the answer it waits for: its replay is the same run.
    co_await sim_.after_all_at(arrival->time);
    submit(*arrival);
    if (std::max(under_way(), serving_.in_service()) > kMostOutstanding) {
      overrun_ = true;
      sim_.stop();
      break;
    }
  }
  note_offered_load();
  no_more_ = true;
  stop_when_done();
}

// All queries were sent that were to be. Where a precision is asked for that they do not give yet, there will be more.
bool Runner::more_wanted() {
  const std::optional<Precision>& precision = scenario_.precision;
  if (!precision || !precision->asks_for_anything()) return false;
  const std::int64_t budget = precision->budget(scenario_.traffic.queries);
  // The queries that are under way now will count too; a little to spare, so that they do not spoil it.
  constexpr double kToSpare = 0.99;
  counting_.settle();
  const double excess = excess_width(*precision, figures()) / kToSpare;
  if (excess <= 1 || target_ >= budget) return false;
  target_ = next_target(excess, target_, budget);
  return true;
}

Figures Runner::figures() {
  return figures_of({counting_.recorder().latency_ps(), counting_.sections(), length()}, scenario_.confidence());
}

// So far, as length_of() has it in the end.
Length Runner::length() const {
  const double seconds = to_seconds(sim_.now().time_since_epoch());
  Relaxation relaxation;
  if (loop_ || seconds <= 0) return {};
  for (const Host& h : serving_.hosts()) relaxation.add(h.cores().mean_wait(), h.cores().offered_load(seconds));
  for (const LinkState& l : network_.links())
    relaxation.add(to_seconds(l.waited) / std::max<double>(1, static_cast<double>(l.messages)),
                   to_seconds(l.busy) / seconds);
  const double warmup = static_cast<double>(counting_.warmup()) / static_cast<double>(result_.offered);
  return length_of(relaxation, seconds, warmup, 1);
}

// Background traffic and timers would go on for ever.
void Runner::stop_when_done() {
  if (no_more_ && under_way() == 0 && promised_ <= result_.offered) sim_.stop();
}

void Runner::finish(const Outcome& outcome) {
  check_clock(sim_.now());
  ++(outcome.failed ? result_.failed : result_.completed);
  counting_.observe(outcome);
  if (!outcome.failed) result_.useful_cpu_us += to_microseconds(outcome.cpu);
  if (retries_.watches()) retries_.on_end(outcome);
  if (control_.on_outcome) control_.on_outcome(outcome);
  if (loop_) next_of_client(think(outcome.id, kLaterThought));
  stop_when_done();
}

void Runner::on_heartbeat() {
  if (control_.on_event) control_.on_event(sim_.now(), serving_.hosts());
  if (control_.interrupt != nullptr && control_.interrupt->load()) {
    interrupted_ = true;
    sim_.stop();
  }
  if (control_.progress)
    control_.progress(static_cast<double>(result_.completed + result_.failed) / static_cast<double>(target_));
}

void check_clock(Time time) {
  if (time > kHorizon)
    throw ScenarioError("/traffic", "the run would simulate more than 53 days; ask for fewer queries or a higher rate");
}

RunResult run(const Scenario& scenario, const RunControl& control) { return Runner(scenario, control).run(); }

}  // namespace shardsim
