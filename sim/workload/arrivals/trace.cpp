// SPDX-License-Identifier: Apache-2.0
#include "config/csv.hpp"
#include "workload/epoch_time.hpp"
#include "workload/instants.hpp"
#include "workload/scaling.hpp"

namespace shardsim {
namespace {

class Trace final : public Arrivals, public Scaling {
 public:
  DataFile file;
  std::string column = "arrival_s";
  TimeUnit unit = TimeUnit::s;
  std::optional<std::string> items_column;
  std::optional<Duration> max_gap;

  bool gives_items() const override { return items_column.has_value(); }
  std::unique_ptr<ArrivalSource> open(std::uint64_t seed, std::uint32_t replication) const override {
    return open_scaled([this] { return open_plain(); }, *this, file.path.string(), seed, replication);
  }
  std::unique_ptr<ArrivalSource> open_plain() const;
};

// Reads arrivals line by line, one ahead of the one it gives, so that bad times are seen where they begin.
class TraceSource final : public ArrivalSource {
 public:
  explicit TraceSource(const Trace& trace) : csv_(trace.file.path, "one arrival a line"), trace_(trace) {
    column_ = csv_.column(trace.column);
    if (trace.items_column) items_column_ = csv_.column(*trace.items_column);
    if (!read(upcoming_)) csv_.fail("has a header line and no arrivals; expected one arrival a line");
    first_ = upcoming_.time;
  }

  std::optional<Arrival> next() override {
    if (!more_) return std::nullopt;
    std::swap(current_, upcoming_);
    more_ = read(upcoming_);
    if (more_) check_order();
    return Arrival{Time(Duration(static_cast<std::int64_t>(current_.time - first_))), current_.items};
  }

 private:
  struct Row {
    EpochTime time = 0;
    int items = 0;
    std::string text;
  };

  bool read(Row& row) {
    if (!csv_.next()) return false;
    row.text = csv_.text(column_);
    const std::optional<EpochTime> time = epoch_time(row.text, trace_.unit);
    if (!time)
      csv_.fail_cell(column_,
                     fmt::format("an arrival time in {}, at least 0 and without its unit", name_of(trace_.unit)));
    row.time = *time;
    if (items_column_) row.items = read_items();
    return true;
  }

  int read_items() const {
    constexpr double kMostItems = 1e6;
    const double items = csv_.number(*items_column_, "a number of items");
    if (items < 1 || items > kMostItems || items != std::floor(items))
      csv_.fail_cell(*items_column_, "a whole number of items from 1 to 1000000");
    return static_cast<int>(items);
  }

  void check_order() const {
    const EpochTime gap = upcoming_.time - current_.time;
    if (gap < 0) csv_.fail(fmt::format("{} comes after {}; sort the arrivals", upcoming_.text, current_.text));
    if (trace_.max_gap && gap > trace_.max_gap->count())
      csv_.fail(
          fmt::format("{} comes after {}, a silence of more than 'max_gap', {}; a clock jump or a change of unit?",
                      upcoming_.text, current_.text, to_text(*trace_.max_gap)));
    if (upcoming_.time - first_ > kEndOfTime.time_since_epoch().count())
      csv_.fail(fmt::format("{} is more than 100 days after the first arrival; is the unit of the times '{}'?",
                            upcoming_.text, name_of(trace_.unit)));
  }

  CsvReader csv_;
  const Trace& trace_;
  std::size_t column_ = 0;
  std::optional<std::size_t> items_column_;
  Row current_;
  Row upcoming_;
  bool more_ = true;
  EpochTime first_ = 0;
};

std::unique_ptr<ArrivalSource> Trace::open_plain() const { return std::make_unique<TraceSource>(*this); }

}  // namespace

template <>
void describe(Describe<Trace>& d) {
  d.object("trace",
           "open loop, arrival times from a column of a CSV file with a header line, the first of them at the start of "
           "the run; ends with the file");
  d.required("file", &Trace::file, "the CSV file, plain or compressed by gzip or zstd");
  d.optional("column", &Trace::column, "name of the column of times");
  d.optional("unit", &Trace::unit, "of the times");
  d.optional("items_column", &Trace::items_column, "name of a column with the items of each query");
  d.optional("max_gap", &Trace::max_gap, "a longer silence in the file is an error, such as a clock jump");
  describe_scaling(d);
  d.check([](const Trace& t) -> std::optional<Complaint> {
    try {
      t.open_plain();
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
