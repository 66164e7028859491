// SPDX-License-Identifier: Apache-2.0
#include "experiment/sweep.hpp"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <numeric>

#include "config/csv.hpp"
#include "experiment/parallel.hpp"
#include "experiment/replications.hpp"
#include "experiment/report.hpp"

namespace shardsim {
namespace {

// Threads take points in order; what a point gives does not depend on who runs it.
class SweepRunner {
 public:
  SweepRunner(const Sweep& sweep, const std::vector<std::size_t>& points, const SweepControl& control)
      : sweep_(sweep), points_(points), control_(control), shares_(points.size()) {}

  void run() {
    in_parallel(
        points_.size(), control_.jobs, [this] { return interrupted(); },
        [this](std::size_t i) { finish(i, run_point(i)); });
  }

 private:
  using Clock = std::chrono::steady_clock;

  bool interrupted() const { return control_.interrupt != nullptr && control_.interrupt->load(); }

  PointResult run_point(std::size_t i) {
    PointResult point;
    RunControl control;
    control.interrupt = control_.interrupt;
    control.progress = [this, i](double share) { report(i, share); };
    const Clock::time_point start = Clock::now();
    try {
      point.scenario = sweep_.scenario(points_[i]);
      point.result = run_replications(*point.scenario, 1, control);
      point.verdict = point.result->verdict;
    } catch (const InfeasibleError& e) {
      point.verdict = Verdict::infeasible;
      point.error = e.what();
    } catch (const std::bad_alloc&) {
      point.verdict = Verdict::failed;
      point.error = "not enough memory";
    } catch (const std::exception& e) {
      point.verdict = Verdict::failed;
      point.error = e.what();
    }
    point.seconds = std::chrono::duration<double>(Clock::now() - start).count();
    return point;
  }

  void finish(std::size_t i, const PointResult& point) {
    if (control_.finished) control_.finished(points_[i], point);
    const std::scoped_lock lock(mutex_);
    ++done_;
    update(i, 1);
  }
  void report(std::size_t i, double share) {
    const std::scoped_lock lock(mutex_);
    update(i, share);
  }
  void update(std::size_t i, double share) {
    total_share_ += share - shares_[i];
    shares_[i] = share;
    if (control_.progress) control_.progress(done_, total_share_ / static_cast<double>(shares_.size()));
  }

