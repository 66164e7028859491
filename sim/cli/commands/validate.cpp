// SPDX-License-Identifier: Apache-2.0
#include <thread>

#include "cli/command.hpp"
#include "cli/progress.hpp"
#include "experiment/output.hpp"
#include "validation/validation_report.hpp"

namespace shardsim {
namespace {

namespace po = boost::program_options;

class Validate final : public Command {
 public:
  std::string usage() const override {
    return "[--only PATTERN] [--quick] [--jobs N] [--seed N] [--format text|json] [--out DIR] [--list]";
  }
  std::string example() const override { return "shardsim validate --only 'mm*'"; }

  void add_options(po::options_description& options, po::positional_options_description&) const override {
    options.add_options()("only", po::value<std::string>()->value_name("PATTERN"),
                          "cases or families of that name, or that match it (mm*); default: all")(
        "quick", "a fifth of the queries: for a build that is slow, or a first look")(
        "jobs",
        po::value<std::string>()
            ->default_value(std::to_string(std::max(1U, std::thread::hardware_concurrency())))
            ->value_name("N"),
        "runs at a time")("seed", po::value<std::string>()->default_value("1")->value_name("N"),
                          "seed of all random numbers")("format", po::value<std::string>()->default_value("text"),
                                                        "text or json")(
        "out", po::value<std::string>()->value_name("DIR"), "also write DIR/validation.csv")(
        "force", "replace files that exist")("list", "list the cases, and how to run each by itself, and stop");
  }

  int run(const po::variables_map& given) const override {
    const bool json = wants_json(given);
    const std::uint64_t jobs = whole_number(given, "jobs");
    const std::filesystem::path out = given.count("out") > 0 ? given["out"].as<std::string>() : "";
    const std::filesystem::path file = out / "validation.csv";
    if (!out.empty()) refuse_overwrite(file, given);
    ValidationPlan plan;
    plan.entries = select_cases(given.count("only") > 0 ? given["only"].as<std::string>() : "");
    plan.folder = std::filesystem::proximate(data_folder() / "workloads" / "validation");
    plan.seed = whole_number(given, "seed");
    plan.quick = given.count("quick") > 0;
    if (given.count("list") > 0) {
      fmt::print("{}", validation_list(plan));
      return kOk;
    }

    const std::vector<Finding> findings =
        simulate(plan, static_cast<unsigned>(std::clamp<std::uint64_t>(jobs, 1, 1024)));
    if (!out.empty()) write_file(file, validation_csv(findings));
    fmt::print("{}", json ? validation_json(plan, findings).dump(2) + "\n" : validation_text(plan, findings));
    if (!out.empty()) fmt::print(stderr, "wrote {}\n", file.string());
    if (interrupted().load()) {
      fmt::print(stderr, "shardsim: interrupted; cases that did not finish are left out\n");
      return kFailed;
    }
    const bool all =
        std::all_of(findings.begin(), findings.end(), [](const Finding& f) { return f.judgement == Judgement::pass; });
    return all ? kOk : kFailed;
  }

 private:
  static std::vector<Finding> simulate(const ValidationPlan& plan, unsigned jobs) {
    ProgressLine line("validating");
    ValidationControl control;
    control.jobs = jobs;
    control.interrupt = &interrupted();
    control.progress = [&](std::size_t done, double share) {
      line.show(share, fmt::format("{} of {} cases", done, plan.entries.size()));
    };
    return validate(plan, control);
  }
};

}  // namespace

template <>
void describe(Describe<Validate>& d) {
  d.object("validate", "checks this build against queueing theory and laws");
}

namespace commands {
Alternative<Command> validate() { return alternative<Validate, Command>(); }
}  // namespace commands

}  // namespace shardsim
