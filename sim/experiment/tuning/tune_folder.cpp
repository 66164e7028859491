// SPDX-License-Identifier: Apache-2.0
#include "experiment/tuning/tune_folder.hpp"

#include "experiment/output.hpp"

namespace shardsim {

TuneFolder::TuneFolder(const TuneTask& task, const std::string& method, std::filesystem::path folder, Existing existing)
    : task_(task), folder_(std::move(folder)) {
  const Json header{{"tune", task.id()}, {"method", method}};
  bool ours = false;
  bool foreign = false;
  const auto take = [&](const Json& entry) {
    if (entry.contains("tune")) {
      ours = entry["tune"] == header["tune"] && entry.value("method", std::string()) == method;
      foreign = foreign || !ours;
    } else if (std::optional<KeptSample> kept = read_kept(task, entry); kept && ours) {
      found_.push_back(std::move(*kept));
    } else {
      foreign = true;
    }
  };
  const bool resume = existing == Existing::resume;
  std::error_code error;
  if (resume && !std::filesystem::exists(folder_ / "journal.jsonl", error) &&
      std::filesystem::exists(folder_ / "tune.json", error))
    foreign = true;
  else
    journal_.emplace(folder_ / "journal.jsonl", resume ? std::function<void(const Json&)>(take) : nullptr);
  if (foreign)
    throw InputError(
        folder_.string(), "",
        "holds something else, or the sweep, the objective, the method or the program changed since it was "
        "begun; give another place, or --force to replace it");
  if (!ours) journal_->append(header);
}

void TuneFolder::write(const Json& report) const { write_file(folder_ / "tune.json", report.dump(2) + "\n"); }

}  // namespace shardsim
