// SPDX-License-Identifier: Apache-2.0
#include "experiment/calibration/calibration_folder.hpp"

#include "experiment/calibration/calibration_report.hpp"
#include "experiment/output.hpp"

namespace shardsim {
namespace {

// What a platform, a NIC or a model says of the sources of its figures stands in its own "sources".
void name_source(Json& scenario, const std::string& place, const std::string& source) {
  for (std::size_t slash = place.rfind('/'); slash != std::string::npos && slash > 0;
       slash = place.rfind('/', slash - 1)) {
    const std::string owner = place.substr(0, slash);
    const std::string key = owner.substr(owner.rfind('/') + 1);
    if (key != "platform" && key != "nic" && key != "model") continue;
    std::string figure = place.substr(slash + 1);
    std::replace(figure.begin(), figure.end(), '/', '.');
    scenario.at(Json::json_pointer(owner))["sources"][figure] = source;
    return;
  }
}

}  // namespace

CalibrationFolder::CalibrationFolder(const CalibrationProblem& problem, std::filesystem::path folder, Existing existing)
    : problem_(problem), folder_(std::move(folder)) {
  bool ours = false;
  bool foreign = false;
  const auto take = [&](const Json& entry) {
    if (entry.contains("calibration")) {
      ours = entry["calibration"] == Json(problem_.id());
      foreign = foreign || !ours;
    } else if (std::optional<Evaluation> e = read_evaluation(entry); e && ours) {
      found_.push_back(std::move(*e));
    } else {
      foreign = true;
    }
  };
  const bool resume = existing == Existing::resume;
  journal_.emplace(folder_ / "journal.jsonl", resume ? std::function<void(const Json&)>(take) : nullptr);
  if (foreign)
    throw InputError(folder_.string(), "",
                     "holds something else, or the calibration, a file it names or the program changed since it was "
                     "begun; give another place, or --force to replace it");
  if (!ours) journal_->append({{"calibration", problem_.id()}});
}

void CalibrationFolder::write(const CalibrationResult& result) const {
  for (std::size_t c = 0; c < problem_.configurations(); ++c) {
    const std::filesystem::path file = folder_ / fitted_file(problem_.name_of_configuration(c));
    const Scenario scenario = problem_.fitted(c, result.best.values);
    Json written = value_type<Scenario>().write(&scenario, std::filesystem::absolute(file).parent_path());
    for (std::size_t j = 0; j < problem_.fields(); ++j)
      for (const std::string& place : problem_.places_of(j, c, written))
        name_source(written, place, source_text(problem_, j));
    write_file(file, written.dump(2) + "\n");
  }
  write_file(folder_ / "calibrated.json", calibrated_json(problem_, result).dump(2) + "\n");
  write_file(folder_ / "report.json", calibration_json(problem_, result).dump(2) + "\n");
}

}  // namespace shardsim
