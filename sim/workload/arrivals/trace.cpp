// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <fstream>

#include "workload/arrivals.hpp"

namespace shardsim {
namespace {

// Splits a CSV line that has no quoted commas.
std::vector<std::string> cells(const std::string& line) {
  std::vector<std::string> out;
  std::size_t start = 0;
  for (;;) {
    const std::size_t comma = line.find(',', start);
    out.push_back(line.substr(start, comma - start));
    if (comma == std::string::npos) return out;
    start = comma + 1;
  }
}

// Reads arrival times line by line, so that memory does not grow with the trace.
class TraceSource final : public ArrivalSource {
 public:
  TraceSource(const std::filesystem::path& file, const std::string& column, double speedup)
      : file_(file.string()), in_(file), speedup_(speedup) {
    std::string header;
    if (!read_line(header)) fail("is empty; expected a header line and one arrival time a line");
    const std::vector<std::string> names = cells(header);
    const auto it = std::find(names.begin(), names.end(), column);
    if (it == names.end()) fail(fmt::format("has no column {}{}", in_quotes(column), suggestion(column, names)));
    column_ = static_cast<std::size_t>(it - names.begin());
    upcoming_ = read_next();
    if (!upcoming_) fail("has a header line and no arrivals; expected one arrival time a line");
    first_s_ = *upcoming_;
  }

  std::optional<Time> next() override {
    if (!upcoming_) return std::nullopt;
    const double since_first = *upcoming_ - first_s_;
    const double current = *upcoming_;
    upcoming_ = read_next();
    if (upcoming_ && *upcoming_ < current)
      fail(fmt::format("{} comes after {}; sort the arrivals", *upcoming_, current));
    return Time(from_seconds(since_first / speedup_));
  }

 private:
  bool read_line(std::string& line) {
    if (!std::getline(in_, line)) return false;
    ++line_;
    if (!line.empty() && line.back() == '\r') line.pop_back();
    return true;
  }
  std::optional<double> read_next() {
    std::string line;
    do {
      if (!read_line(line)) return std::nullopt;
    } while (line.empty());
    const std::vector<std::string> row = cells(line);
    double value = 0;
    if (column_ < row.size()) {
      const std::string& text = row[column_];
      const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
      if (status == std::errc() && end == text.data() + text.size() && std::isfinite(value) && value >= 0) return value;
    }
    fail(fmt::format("found {}; expected an arrival time in seconds, at least 0", in_quotes(line)));
  }
  [[noreturn]] void fail(const std::string& message) const {
    throw InputError(fmt::format("{}:{}", file_, line_), "", message);
  }

  std::string file_;
  std::ifstream in_;
  double speedup_;
  std::size_t column_ = 0;
  std::size_t line_ = 0;
  double first_s_ = 0;
  std::optional<double> upcoming_;
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
