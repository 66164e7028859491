// SPDX-License-Identifier: Apache-2.0
#include "cli/trace_action.hpp"

namespace shardsim {
namespace {

class Convert final : public TraceAction {
 public:
  std::string usage() const override { return "IN OUT [--force]"; }
  std::vector<std::string> options() const override { return {"force"}; }
  std::size_t arguments() const override { return 2; }
  int run(const std::vector<std::string>& files, const Variables& given) const override {
    const std::filesystem::path out = files[1];
    refuse_overwrite(out, given);
    TraceReader reader(files[0]);
    TraceWriter writer(out, reader.header());
    if (!for_each_record(reader, "converting", [&](const TraceRecord& record) { writer.write(record); })) {
      fmt::print(stderr, "shardsim: interrupted; nothing was written\n");
      return kFailed;
    }
    writer.close();
    fmt::print(stderr, "wrote {} ({} queries)\n", out.string(), reader.count());
    return kOk;
  }
};

}  // namespace

template <>
void describe(Describe<Convert>& d) {
  d.object("convert", "writes it in the form and compression that OUT's name says");
}

namespace trace_actions {
Alternative<TraceAction> convert() { return alternative<Convert, TraceAction>(); }
}  // namespace trace_actions

}  // namespace shardsim
