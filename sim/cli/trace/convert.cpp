// SPDX-License-Identifier: Apache-2.0
#include "cli/trace_action.hpp"

namespace shardsim {
namespace {

class Convert final : public TraceAction {
 public:
  std::string usage() const override { return "IN OUT [--detail none|counts|rows] [--no-items] [--force]"; }
  std::vector<std::string> options() const override { return {"detail", "no-items", "force"}; }
  std::size_t arguments() const override { return 2; }
  int run(const std::vector<std::string>& files, const Variables& given) const override {
    const std::filesystem::path out = files[1];
    refuse_overwrite(out, given);
    std::optional<TraceDetail> wanted;
    if (given.count("detail") > 0) wanted = trace_detail(given["detail"].as<std::string>());
    TraceReader reader(files[0]);
    const TraceHeader header = reduced(reader.header(), wanted, given.count("no-items") == 0);
    TraceWriter writer(out, header);
    // Of a record the writer takes what the header says.
    if (!for_each_record(reader, "converting", [&](const TraceRecord& record) { writer.write(record); })) {
      fmt::print(stderr, "shardsim: interrupted; nothing was written\n");
      return kFailed;
    }
    writer.close();
    fmt::print(stderr, "wrote {} ({} queries)\n", out.string(), reader.count());
    return kOk;
  }

 private:
  // The header of a trace that says less of its queries.
  static TraceHeader reduced(TraceHeader header, std::optional<TraceDetail> wanted, bool items) {
    if (!items) {
      header.has_items = false;
      header.estimate.reset();
    }
    if (!wanted || *wanted == header.detail) return header;
    if (*wanted > header.detail)
      throw InputError(
          fmt::format("--detail {}: the trace has only the detail {}; what it does not know cannot be added",
                      name_of(*wanted), name_of(header.detail)));
    header.detail = *wanted;
    if (header.detail == TraceDetail::none) {
      header.tables.clear();
      if (header.estimate) header.estimate->tables.clear();
    }
    return header;
  }
};

}  // namespace

template <>
void describe(Describe<Convert>& d) {
  d.object("convert",
           "writes it in the form and compression that OUT's name says, all of it or less: its arrivals alone fit "
           "every model");
}

namespace trace_actions {
Alternative<TraceAction> convert() { return alternative<Convert, TraceAction>(); }
}  // namespace trace_actions

}  // namespace shardsim
