// SPDX-License-Identifier: Apache-2.0
#include "cli/command.hpp"
#include "cli/sweep_text.hpp"
#include "experiment/sweep_merge.hpp"

namespace shardsim {
namespace {

namespace po = boost::program_options;

class MergeCommand final : public Command {
 public:
  std::string usage() const override { return "OUT PART... [--force]"; }
  std::string example() const override { return "shardsim merge out/all out/part-1 out/part-2"; }

  void add_options(po::options_description& options, po::positional_options_description& positional) const override {
    options.add_options()("OUT", po::value<std::string>(), "folder to write, as of a sweep that ran on one machine")(
        "PART", po::value<std::vector<std::string>>(), "folders of `shardsim sweep --shard`")(
        "force", "replace files that exist");
    positional.add("OUT", 1).add("PART", -1);
  }

  int run(const po::variables_map& given) const override {
    const std::filesystem::path out = required_argument(given, "OUT");
    if (given.count("PART") == 0) throw InputError("the argument PART is missing; see --help");
    const auto names = given["PART"].as<std::vector<std::string>>();
    const SweepParts parts({names.begin(), names.end()});
    parts.merge_into(out, given.count("force") > 0 ? SweepFolder::Existing::replace : SweepFolder::Existing::resume);
    fmt::print(stderr, "wrote {} ({} points)\n", (out / "sweep.csv").string(), parts.sweep().points.size());
    return report_failed(parts.sweep(), parts.progress().rows()) ? kFailed : kOk;
  }
};

}  // namespace

template <>
void describe(Describe<MergeCommand>& d) {
  d.object("merge", "joins the parts of a sweep that ran on several machines");
}

namespace commands {
Alternative<Command> merge() { return alternative<MergeCommand, Command>(); }
}  // namespace commands

}  // namespace shardsim
