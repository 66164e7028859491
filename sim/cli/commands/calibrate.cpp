// SPDX-License-Identifier: Apache-2.0
#include "cli/command.hpp"
#include "cli/progress.hpp"
#include "experiment/calibration/calibration_folder.hpp"
#include "experiment/calibration/calibration_report.hpp"

namespace shardsim {
namespace {

namespace po = boost::program_options;

class CalibrateCommand final : public Command {
 public:
  std::string usage() const override {
    return "CALIBRATION.json --out DIR [--jobs N] [--seed N] [--format text|json] [--force]";
  }
  std::string example() const override {
    return "shardsim calibrate docs/examples/calibration.json --out out/calibration";
  }

  void add_options(po::options_description& options, po::positional_options_description& positional) const override {
    options.add_options()("CALIBRATION.json", po::value<std::string>(),
                          "the fields that are looked for, and what was measured")(
        "out", po::value<std::string>()->value_name("DIR"),
        "write DIR/calibrated.json, DIR/report.json, DIR/scenarios/ and DIR/journal.jsonl; what the journal there has "
        "is not simulated again")("jobs", po::value<unsigned>()->default_value(default_jobs()), "runs at a time")(
        "seed", po::value<std::uint64_t>(), "seed of all random numbers of all runs")(
        "format", po::value<std::string>()->default_value("text"), "text or json")(
        "force", "start afresh: forget what is there, replace files that exist");
    positional.add("CALIBRATION.json", 1);
  }

  int run(const po::variables_map& given) const override {
    const bool as_json = wants_json(given);
    const std::string file = required_argument(given, "CALIBRATION.json");
    if (given.count("out") == 0) throw InputError("--out is missing: the folder to write; see --help");
    const std::filesystem::path out = given["out"].as<std::string>();
    std::optional<std::uint64_t> seed;
    if (given.count("seed") > 0) seed = given["seed"].as<std::uint64_t>();
    const CalibrationProblem problem(file, seed);
    print_notes(problem.notes());
    CalibrationFolder folder(
        problem, out,
        given.count("force") > 0 ? CalibrationFolder::Existing::replace : CalibrationFolder::Existing::resume);
    tell_what_is_there(folder, out);
    const std::optional<CalibrationResult> result =
        fit(problem, folder, std::clamp(given["jobs"].as<unsigned>(), 1U, 1024U));
    if (!result) return kFailed;
    folder.write(*result);
    fmt::print("{}", as_json ? calibration_json(problem, *result).dump(2) + "\n" : calibration_text(problem, *result));
    fmt::print(stderr, "wrote {}\n", (out / "calibrated.json").string());
    return kOk;
  }

 private:
  static void tell_what_is_there(const CalibrationFolder& folder, const std::filesystem::path& out) {
    if (folder.damaged_lines() > 0)
      fmt::print(stderr, "shardsim: {}: dropped {} damaged lines; their evaluations run again\n",
                 (out / "journal.jsonl").string(), folder.damaged_lines());
    if (!folder.found().empty()) fmt::print(stderr, "{} evaluations are done already\n", folder.found().size());
  }

  // Nothing: interrupted.
  static std::optional<CalibrationResult> fit(const CalibrationProblem& problem, CalibrationFolder& folder,
                                              unsigned jobs) {
    const std::int64_t budget = problem.spec().budget.evaluations;
    std::size_t kept = folder.found().size();
    ProgressLine line("calibrating");
    CalibrationControl control;
    control.jobs = jobs;
    control.interrupt = &interrupted();
    control.keep = [&](const Evaluation& e) {
      folder.keep(e);
      ++kept;
    };
    control.progress = [&](std::size_t done, double least_error) {
      line.show(static_cast<double>(done) / static_cast<double>(budget),
                fmt::format("{} of {} evaluations, error {:.4g}", done, budget, least_error));
    };
    Evaluator evaluator(problem, control);
    for (const Evaluation& e : folder.found()) evaluator.know(e);
    try {
      return calibrate(problem, evaluator);
    } catch (const CalibrationInterrupted&) {
      fmt::print(stderr,
                 "shardsim: interrupted; {} of {} evaluations are done, and the same command goes on from there\n",
                 kept, budget);
      return std::nullopt;
    }
  }
};

}  // namespace

template <>
void describe(Describe<CalibrateCommand>& d) {
  d.object("calibrate", "fits fields of scenarios to figures that were measured");
}

namespace commands {
Alternative<Command> calibrate() { return alternative<CalibrateCommand, Command>(); }
}  // namespace commands

}  // namespace shardsim
