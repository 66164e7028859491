// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiment/run.hpp"

namespace shardsim {

/// Evenly spaced values, ends included; with a unit where the ends have one ("5 /s" to "50 /s").
struct Range {
  Json from;
  Json to;
  int steps = 2;
  bool logarithmic = false;
};

/// One direction of a sweep: either one field with several values, or named variants that may set several fields.
struct Axis {
  std::string name;  ///< column in sweep.csv; default: the path
  std::string path;  ///< field that `values` or `range` sets
  Json values;       ///< [value, ...], or {label: value, ...}
  std::optional<Range> range;
  Json variants;  ///< {label: {path: value, ...}, ...}
};

/// A parameter study: all combinations of the axes' values, less those excluded, on top of a base scenario.
struct SweepSpec {
  std::string description;
  Json base;  ///< scenario, or the path of one
  std::vector<Axis> axes;
  Remarks baseline;           ///< axis: label; overheads are against the point with these labels and the same others
  std::vector<Json> exclude;  ///< {axis: label or [labels], ...}: combinations that match all are dropped
};

template <>
void describe(Describe<Range>& d);
template <>
void describe(Describe<Axis>& d);
template <>
void describe(Describe<SweepSpec>& d);

/// A combination: a label for each axis.
struct SweepPoint {
  std::vector<std::string> labels;
  std::string id;                       ///< of the content of its scenario (ScenarioIds); empty: not selected
  std::optional<std::size_t> baseline;  ///< index of the point it is compared with
};

struct Sweep {
  std::vector<std::string> axes;
  Remarks baseline;
  std::vector<SweepPoint> points;
  std::string id;  ///< of the sweep as it was given, with what was set on the command line
  /// The scenario of a point, resolved anew, as a million of them fill any memory. From any thread. Throws InputError,
  /// also when a file that it is made of has changed since.
  std::function<Scenario(std::size_t index)> scenario;
  std::vector<Document::Note> notes;             ///< on the sweep and the selected points, each text once
  std::vector<std::vector<std::string>> labels;  ///< of each axis, in the order listed
};

/// path=value pairs from the command line.
using Assignments = std::vector<std::pair<std::string, std::string>>;
/// Whether a point, by its index, is to be resolved. Empty: all.
using Selection = std::function<bool(std::size_t index)>;

/// Part `number` (1 to `of`) of a sweep's points.
struct Shard {
  std::size_t number = 1;
  std::size_t of = 1;
  bool holds(std::size_t index) const;
};

/// Reads a sweep and the points selected; throws InputError for the first thing wrong in any of them.
Sweep load_sweep(const std::filesystem::path& file, const Assignments& assignments, std::optional<std::uint64_t> seed,
                 const Selection& selection = {});

/// What a point came to; `result` is empty for an infeasible, failed or unstarted point, and `scenario` for one that
/// could not be resolved.
struct PointResult {
  Verdict verdict = Verdict::interrupted;
  std::string error;
  std::optional<Scenario> scenario;
  std::optional<RunResult> result;
  double seconds = 0;  ///< that it took to run
};

struct SweepControl {
  unsigned jobs = 1;
  std::function<void(std::size_t done, double total_share)> progress;  ///< called from any thread, one at a time
  /// Called from any thread, several at a time; what it throws ends the sweep.
  std::function<void(std::size_t index, const PointResult&)> finished;
  const Interrupt* interrupt = nullptr;
};

/// Figures of a point that sweep.csv holds.
struct PointRow {
  Verdict verdict = Verdict::interrupted;
  std::string error;
  std::int64_t completed = 0;
  std::optional<Figures> figures;  ///< where a query completed
  std::int64_t failed = 0;
  std::optional<Estimate> goodput;  ///< where a query ended
  double p99_with_failed_us = Estimate::kNone;
  std::vector<Estimate> described;  ///< by described_columns(), where a query was answered
};

PointRow row_of(const PointResult& point);

/// How many of the points were selected.
std::size_t selected_points(const Sweep& sweep);
/// The label of each axis at a point.
Json axes_json(const Sweep& sweep, std::size_t index);

/// Runs some points of a sweep. An error of a point is its own, and the others run.
void run_points(const Sweep& sweep, const std::vector<std::size_t>& points, const SweepControl& control);
/// Runs all; the order of results is that of the points whatever the number of jobs.
std::vector<PointRow> run_sweep(const Sweep& sweep, const SweepControl& control);

/// sweep.csv, and the index of points sweep.json. A row for each point; sweep.json leaves out points not selected.
std::string sweep_csv(const Sweep& sweep, const std::vector<PointRow>& rows);
Json sweep_json(const Sweep& sweep, const std::vector<PointRow>& rows);
/// "points/7d1c.../result.json": by the point's id, which stays when the sweep grows.
std::string point_file(const SweepPoint& point);

}  // namespace shardsim
