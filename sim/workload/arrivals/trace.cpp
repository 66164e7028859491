// SPDX-License-Identifier: Apache-2.0
#include "config/csv.hpp"
#include "workload/arrivals.hpp"

namespace shardsim {
namespace {

// Reads arrival times line by line, so that memory does not grow with the trace.
class TraceSource final : public ArrivalSource {
 public:
  TraceSource(const std::filesystem::path& file, const std::string& column, double speedup)
      : csv_(file, "one arrival time a line"), column_(csv_.column(column)), speedup_(speedup), upcoming_(read_next()) {
    if (!upcoming_) csv_.fail("has a header line and no arrivals; expected one arrival time a line");
    first_s_ = *upcoming_;
  }

  std::optional<Arrival> next() override {
    if (!upcoming_) return std::nullopt;
    const double current = *upcoming_;
    upcoming_ = read_next();
    if (upcoming_ && *upcoming_ < current)
      csv_.fail(fmt::format("{} comes after {}; sort the arrivals", *upcoming_, current));
    return Arrival{Time(from_seconds((current - first_s_) / speedup_))};
  }

 private:
  std::optional<double> read_next() {
    if (!csv_.next()) return std::nullopt;
    return csv_.number(column_, "an arrival time in seconds");
  }

  CsvReader csv_;
  std::size_t column_;
  double speedup_;
  std::optional<double> upcoming_;
  double first_s_ = 0;
};

class Trace final : public Arrivals {
 public:
  DataFile file;
  std::string column = "arrival_s";
  double speedup = 1;
  std::unique_ptr<ArrivalSource> open(std::uint64_t, std::uint32_t) const override {
    return std::make_unique<TraceSource>(file.path, column, speedup);
  }
};

}  // namespace

template <>
void describe(Describe<Trace>& d) {
  d.object("trace",
           "open loop, arrival times in seconds from a column of a CSV file with a header line; ends with the file");
  d.required("file", &Trace::file, "the CSV file");
  d.optional("column", &Trace::column, "name of the column");
  d.optional("speedup", &Trace::speedup, "2 replays it in half the time").more_than(0).at_most(1e6);
  d.check([](const Trace& t) -> std::optional<Complaint> {
    try {
      t.open(0, 0);
    } catch (const InputError& e) {
      return Complaint{"file", e.what()};
    }
    return std::nullopt;
  });
}

namespace arrivals {
Alternative<Arrivals> trace() { return alternative<Trace, Arrivals>(); }
}  // namespace arrivals

}  // namespace shardsim
