// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "config/csv.hpp"
#include "workload/epoch_time.hpp"
#include "workload/instants.hpp"
#include "workload/kept_counts.hpp"
#include "workload/scaling.hpp"

namespace shardsim {

enum class SeriesUnit { per_second, per_interval };
template <>
struct EnumNames<SeriesUnit> {
  static constexpr std::array<std::pair<SeriesUnit, std::string_view>, 2> names{
      {{SeriesUnit::per_second, "per-second"}, {SeriesUnit::per_interval, "per-interval"}}};
};

/// What a row says of its interval.
///   drawn  a mean: the number of arrivals is a Poisson number, so that counts scatter more than the file's
///   kept   the number itself
enum class SeriesCounts { drawn, kept };
template <>
struct EnumNames<SeriesCounts> {
  static constexpr std::array<std::pair<SeriesCounts, std::string_view>, 2> names{
      {{SeriesCounts::drawn, "drawn"}, {SeriesCounts::kept, "kept"}}};
};

namespace {

class RateSeries final : public Arrivals, public Scaling {
 public:
  DataFile file;
  std::optional<std::string> column;
  std::optional<std::string> time_column;
  TimeUnit time_unit = TimeUnit::s;
  Duration interval{};
  SeriesUnit unit = SeriesUnit::per_second;
  SeriesCounts counts = SeriesCounts::drawn;
  bool repeat = false;

  std::unique_ptr<ArrivalSource> open(std::uint64_t seed, std::uint32_t replication) const override;
};

// What the file says of one interval; those it leaves out have no arrivals.
struct Interval {
  double index = 0;  // counted from the first row
  double expected = 0;
};

class SeriesReader {
 public:
  explicit SeriesReader(const RateSeries& series)
      : csv_(series.file.path, series.column ? "one interval a line" : "one number a line",
             series.column ? CsvReader::Header::first_line : CsvReader::Header::none),
        series_(series) {
    if (series.column) column_ = csv_.column(*series.column);
    if (series.time_column) time_column_ = csv_.column(*series.time_column);
    if (!read()) csv_.fail("has no rows; expected one interval a line");
  }

  std::optional<Interval> next() {
    if (!more_) return std::nullopt;
    const double index = place();
    double value = upcoming_;
    while (read() && time_column_ && time_ == last_time_) value += upcoming_;
    expected_ += value;
    intervals_ = index + 1;
    return Interval{index, value};
  }

  double expected() const { return expected_; }    // arrivals, up to now
  double intervals() const { return intervals_; }  // up to now

  // At the end of the file, of which all that follows is a repetition: an arrival must not take for ever to reach.
  void check_repeated() const {
    constexpr double kMostRows = 1e6;
    constexpr double kRowsOfOpening = 1e4;  // which it takes as much time as
    if (expected_ * kMostRows < std::max(intervals_, kRowsOfOpening))
      csv_.fail(fmt::format("all {} intervals together ask for {:.3g} arrivals; too few to be repeated", intervals_,
                            expected_));
  }
  void check_any() const {
    if (!(expected_ > 0)) csv_.fail("all rates are 0, so there are no arrivals");
  }

 private:
  bool read() {
    last_time_ = time_;
    more_ = csv_.next();
    if (!more_) return false;
    upcoming_ =
        csv_.number(column_, series_.column ? "a rate" : "a rate (if there is a header line, name its 'column')");
    constexpr double kMost = 1e12;
    if (series_.unit == SeriesUnit::per_second) upcoming_ *= to_seconds(series_.interval);
    if (upcoming_ > kMost) csv_.fail_cell(column_, "at most 10^12 arrivals in an interval");
    if (time_column_) read_time();
    return true;
  }

  void read_time() {
    const std::optional<EpochTime> time = epoch_time(csv_.text(*time_column_), series_.time_unit);
    if (!time) csv_.fail_cell(*time_column_, fmt::format("a time in {}, at least 0", name_of(series_.time_unit)));
    time_ = *time;
    if (!first_time_) first_time_ = last_time_ = time_;
    if (time_ < last_time_)
      csv_.fail(fmt::format("the time {} is before that of the last row; sort the rows", csv_.text(*time_column_)));
    if ((time_ - *first_time_) % series_.interval.count() != 0)
      csv_.fail(fmt::format("the time {} is not a whole number of intervals of {} after that of the first row",
                            csv_.text(*time_column_), to_text(series_.interval)));
  }

