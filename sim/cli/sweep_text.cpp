// SPDX-License-Identifier: Apache-2.0
#include "cli/sweep_text.hpp"

namespace shardsim {
namespace {

std::string_view state_of(const SweepProgress& progress, std::size_t i) {
  if (progress.finished(i)) return "done";
  return progress.rows()[i].verdict == Verdict::failed ? "failed" : "to run";
}

}  // namespace

std::string point_text(const Sweep& sweep, std::size_t index) {
  std::string place;
  for (std::size_t a = 0; a < sweep.axes.size(); ++a)
    place += fmt::format("{}{} = {}", a == 0 ? "" : ", ", sweep.axes[a], sweep.points[index].labels[a]);
  return fmt::format("{:03} ({})", index, place);
}

std::string about(double seconds) {
  if (seconds < 120) return fmt::format("{:.3g} s", seconds);
  const auto minutes = static_cast<long>(seconds / 60 + 0.5);
  return minutes < 120 ? fmt::format("{} min", minutes) : fmt::format("{} h {} min", minutes / 60, minutes % 60);
}

bool report_failed(const Sweep& sweep, const std::vector<PointRow>& rows) {
  constexpr std::size_t kShown = 20;
  std::size_t count = 0;
  std::string text;
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (rows[i].verdict == Verdict::failed && ++count <= kShown)
      text += fmt::format("  {}: {}\n", point_text(sweep, i), rows[i].error);
  if (count == 0) return false;
  fmt::print(stderr, "shardsim: {} of {} points failed; the sweep's command tries them again:\n{}{}", count,
             rows.size(), text, count > kShown ? "  ... (all are in sweep.json)\n" : "");
  return true;
}

void list_points(const Sweep& sweep, const SweepProgress& progress, unsigned jobs, bool as_json) {
  const std::vector<std::size_t> left = progress.left();
  const std::optional<double> seconds = progress.seconds_left(jobs);
  Json points = Json::array();
  for (std::size_t i = 0; i < sweep.points.size(); ++i) {
    const SweepPoint& point = sweep.points[i];
    if (point.id.empty()) continue;
    const std::optional<double> took = progress.seconds(i);
    if (as_json) {
      points.push_back({{"index", i},
                        {"id", point.id},
                        {"axes", axes_json(sweep, i)},
                        {"state", std::string(state_of(progress, i))},
                        {"seconds", took ? Json(*took) : Json()}});
      continue;
    }
    fmt::print("{:03}", i);
    for (std::size_t a = 0; a < sweep.axes.size(); ++a) fmt::print("  {}={}", sweep.axes[a], point.labels[a]);
    fmt::print("  {}{}\n", state_of(progress, i), took ? fmt::format(" ({})", about(*took)) : "");
  }
  if (as_json) {
    Json out{{"points", points}, {"left", left}, {"seconds_left", seconds ? Json(*seconds) : Json()}};
    fmt::print("{}\n", out.dump());
    return;
  }
  fmt::print(stderr, "{} points, {} to run; estimated time with --jobs {}: {}\n", selected_points(sweep), left.size(),
             jobs, seconds ? about(*seconds) : "unknown before a point was run");
}

}  // namespace shardsim
