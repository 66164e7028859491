// SPDX-License-Identifier: Apache-2.0
#include "cli/command.hpp"
#include "cli/progress.hpp"
#include "experiment/output.hpp"
#include "experiment/report.hpp"

namespace shardsim {
namespace {

namespace po = boost::program_options;

class SweepCommand final : public Command {
 public:
  std::string usage() const override {
    return "SWEEP.json [--jobs N] [--out DIR] [--list] [--set PATH=VALUE]... [--seed N]";
  }
  std::string example() const override { return "shardsim sweep workloads/experiments/paper.json --out out/paper"; }

  void add_options(po::options_description& options, po::positional_options_description& positional) const override {
    add_set_option(options);
    options.add_options()("SWEEP.json", po::value<std::string>(), "sweep")(
        "jobs", po::value<unsigned>()->default_value(default_jobs()), "points at a time")(
        "out", po::value<std::string>()->value_name("DIR"),
        "write DIR/sweep.csv, DIR/sweep.json and DIR/points/; default: CSV to standard output")(
        "list", "list the points and stop")("seed", po::value<std::uint64_t>(), "seed of all random numbers")(
        "force", "replace files that exist");
    positional.add("SWEEP.json", 1);
  }

  int run(const po::variables_map& given) const override {
    const std::filesystem::path out = given.count("out") > 0 ? given["out"].as<std::string>() : "";
    if (!out.empty()) refuse_overwrite(out / "sweep.csv", given);
    std::optional<std::uint64_t> seed;
    if (given.count("seed") > 0) seed = given["seed"].as<std::uint64_t>();
    const Sweep sweep = load_sweep(required_argument(given, "SWEEP.json"), assignments(given), seed);
    if (given.count("list") > 0) return list(sweep);

    const std::vector<PointRow> rows = simulate(sweep, given["jobs"].as<unsigned>(), out);
    const std::string csv = sweep_csv(sweep, rows);
    if (out.empty()) {
      fmt::print("{}", csv);
    } else {
      write_file(out / "sweep.json", sweep_json(sweep, rows).dump(2) + "\n");
      write_file(out / "sweep.csv", csv);
      fmt::print(stderr, "wrote {} ({} points)\n", (out / "sweep.csv").string(), rows.size());
    }
    if (!interrupted().load()) return kOk;
    fmt::print(stderr, "shardsim: interrupted; points that did not finish say so\n");
    return kFailed;
  }

 private:
  static int list(const Sweep& sweep) {
    for (std::size_t i = 0; i < sweep.points.size(); ++i) {
      fmt::print("{:03}", i);
      for (std::size_t a = 0; a < sweep.axes.size(); ++a)
        fmt::print("  {}={}", sweep.axes[a], sweep.points[i].labels[a]);
      fmt::print("\n");
    }
    return kOk;
  }

  static std::vector<PointRow> simulate(const Sweep& sweep, unsigned jobs, const std::filesystem::path& out) {
    ProgressLine line("simulating");
    SweepControl control;
    control.jobs = std::clamp(jobs, 1U, 1024U);
    control.interrupt = &interrupted();
    control.progress = [&](std::size_t done, double share) {
      line.show(share, fmt::format("{} of {} points", done, sweep.points.size()));
    };
    control.finished = [&](std::size_t i, const PointResult& point) {
      if (!point.error.empty()) fmt::print(stderr, "point {:03}: {}\n", i, point.error);
      if (out.empty() || !point.result) return;
      const std::filesystem::path file = out / point_file(i);
      write_file(
          file,
          result_json(sweep.points[i].scenario, *point.result, std::filesystem::absolute(file).parent_path()).dump(2) +
              "\n");
    };
    return run_sweep(sweep, control);
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