  double place() const {
    if (!time_column_) return intervals_;
    const EpochTime whole = (time_ - *first_time_) / series_.interval.count();  // checked to be exact
    return static_cast<double>(whole);
  }

  CsvReader csv_;
  const RateSeries& series_;
  std::size_t column_ = 0;
  std::optional<std::size_t> time_column_;
  std::optional<EpochTime> first_time_;
  EpochTime time_ = 0;
  EpochTime last_time_ = 0;
  double upcoming_ = 0;
  bool more_ = true;
  double expected_ = 0;
  double intervals_ = 0;
};

// The file's intervals one after the other, and again where it is repeated.
class SeriesPieces final : public RatePieces {
 public:
  SeriesPieces(const RateSeries& series, double length_s) : series_(series), length_s_(length_s), reader_(series) {}

  std::optional<RatePiece> next() override {
    std::optional<Interval> interval = reader_->next();
    if (!interval) {
      reader_->check_any();
      if (!series_.repeat) return std::nullopt;
      reader_->check_repeated();
      before_ += reader_->intervals();
      reader_.emplace(series_);
      interval = reader_->next();
    }
    return RatePiece{later(Time{}, (before_ + interval->index) * length_s_), length_s_,
                     interval->expected * series_.factor};
  }

 private:
  const RateSeries& series_;
  double length_s_;
  double before_ = 0;  // intervals of earlier rounds
  std::optional<SeriesReader> reader_;
};

double mean_per_interval(const RateSeries& series) {
  SeriesReader reader(series);
  while (reader.next()) continue;
  reader.check_any();
  return reader.expected() / reader.intervals();
}

std::unique_ptr<ArrivalSource> RateSeries::open(std::uint64_t seed, std::uint32_t replication) const {
  const double length_s = rate ? mean_per_interval(*this) * factor / rate->per_second : to_seconds(interval) / speedup;
  auto pieces = std::make_unique<SeriesPieces>(*this, length_s);
  const RandomStream random(seed, replication, Purpose::arrivals, 0);
  return counts == SeriesCounts::kept ? kept_counts(std::move(pieces), random)
                                      : piecewise_poisson(std::move(pieces), random);
}

}  // namespace

template <>
void describe(Describe<RateSeries>& d) {
  d.object("rate-series",
           "open loop, Poisson with the rates of a file, one an interval (within which arrivals are synthetic), or as "
           "many arrivals as the file says; ends with the file");
  d.required("file", &RateSeries::file, "CSV or one number a line, plain or compressed by gzip or zstd");
  d.required("interval", &RateSeries::interval, "time that a row stands for").at_least(std::chrono::milliseconds(1));
  d.optional("column", &RateSeries::column,
             "name of the column of rates; left out: the file has no header line and one number a line");
  d.optional("unit", &RateSeries::unit, "of the rates: arrivals per second, or a count per interval");
  d.optional("counts", &RateSeries::counts,
             "a row is a mean, and the arrivals of its interval a Poisson number (drawn); or as many arrivals as it "
             "says, at times drawn evenly in the interval (kept)");
  d.optional("time_column", &RateSeries::time_column,
             "name of a column with each interval's beginning: rows of equal time are summed, intervals without a row "
             "have no arrivals; left out: each row is the next interval");
  d.optional("time_unit", &RateSeries::time_unit, "of the time column");
  d.optional("repeat", &RateSeries::repeat, "begin again at the end of the file");
  describe_time_scaling(d);
  d.optional("factor", &RateSeries::factor, "every rate is multiplied by it, the time axis kept")
      .more_than(0)
      .at_most(1e9);
  d.check([](const RateSeries& s) -> std::optional<Complaint> {
    if (s.time_column && !s.column) return Complaint{"time_column", "'column' is missing: which column has the rates?"};
    try {
      SeriesReader reader(s);
    } catch (const InputError& e) {
      return Complaint{"file", e.what()};
    }
    return std::nullopt;
  });
}

namespace arrivals {
Alternative<Arrivals> rate_series() { return alternative<RateSeries, Arrivals>(); }
}  // namespace arrivals

}  // namespace shardsim
