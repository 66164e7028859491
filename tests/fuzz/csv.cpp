// SPDX-License-Identifier: Apache-2.0
// CSV, compressed or not, through all that read it: arrivals, rates, flows and the cells' numbers and times.
#include "config/csv.hpp"
#include "network/flow_replay.hpp"
#include "support/expect.hpp"
#include "support/memory_file.hpp"
#include "workload/arrivals.hpp"
#include "workload/epoch_time.hpp"

namespace shardsim::fuzz {
namespace {

constexpr int kMost = 200;  // rows: a compressed file may hold very many, and a short one be read over and over

void read_cells(const std::filesystem::path& file) {
  CsvReader csv(file, "one time a line", CsvReader::Header::none);
  for (int row = 0; row < kMost && csv.next(); ++row) {
    accepted([&] { csv.number(0, "a number"); });
    for (const TimeUnit unit : {TimeUnit::ps, TimeUnit::us, TimeUnit::s})
      if (const auto time = epoch_time(csv.text(0), unit); time && *time < 0)
        finding("a negative time is read from " + csv.text(0));
  }
}

void read_arrivals(const Json& description) {
  Document document = Document::wrap(description, "arrivals.json", "");
  const auto arrivals = read_document<Choice<Arrivals>>(document);
  const std::unique_ptr<ArrivalSource> source = arrivals->open(1, 0);
  Time last{};
  for (int i = 0; i < kMost; ++i) {
    const std::optional<Arrival> arrival = source->next();
    if (!arrival) return;
    if (arrival->time < last) finding("an arrival before the one before it");
    last = arrival->time;
  }
}

const NetworkGraph& two_hosts() {
  static const NetworkGraph graph = [] {
    NetworkGraph made;
    add_cable(made, add_host(made, "a"), add_host(made, "b"), Cable{});
    return made;
  }();
  return graph;
}

}  // namespace
}  // namespace shardsim::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace shardsim;
  const fuzz::MemoryFile file(fuzz::text_of(data, size));
  const std::string path = file.path().string();
  fuzz::accepted([&] { fuzz::read_cells(path); });
  fuzz::accepted([&] { read_flows(path, fuzz::two_hosts()); });
  for (const Json& description :
       {Json{{"type", "trace"}, {"file", path}, {"column", "time"}},
        Json{{"type", "trace"}, {"file", path}, {"column", "time"}, {"items_column", "items"}, {"unit", "us"}},
        Json{{"type", "trace"}, {"file", path}, {"column", "time"}, {"speedup", 0.001}},
        Json{{"type", "rate-series"}, {"file", path}, {"interval", "1 s"}},
        Json{{"type", "rate-series"}, {"file", path}, {"interval", "5 s"}, {"column", "rate"}, {"time_column", "time"}},
        Json{{"type", "rate-series"}, {"file", path}, {"interval", "1 s"}, {"column", "rate"}, {"repeat", true}}})
    fuzz::accepted([&] { fuzz::read_arrivals(description); });
  return 0;
}
