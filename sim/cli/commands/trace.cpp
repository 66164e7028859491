// SPDX-License-Identifier: Apache-2.0
#include "cli/progress.hpp"
#include "cli/trace_action.hpp"

namespace shardsim {
namespace {

namespace po = boost::program_options;
using Texts = std::vector<std::string>;

class TraceCommand final : public Command {
 public:
  std::string usage() const override {
    std::string out =
        "ACTION ARGUMENTS\n\ntraces: .trace (compact) or .jsonl (text), either perhaps .gz or .zst; others become one "
        "by "
        "scripts/convert_trace.py\n\nactions:";
    for (const auto& action : trace_action_registry().all())
      out += fmt::format("\n  {}\n      {}", action.name + " " + action.make()->usage(), action.doc);
    return out;
  }
  std::string example() const override {
    return "shardsim trace record workloads/experiments/drm1.json out/drm1.trace --force\n"
           "  shardsim trace info out/drm1.trace";
  }

  void add_options(po::options_description& options, po::positional_options_description& positional) const override {
    add_set_option(options);
    options.add_options()("ARGUMENTS", po::value<Texts>(), "action and its arguments")(
        "format", po::value<std::string>()->value_name("F")->default_value("text"), "info: text or json")(
        "bins", po::value<std::string>()->value_name("N")->default_value("60"),
        "info: at most so many bins of the rate over time")(
        ",n", po::value<std::string>()->value_name("N")->default_value("10"), "head: so many records")(
        "queries", po::value<std::string>()->value_name("N"), "record: so many, instead of the scenario's")(
        "seed", po::value<std::uint64_t>()->value_name("N"), "record: seed of all random numbers")(
        "detail", po::value<std::string>()->value_name("D"),
        "record: what of the lookups: none, counts or rows; default: what the scenario draws. convert: no more of them "
        "than that")("no-items", "convert: leave out how many items each query has")("force",
                                                                                     "replace a file that exists");
    positional.add("ARGUMENTS", -1);
  }

  int run(const po::variables_map& given) const override {
    Texts words = given.count("ARGUMENTS") > 0 ? given["ARGUMENTS"].as<Texts>() : Texts{};
    const Texts names = trace_action_registry().names();
    if (words.empty()) throw InputError("the argument ACTION is missing" + suggestion("", names));
    const std::string name = words.front();
    words.erase(words.begin());
    const auto* action = trace_action_registry().find(name);
    if (action == nullptr)
      throw InputError(fmt::format("unknown action {}{}", in_quotes(name), suggestion(name, names)));
    const std::shared_ptr<TraceAction> made = action->make();
    if (words.size() != made->arguments())
      throw InputError(fmt::format("usage: shardsim trace {} {}", name, made->usage()));
    refuse_other_options(name, *made, given);
    return made->run(words, given);
  }

 private:
  // An option of another action would be without effect.
  static void refuse_other_options(const std::string& name, const TraceAction& action, const po::variables_map& given) {
    const Texts known = action.options();
    for (const auto& [option, value] : given)
      if (option != "ARGUMENTS" && !value.defaulted() && std::find(known.begin(), known.end(), option) == known.end())
        throw InputError(fmt::format("trace {} has no option {}{}; usage: shardsim trace {} {}", name,
                                     option.front() == '-' ? "" : "--", option, name, action.usage()));
  }
};

}  // namespace

bool for_each_record(TraceReader& reader, const char* doing, const std::function<void(const TraceRecord&)>& use) {
  constexpr std::uint64_t kLookUpEvery = 256;  // records
  ProgressLine line(doing);
  TraceRecord record;
  while (reader.next(record)) {
    use(record);
    if (reader.count() % kLookUpEvery != 0) continue;
    if (interrupted()) return false;
    line.show(reader.share_read(), fmt::format("{} queries", reader.count()));
  }
  return !interrupted();
}

TraceDetail trace_detail(const std::string& name) {
  Texts known;
  for (const auto& [value, text] : EnumNames<TraceDetail>::names) {
    if (text == name) return value;
    known.emplace_back(text);
  }
  throw InputError(fmt::format("--detail: unknown detail {}{}", in_quotes(name), suggestion(name, known)));
}

template <>
void describe(Describe<TraceCommand>& d) {
  d.object("trace", "records, describes, converts and shows traces of queries");
}

namespace commands {
Alternative<Command> trace() { return alternative<TraceCommand, Command>(); }
}  // namespace commands

}  // namespace shardsim