  const Sweep& sweep_;
  const std::vector<std::size_t>& points_;
  const SweepControl& control_;
  std::mutex mutex_;
  std::size_t done_ = 0;
  std::vector<double> shares_;
  double total_share_ = 0;
};

// The columns of a figure: its value and the ends of its interval.
constexpr std::array kFigureColumns{std::pair(Measure::mean, "mean_us"), std::pair(Measure::p50, "p50_us"),
                                    std::pair(Measure::p90, "p90_us"),   std::pair(Measure::p95, "p95_us"),
                                    std::pair(Measure::p99, "p99_us"),   std::pair(Measure::cpu, "cpu_us_per_query")};
constexpr std::array kOverheadColumns{std::pair(Measure::p50, "p50_overhead"), std::pair(Measure::p90, "p90_overhead"),
                                      std::pair(Measure::p95, "p95_overhead"), std::pair(Measure::p99, "p99_overhead"),
                                      std::pair(Measure::cpu, "compute_overhead")};

std::string columns(const auto& figures) {
  std::string out;
  for (const auto& [measure, name] : figures) out += fmt::format("{0},{0}_lo,{0}_hi,", name);
  return out;
}

// A field that is empty where there is no such number.
std::string number(double value, const char* format) {
  return std::isfinite(value) ? fmt::format(fmt::runtime(format), value) : std::string();
}

std::string fields(const Estimate& e, const char* format) {
  return number(e.value, format) + "," + number(e.low, format) + "," + number(e.high, format) + ",";
}

std::string figures(const PointRow& row) {
  std::string out;
  for (const auto& [measure, name] : kFigureColumns) out += row.figures ? fields((*row.figures)[measure], "{}") : ",,,";
  return out;
}

std::string overheads(const PointRow& row, const PointRow* baseline) {
  std::string out;
  for (const auto& [measure, name] : kOverheadColumns) {
    Estimate over;
    over.value = Estimate::kNone;
    if (baseline != nullptr && row.figures && baseline->figures)
      over = relative_difference((*row.figures)[measure], (*baseline->figures)[measure], row.figures->confidence);
    out += fields(over, "{:.6f}");
  }
  return out;
}

// Of the queries that failed; a P99 that falls on them is infinite.
std::string failures(const PointRow& row) {
  const std::string p99 = std::isinf(row.p99_with_failed_us) ? "inf" : number(row.p99_with_failed_us, "{}");
  return fmt::format("{},{}{},", row.failed, row.goodput ? fields(*row.goodput, "{:.6f}") : ",,,", p99);
}

// The columns that come of descriptions: their names, or the values of a row.
std::string described_names() {
  std::string out;
  for (const TableColumn& column : described_columns())
    out += fmt::format(fmt::runtime(column.interval ? "{0},{0}_lo,{0}_hi," : "{0},"), column.name);
  return out;
}

std::string described(const PointRow& row) {
  std::string out;
  std::size_t i = 0;
  for (const TableColumn& column : described_columns()) {
    Estimate none;
    none.value = Estimate::kNone;
    const Estimate& e = row.described.empty() ? none : row.described.at(i++);
    out += column.interval ? fields(e, "{}") : number(e.value, "{}") + ",";
  }
  return out;
}

}  // namespace

std::size_t selected_points(const Sweep& sweep) {
  return static_cast<std::size_t>(std::count_if(sweep.points.begin(), sweep.points.end(),
                                                [](const SweepPoint& point) { return !point.id.empty(); }));
}

PointRow row_of(const PointResult& point) {
  PointRow row;
  row.verdict = point.verdict;
  row.error = point.error;
  if (!point.result) return row;
  row.completed = point.result->completed;
  row.failed = point.result->failed;
  if (point.result->completed + point.result->failed > 0) {
    row.goodput = point.result->goodput;
    row.p99_with_failed_us = point.result->latency_with_failed_us(0.99);
  }
  if (point.result->recorder.count() > 0) {
    row.figures = point.result->figures;
    row.described = described_values(*point.result);
  }
  return row;
}

void run_points(const Sweep& sweep, const std::vector<std::size_t>& points, const SweepControl& control) {
  SweepRunner(sweep, points, control).run();
}

std::vector<PointRow> run_sweep(const Sweep& sweep, const SweepControl& control) {
  std::vector<PointRow> rows(sweep.points.size());
  std::vector<std::size_t> all(rows.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  SweepControl collecting = control;
  collecting.finished = [&](std::size_t i, const PointResult& point) {
    rows[i] = row_of(point);
    if (control.finished) control.finished(i, point);
  };
  run_points(sweep, all, collecting);
  return rows;
}

std::string sweep_csv(const Sweep& sweep, const std::vector<PointRow>& rows) {
  std::string out;
  for (const std::string& axis : sweep.axes) out += csv_field(axis) + ",";
  out += "completed," + columns(kFigureColumns) + columns(kOverheadColumns) +
         "failed,goodput,goodput_lo,goodput_hi,p99_with_failed_us," + described_names() + "doubts,verdict\n";
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (const std::string& label : sweep.points[i].labels) out += csv_field(label) + ",";
    const std::optional<std::size_t> baseline = sweep.points[i].baseline;
    out += fmt::format("{},{}{}{}{}{},{}\n", rows[i].completed, figures(rows[i]),
                       overheads(rows[i], baseline ? &rows[*baseline] : nullptr), failures(rows[i]), described(rows[i]),
                       rows[i].figures ? doubts(*rows[i].figures) : "", name_of(rows[i].verdict));
  }
  return out;
}

std::string point_file(const SweepPoint& point) { return fmt::format("points/{}/result.json", point.id); }

Json axes_json(const Sweep& sweep, std::size_t index) {
  Json axes = Json::object();
  for (std::size_t a = 0; a < sweep.axes.size(); ++a) axes[sweep.axes[a]] = sweep.points[index].labels[a];
  return axes;
}

Json sweep_json(const Sweep& sweep, const std::vector<PointRow>& rows) {
  Json points = Json::array();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (sweep.points[i].id.empty()) continue;
    Json point{{"index", i}, {"id", sweep.points[i].id}, {"axes", axes_json(sweep, i)}};
    if (sweep.points[i].baseline) point["baseline"] = *sweep.points[i].baseline;
    point["verdict"] = std::string(name_of(rows[i].verdict));
    if (rows[i].error.empty() && rows[i].completed > 0)
      point["result"] = point_file(sweep.points[i]);
    else if (!rows[i].error.empty())
      point["error"] = rows[i].error;
    points.push_back(std::move(point));
  }
  return {{"schema_version", kSchemaVersion}, {"program", program_json()}, {"id", sweep.id},  {"axes", sweep.axes},
          {"baseline", sweep.baseline},       {"total", rows.size()},      {"points", points}};
}

}  // namespace shardsim
