// SPDX-License-Identifier: Apache-2.0
#include "cli/command.hpp"
#include "cli/progress.hpp"
#include "cli/quantity_option.hpp"
#include "experiment/tuning/tune_folder.hpp"
#include "experiment/tuning/tune_report.hpp"

namespace shardsim {
namespace {

namespace po = boost::program_options;

class TuneCommand final : public Command {
 public:
  std::string usage() const override {
    return "SWEEP.json --objective \"max rate at p95<=25 ms\" --out DIR [--method NAME] [--budget N] [--jobs N] "
           "[--set PATH=VALUE]...";
  }
  std::string example() const override {
    return "shardsim tune docs/examples/tuning.json --objective \"min p95 at 200 /s\" --out out/tuning";
  }

  void add_options(po::options_description& options, po::positional_options_description& positional) const override {
    add_set_option(options);
    options.add_options()("SWEEP.json", po::value<std::string>(), "a sweep; its points are the settings")(
        "objective", po::value<std::string>()->value_name("TEXT"),
        "\"max rate at p95<=25 ms\", \"min p99\", \"min p99 at 500 /s\", \"min cost at 500 /s with p99<=30 ms\" or "
        "\"min p99, min cost\"")("method", po::value<std::string>()->default_value("halving"),
                                 "how it is searched: see `shardsim list methods`")(
        "budget", po::value<std::string>()->value_name("N"), "the most queries that are simulated in all")(
        "out", po::value<std::string>()->value_name("DIR"),
        "write DIR/tune.json and DIR/journal.jsonl; what the journal there has is not simulated again")(
        "tolerance", po::value<std::string>()->value_name("\"2 %\""),
        "what is better by less is as good; default: 2 % of a rate, 1 % of all else")(
        "confidence", po::value<std::string>()->default_value("95 %"),
        "of intervals, and that the best is not dropped")("max-queries",
                                                          po::value<std::string>()->default_value("400000"),
                                                          "where the objective has a limit: the longest sample")(
        "over", po::value<std::string>()->default_value("traffic.arrivals.rate")->value_name("PATH"),
        "the field that holds the rate, or a whole number such as traffic.arrivals.clients")(
        "jobs", po::value<unsigned>()->default_value(default_jobs()), "runs at a time")(
        "seed", po::value<std::uint64_t>(), "seed of all random numbers")(
        "format", po::value<std::string>()->default_value("text"), "text or json")(
        "force", "start afresh: forget what is there, replace files that exist");
    positional.add("SWEEP.json", 1);
  }

  int run(const po::variables_map& given) const override {
    const bool as_json = wants_json(given);
    const std::string file = required_argument(given, "SWEEP.json");
    if (given.count("objective") == 0)
      throw InputError("--objective is missing, such as \"max rate at p95<=25 ms\"; see --help");
    if (given.count("out") == 0) throw InputError("--out is missing: the folder to write; see --help");
    const std::filesystem::path out = given["out"].as<std::string>();
    const TuneQuestion question = question_of(given);
    const Alternative<TuneMethod>& method = method_of(given);
    const std::shared_ptr<TuneMethod> searched = method.make();
    std::optional<std::uint64_t> seed;
    if (given.count("seed") > 0) seed = given["seed"].as<std::uint64_t>();
    const TuneTask task(file, assignments(given), seed, question);
    searched->check(task.problem());
    TuneHeading heading{method.name, question.confidence, budget_of(given, *searched, task.problem())};
    print_notes(task.notes());
    TuneFolder folder(task, method.name, out,
                      given.count("force") > 0 ? TuneFolder::Existing::replace : TuneFolder::Existing::resume);
    tell_what_is_there(folder, out);
    const std::optional<TuneOutcome> outcome =
        search(task, *searched, heading, folder, std::clamp(given["jobs"].as<unsigned>(), 1U, 1024U));
    if (!outcome) return kFailed;
    const Json report = tune_json(task.problem(), heading, *outcome);
    folder.write(report);
    fmt::print("{}", as_json ? report.dump(2) + "\n" : tune_text(task.problem(), heading, *outcome));
    fmt::print(stderr, "wrote {}\n", (out / "tune.json").string());
    return outcome->best || !outcome->front.empty() ? kOk : kFailed;
  }

