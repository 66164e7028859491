// SPDX-License-Identifier: Apache-2.0
#include <set>
#include <sstream>

#include "cli/command.hpp"
#include "cli/progress.hpp"
#include "cli/sweep_text.hpp"
#include "experiment/sweep_folder.hpp"

namespace shardsim {
namespace {

namespace po = boost::program_options;

// "0,3-5" -> 0, 3, 4, 5.
std::set<std::size_t> point_numbers(const std::string& text) {
  const auto fail = [&] {
    throw InputError(fmt::format("--only: found {}; expected numbers of points, such as 0,3-5", in_quotes(text)));
  };
  const auto number = [&](const std::string& digits) -> std::size_t {
    if (digits.empty() || digits.size() > 9 || digits.find_first_not_of("0123456789") != std::string::npos) fail();
    return std::stoul(digits);
  };
  std::set<std::size_t> out;
  std::stringstream items(text);
  for (std::string item; std::getline(items, item, ',');) {
    const std::size_t dash = item.find('-');
    const std::size_t first = number(item.substr(0, dash));
    const std::size_t last = dash == std::string::npos ? first : number(item.substr(dash + 1));
    if (last < first || last - first > 1'000'000) fail();
    for (std::size_t i = first; i <= last; ++i) out.insert(i);
  }
  if (out.empty()) fail();
  return out;
}

// "2/8"
Shard read_shard(const std::string& text) {
  Shard shard;
  char slash = 0;
  std::istringstream in(text);
  in >> shard.number >> slash >> shard.of;
  if (!in || !in.eof() || text.find('-') != std::string::npos || slash != '/' || shard.number < 1 ||
      shard.number > shard.of)
    throw InputError(
        fmt::format("--shard: found {}; expected NUMBER/OF, from 1/8 to 8/8 for eight parts", in_quotes(text)));
  return shard;
}

class SweepCommand final : public Command {
 public:
  std::string usage() const override {
    return "SWEEP.json [--jobs N] [--out DIR] [--list] [--shard I/N] [--set PATH=VALUE]... [--seed N]";
  }
  std::string example() const override { return "shardsim sweep workloads/experiments/paper.json --out out/paper"; }

  void add_options(po::options_description& options, po::positional_options_description& positional) const override {
    add_set_option(options);
    options.add_options()("SWEEP.json", po::value<std::string>(), "sweep")(
        "jobs", po::value<unsigned>()->default_value(default_jobs()), "points at a time")(
        "out", po::value<std::string>()->value_name("DIR"),
        "write DIR/sweep.csv, DIR/sweep.json, DIR/points/ and DIR/journal.jsonl; points that the journal there has are "
        "not run again. Default: CSV to standard output")(
        "list", "list the points, those that are done in --out, and the time the others may take; run nothing")(
        "format", po::value<std::string>()->default_value("text"), "of --list: text or json")(
        "shard", po::value<std::string>()->value_name("I/N"),
        "run only part I of N, for `shardsim merge` to join; each into a folder of its own")(
        "only", po::value<std::string>()->value_name("POINTS"), "run only these, by number: 0,3-5; likewise")(
        "table", "write the tables of what is done in --out, and run nothing")("seed", po::value<std::uint64_t>(),
                                                                               "seed of all random numbers")(
        "force", "start afresh: forget the points that are done, replace files that exist");
    positional.add("SWEEP.json", 1);
  }

  int run(const po::variables_map& given) const override {
    const bool as_json = wants_json(given);
    const std::filesystem::path out = given.count("out") > 0 ? given["out"].as<std::string>() : "";
    const bool part = given.count("shard") > 0 || given.count("only") > 0;
    const bool list = given.count("list") > 0;
    for (const char* option : {"shard", "only", "table"})
      if (out.empty() && !list && given.count(option) > 0)
        throw InputError(fmt::format("--{} needs --out, the folder to write", option));
    const Sweep sweep = read(given);
    const unsigned jobs = std::clamp(given["jobs"].as<unsigned>(), 1U, 1024U);
    if (list) return list_only(sweep, out, jobs, as_json);
    if (out.empty()) return print(sweep, jobs);
    if (part && std::filesystem::exists(out / "sweep.csv"))
      throw InputError(out.string(), "", "holds a whole sweep; a part of one needs a folder of its own");

    SweepFolder folder(sweep, out,
                       given.count("force") > 0 ? SweepFolder::Existing::replace : SweepFolder::Existing::resume);
    if (folder.damaged_lines() > 0)
      fmt::print(stderr, "shardsim: {}: dropped {} damaged lines; their points run again\n", journal_file(out).string(),
                 folder.damaged_lines());
    if (given.count("table") == 0) simulate(sweep, folder, jobs);
    folder.write_index();
    if (!part) folder.write_table();
    return conclude(sweep, folder.progress(), part ? out : out / "sweep.csv");
  }

