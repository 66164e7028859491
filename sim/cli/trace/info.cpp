// SPDX-License-Identifier: Apache-2.0
#include "cli/trace_action.hpp"
#include "cli/trace_report.hpp"

namespace shardsim {
namespace {

constexpr std::uint64_t kMostBins = 10'000;

class Info final : public TraceAction {
 public:
  std::string usage() const override { return "FILE [--format text|json] [--bins N]"; }
  std::vector<std::string> options() const override { return {"format", "bins"}; }
  std::size_t arguments() const override { return 1; }
  int run(const std::vector<std::string>& files, const Variables& given) const override {
    const bool json = wants_json(given);
    const std::uint64_t bins = whole_number(given, "bins");
    if (bins < 1 || bins > kMostBins)
      throw InputError(fmt::format("--bins: found {}; expected 1 to {}", bins, kMostBins));
    TraceReader reader(files[0]);
    TraceFindings found{files[0], reader.header(), TraceProfile(reader.header(), bins)};
    found.complete = for_each_record(reader, "reading", [&](const TraceRecord& record) { found.profile.add(record); });
    fmt::print("{}", json ? trace_report_json(found).dump(2, ' ', false, Json::error_handler_t::replace) + "\n"
                          : trace_report_text(found));
    if (found.complete) return kOk;
    fmt::print(stderr, "shardsim: interrupted; the figures are of the first {} queries\n", reader.count());
    return kFailed;
  }
};

}  // namespace

template <>
void describe(Describe<Info>& d) {
  d.object("info", "rates, burstiness, items, lookups of each table, reuse of rows");
}

namespace trace_actions {
Alternative<TraceAction> info() { return alternative<Info, TraceAction>(); }
}  // namespace trace_actions

}  // namespace shardsim