 private:
  static double share(const po::variables_map& given, const char* option) {
    const double of_one = quantity_option<Share>(given, option).of_one;
    if (of_one >= 1) throw InputError(fmt::format("--{}: expected less than 100 %", option));
    return of_one;
  }

  static TuneQuestion question_of(const po::variables_map& given) {
    TuneQuestion q;
    q.objective = parse_objective(given["objective"].as<std::string>());
    q.rate_path = given["over"].as<std::string>();
    if (given.count("tolerance") > 0) q.tolerance = share(given, "tolerance");
    q.confidence = share(given, "confidence");
    q.max_queries = static_cast<std::int64_t>(whole_number(given, "max-queries"));
    return q;
  }

  static const Alternative<TuneMethod>& method_of(const po::variables_map& given) {
    const std::string name = given["method"].as<std::string>();
    const Alternative<TuneMethod>* method = tune_method_registry().find(name);
    if (method == nullptr)
      throw InputError(fmt::format("--method: unknown method {}{}", in_quotes(name),
                                   suggestion(name, tune_method_registry().names())));
    return *method;
  }

  static std::optional<std::int64_t> budget_of(const po::variables_map& given, const TuneMethod& method,
                                               const TuneProblem& problem) {
    if (given.count("budget") == 0) return std::nullopt;
    const auto budget = static_cast<std::int64_t>(whole_number(given, "budget"));
    const std::int64_t fewest = method.fewest_queries(problem);
    if (budget < fewest)
      throw InputError(
          fmt::format("--budget: found {}; expected at least {}, with which {} settings can be searched at "
                      "all, or fewer 'traffic.queries'",
                      budget, fewest, problem.size()));
    return budget;
  }

  static void tell_what_is_there(const TuneFolder& folder, const std::filesystem::path& out) {
    if (folder.damaged_lines() > 0)
      fmt::print(stderr, "shardsim: {}: dropped {} damaged lines; their samples are taken again\n",
                 (out / "journal.jsonl").string(), folder.damaged_lines());
    if (!folder.found().empty()) fmt::print(stderr, "{} samples are there already\n", folder.found().size());
  }

  // Nothing: interrupted.
  static std::optional<TuneOutcome> search(const TuneTask& task, const TuneMethod& method, const TuneHeading& heading,
                                           TuneFolder& folder, unsigned jobs) {
    std::size_t kept = folder.found().size();
    ProgressLine line("tuning");
    TuneControl control;
    control.jobs = jobs;
    control.interrupt = &interrupted();
    control.keep = [&](const KeptSample& sample) {
      folder.keep(sample);
      ++kept;
    };
    control.progress = [&](std::int64_t done, std::int64_t left) {
      // What is asked for now, and the run of the winner after it; of more nobody knows yet.
      const auto all = static_cast<double>(done + left + task.problem().full_queries);
      line.show(static_cast<double>(done) / all, fmt::format("{} queries, {} asked for", done, left));
    };
    TuneSampler sampler(task, control);
    for (const KeptSample& sample : folder.found()) sampler.know(sample);
    Ledger ledger(
        task.problem(),
        [&](const std::vector<TuneProbe>& probes, std::int64_t allowance) { return sampler.take(probes, allowance); },
        heading.budget.value_or(Ledger::kNoBudget));
    try {
      return tune(task.problem(), method, ledger);
    } catch (const TuneInterrupted&) {
      fmt::print(stderr, "shardsim: interrupted; {} samples are kept, and the same command goes on from there\n", kept);
      return std::nullopt;
    }
  }
};

}  // namespace

template <>
void describe(Describe<TuneCommand>& d) {
  d.object("tune", "finds the best of a sweep's settings, with few queries");
}

namespace commands {
Alternative<Command> tune() { return alternative<TuneCommand, Command>(); }
}  // namespace commands

}  // namespace shardsim