 private:
  static Sweep read(const po::variables_map& given) {
    if (given.count("shard") > 0 && given.count("only") > 0) throw InputError("--shard and --only exclude each other");
    std::optional<std::uint64_t> seed;
    if (given.count("seed") > 0) seed = given["seed"].as<std::uint64_t>();
    Selection selection;
    std::set<std::size_t> only;
    if (given.count("shard") > 0)
      selection = [shard = read_shard(given["shard"].as<std::string>())](std::size_t i) { return shard.holds(i); };
    if (given.count("only") > 0) {
      only = point_numbers(given["only"].as<std::string>());
      selection = [&only](std::size_t i) { return only.count(i) > 0; };
    }
    Sweep sweep = load_sweep(required_argument(given, "SWEEP.json"), assignments(given), seed, selection);
    print_notes(sweep.notes);
    if (!only.empty() && *only.rbegin() >= sweep.points.size())
      throw InputError(
          fmt::format("--only: there is no point {}; the last is {}", *only.rbegin(), sweep.points.size() - 1));
    return sweep;
  }

  static int list_only(const Sweep& sweep, const std::filesystem::path& out, unsigned jobs, bool as_json) {
    SweepProgress progress(sweep);
    if (!out.empty()) read_journal(journal_file(out), [&](const Json& entry) { progress.take(entry); });
    list_points(sweep, progress, jobs, as_json);
    return kOk;
  }

  static void tell(const Sweep& sweep, std::size_t i, const PointResult& point) {
    if (!point.error.empty()) fmt::print(stderr, "point {}: {}\n", point_text(sweep, i), point.error);
  }

  static int print(const Sweep& sweep, unsigned jobs) {
    ProgressLine line("simulating");
    SweepControl control;
    control.jobs = jobs;
    control.interrupt = &interrupted();
    control.progress = [&](std::size_t done, double share) {
      line.show(share, fmt::format("{} of {} points", done, sweep.points.size()));
    };
    control.finished = [&](std::size_t i, const PointResult& point) { tell(sweep, i, point); };
    const std::vector<PointRow> rows = run_sweep(sweep, control);
    fmt::print("{}", sweep_csv(sweep, rows));
    const bool failed = report_failed(sweep, rows);
    if (interrupted().load()) fmt::print(stderr, "shardsim: interrupted; points that did not finish say so\n");
    return failed || interrupted().load() ? kFailed : kOk;
  }

  static void simulate(const Sweep& sweep, SweepFolder& folder, unsigned jobs) {
    const std::vector<std::size_t> left = folder.progress().left();
    const std::size_t selected = selected_points(sweep);
    const std::size_t before = selected - std::min(selected, left.size());
    if (before > 0) fmt::print(stderr, "{} of {} points are done already, {} to run\n", before, selected, left.size());
    ProgressLine line("simulating");
    SweepControl control;
    control.jobs = jobs;
    control.interrupt = &interrupted();
    control.progress = [&](std::size_t done, double share) {
      line.show(share, fmt::format("{} of {} points", before + done, selected));
    };
    control.finished = [&](std::size_t i, const PointResult& point) {
      if (point.verdict == Verdict::interrupted) return;
      folder.add(i, point);
      tell(sweep, i, point);
    };
    run_points(sweep, left, control);
  }

  static int conclude(const Sweep& sweep, const SweepProgress& progress, const std::filesystem::path& written) {
    const std::size_t selected = selected_points(sweep);
    std::size_t done = 0;
    for (std::size_t i = 0; i < sweep.points.size(); ++i) done += progress.finished(i) ? 1 : 0;
    fmt::print(stderr, "wrote {} ({} points)\n", written.string(), selected);
    const bool failed = report_failed(sweep, progress.rows());
    if (interrupted().load())
      fmt::print(stderr, "shardsim: interrupted; {} of {} points are done, and the same command goes on from there\n",
                 done, selected);
    return failed || interrupted().load() ? kFailed : kOk;
  }
};

}  // namespace

template <>
void describe(Describe<SweepCommand>& d) {
  d.object("sweep", "simulates all points of a parameter study");
}

namespace commands {
Alternative<Command> sweep() { return alternative<SweepCommand, Command>(); }
}  // namespace commands

}  // namespace shardsim
