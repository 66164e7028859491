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

/// A combination: a label for each axis, and the scenario it stands for.
struct SweepPoint {
  std::vector<std::string> labels;
  Scenario scenario;
  std::optional<std::size_t> baseline;  ///< index of the point it is compared with
};

struct Sweep {
  std::vector<std::string> axes;
  Remarks baseline;
  std::vector<SweepPoint> points;
};

/// path=value pairs from the command line.
using Assignments = std::vector<std::pair<std::string, std::string>>;

/// Reads a sweep and all its points; throws InputError for the first thing wrong in any of them.
Sweep load_sweep(const std::filesystem::path& file, const Assignments& assignments, std::optional<std::uint64_t> seed);

/// What a point came to; `result` is empty for an infeasible or unstarted point.
struct PointResult {
  Verdict verdict = Verdict::interrupted;
  std::string error;
  std::optional<RunResult> result;
};

struct SweepControl {
  unsigned jobs = 1;
  std::function<void(std::size_t done, double total_share)> progress;   ///< called from any thread, one at a time
  std::function<void(std::size_t index, const PointResult&)> finished;  ///< likewise
  const std::atomic<bool>* interrupt = nullptr;
};

/// Figures of a point that sweep.csv holds.
struct PointRow {
  Verdict verdict = Verdict::interrupted;
  std::string error;
  std::int64_t completed = 0;
  std::optional<Figures> figures;  ///< where a query completed
};

/// Runs all points; the order of results is that of the points whatever the number of jobs.
std::vector<PointRow> run_sweep(const Sweep& sweep, const SweepControl& control);

/// sweep.csv, and the index of points sweep.json.
std::string sweep_csv(const Sweep& sweep, const std::vector<PointRow>& rows);
Json sweep_json(const Sweep& sweep, const std::vector<PointRow>& rows);
/// "points/007/result.json"
std::string point_file(std::size_t index);

}  // namespace shardsim
