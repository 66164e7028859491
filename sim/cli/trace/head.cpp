// SPDX-License-Identifier: Apache-2.0
#include "cli/trace_action.hpp"
#include "workload/trace_form.hpp"

namespace shardsim {
namespace {

class Head final : public TraceAction {
 public:
  std::string usage() const override { return "FILE [-n N]"; }
  std::vector<std::string> options() const override { return {"-n"}; }
  std::size_t arguments() const override { return 1; }
  int run(const std::vector<std::string>& files, const Variables& given) const override {
    const std::uint64_t records = whole_number(given, "-n");
    TraceReader reader(files[0]);
    const std::unique_ptr<TraceFormWriter> writer = text_trace_writer();
    std::string text;
    writer->begin(reader.header(), text);
    TraceRecord record;
    while (reader.count() < records && !interrupted() && reader.next(record)) {
      writer->write(record, text);
      print(text);
    }
    print(text);
    return interrupted() ? kFailed : kOk;
  }

 private:
  static void print(std::string& text) {
    fmt::print("{}", text);
    text.clear();
  }
};

}  // namespace

template <>
void describe(Describe<Head>& d) {
  d.object("head", "header and first records in the text form");
}

namespace trace_actions {
Alternative<TraceAction> head() { return alternative<Head, TraceAction>(); }
}  // namespace trace_actions

}  // namespace shardsim
