// SPDX-License-Identifier: Apache-2.0
#include "workload/trace_profile.hpp"

#include <algorithm>

namespace shardsim {
namespace {

constexpr std::uint64_t kFewestWindows = 20;
constexpr std::size_t kMostSampledRows = 1 << 20;  // of all tables together; 32 MiB
constexpr std::size_t kMostSampledRowsOfTable = 1 << 16;
constexpr std::size_t kFewestSampledRowsOfTable = 1 << 10;
constexpr double kSuspiciousGap = 1000;           // times the mean
constexpr double kSuspiciousSimultaneous = 0.25;  // share of gaps that are zero
constexpr Duration kHour = std::chrono::hours(1);

double seconds(double picoseconds) { return picoseconds * 1e-12; }

std::size_t sampled_rows_of_table(std::size_t tables) {
  return std::clamp(kMostSampledRows / tables, kFewestSampledRowsOfTable, kMostSampledRowsOfTable);
}

// Of a common factor of mean 1: Var(sum) = sum of variances + Var(factor) * sum over pairs of mean * mean.
double factor_cv(double variance_of_sum, const std::vector<double>& means, const std::vector<double>& variances) {
  double sum = 0;
  double squares = 0;
  double covariances = variance_of_sum;
  for (std::size_t t = 0; t < means.size(); ++t) {
    sum += means[t];
    squares += means[t] * means[t];
    covariances -= variances[t];
  }
  const double pairs = sum * sum - squares;
  return pairs > 1e-12 * squares ? std::sqrt(std::max(0.0, covariances / pairs)) : std::nan("");
}

}  // namespace

const std::vector<double>& TraceProfile::reuse_parts() {
  static const std::vector<double> parts{0.0001, 0.001, 0.01, 0.1, 0.5};
  return parts;
}

TraceProfile::TraceProfile(const TraceHeader& header, std::size_t bins)
    : header_(header), rates_(bins), lookups_(header.tables.size()) {
  if (header.detail == TraceDetail::rows)
    rows_.assign(header.tables.size(), Rows{RowReuse(sampled_rows_of_table(header.tables.size()))});
}

void TraceProfile::add(const TraceRecord& record) {
  add_arrival(record.arrival);
  if (header_.has_items) {
    items_.record(record.items);
    HourSums& hour = hours_[static_cast<std::size_t>(record.arrival.time_since_epoch() / kHour % 24)];
    ++hour.queries;
    hour.items += static_cast<std::uint64_t>(record.items);
  }
  if (header_.detail != TraceDetail::none) add_lookups(record);
  if (header_.detail == TraceDetail::rows) add_rows(record);
}

void TraceProfile::add_arrival(Time arrival) {
  const Duration gap = arrival - last_;
  last_ = arrival;
  ++queries_;
  if (queries_ == 1) {
    first_ = arrival;
    rates_.record(0);
    return;
  }
  if (queries_ == 2 || gap.count() > gaps_.max()) largest_gap_after_ = queries_ - 2;
  gaps_.record(gap.count());
  if (gap == Duration::zero()) ++simultaneous_;
  const double gap_s = to_seconds(gap);
  if (queries_ > 2) successive_gaps_.record(last_gap_s_, gap_s);
  last_gap_s_ = gap_s;
  rates_.record((arrival - first_).count());
  dispersion_.record((arrival - first_).count());
}

void TraceProfile::add_lookups(const TraceRecord& record) {
  std::int64_t total = 0;
  for (const std::int32_t n : record.lookups) total += n;
  const double per_item = header_.has_items ? 1.0 / record.items : 0;
  total_.record(total);
  total_per_item_.record(static_cast<double>(total) * per_item);
  for (std::size_t t = 0; t < lookups_.size(); ++t) {
    const std::int32_t n = record.lookups[t];
    if (n == 0) continue;
    Lookups& table = lookups_[t];
    table.lookups.record(n);
    table.with_total += static_cast<WideSum>(n) * static_cast<WideSum>(total);
    table.with_items += static_cast<WideSum>(n) * static_cast<WideSum>(record.items);
    table.per_item.record(n * per_item);
  }
}

void TraceProfile::add_rows(const TraceRecord& record) {
  auto row = record.rows.begin();
  for (std::size_t t = 0; t < rows_.size(); ++t) {
    seen_in_query_.clear();
    for (std::int32_t i = 0; i < record.lookups[t]; ++i) {
      const std::uint64_t hash = hash_of_row(*row++);
      rows_[t].reuse.record(hash);
      if (!seen_in_query_.insert(hash)) ++rows_[t].repeats;
    }
  }
}

TraceProfile::Arrivals TraceProfile::arrivals() const {
  Arrivals a;
  a.queries = queries_;
  a.first_s = queries_ > 0 ? to_seconds(first_.time_since_epoch()) : std::nan("");
  a.duration_s = to_seconds(last_ - first_);
  a.largest_gap_after = largest_gap_after_;
  const auto gaps = static_cast<double>(gaps_.count());
  const bool some = gaps_.count() > 0;
  const bool some_time = last_ > first_;
  a.per_second = some_time ? gaps / a.duration_s : std::nan("");
  a.mean_gap_s = some ? a.duration_s / gaps : std::nan("");
  a.gap_cv = some_time ? gaps_.cv() : std::nan("");
  a.largest_gap_s = some ? seconds(static_cast<double>(gaps_.max())) : std::nan("");
  a.gap_p50_s = some ? seconds(gaps_.quantile(0.5)) : std::nan("");
  a.gap_p99_s = some ? seconds(gaps_.quantile(0.99)) : std::nan("");
  a.gap_correlation = successive_gaps_.pair_correlation();
  a.simultaneous = some ? static_cast<double>(simultaneous_) / gaps : std::nan("");
  return a;
}

std::vector<TraceProfile::RateBin> TraceProfile::rates() const {
  std::vector<RateBin> out;
  if (last_ == first_) return out;
  for (const RateBins::Bin& bin : rates_.bins()) {
    const double length = to_seconds(Duration(bin.length));
    out.push_back({to_seconds((first_ + Duration(bin.start)).time_since_epoch()), length, bin.events,
                   static_cast<double>(bin.events) / length});
  }
  out.back().per_second = static_cast<double>(out.back().queries - 1) / out.back().seconds;
  return out;
}

std::vector<TraceProfile::Dispersion> TraceProfile::dispersions() const {
  std::vector<Dispersion> out;
  if (last_ == first_) return out;
  for (const CountDispersion::Window& w : dispersion_.windows(gaps_.mean(), kFewestWindows))
    out.push_back({to_seconds(Duration(w.length)), w.windows, w.dispersion});
  return out;
}

std::vector<TraceProfile::Hour> TraceProfile::hours() const {
  std::vector<Hour> out;
  if (!header_.has_items || last_ - first_ < 24 * kHour) return out;
  for (const HourSums& h : hours_)
    out.push_back(
        {h.queries, h.queries > 0 ? static_cast<double>(h.items) / static_cast<double>(h.queries) : std::nan("")});
  return out;
}

double TraceProfile::items_explained_by_hour() const {
  double between = 0;
  for (const Hour& h : hours())
    if (h.queries > 0) between += static_cast<double>(h.queries) * std::pow(h.mean_items - items_.mean(), 2);
  const double all = items_.variance() * static_cast<double>(queries_);
  return all > 0 && !hours().empty() ? between / all : std::nan("");
}

std::vector<TraceProfile::Table> TraceProfile::tables() const {
  std::vector<Table> out;
  for (std::size_t t = 0; t < lookups_.size(); ++t) out.push_back(table(t));
  return out;
}

TraceProfile::Table TraceProfile::table(std::size_t t) const {
  const Lookups& l = lookups_[t];
  const std::uint64_t present = l.lookups.count();
  Table out;
  out.name = header_.tables[t].name;
  out.rows = header_.tables[t].rows;
  out.lookups = &l.lookups;
  const auto queries = static_cast<double>(std::max<std::uint64_t>(1, queries_));
  out.present = static_cast<double>(present) / queries;
  const auto sum = static_cast<double>(l.lookups.sum());
  out.per_query = sum / queries;
  out.share = total_.sum() > 0 ? sum / static_cast<double>(total_.sum()) : 0;
  const bool per_item = header_.has_items && present > 0;
  out.per_item_mean = per_item ? l.per_item.mean(present) : std::nan("");
  out.per_item_cv =
      per_item ? std::sqrt(std::max(0.0, l.per_item.variance(present))) / out.per_item_mean : std::nan("");
  // Over all queries: those without the table count as zero, which adds nothing to the sums.
  const double variance = covariance(queries_, l.lookups.sum(), l.lookups.sum(), l.lookups.squares());
  out.items_correlation =
      header_.has_items
          ? correlation(covariance(queries_, l.lookups.sum(), items_.sum(), l.with_items), variance, items_.variance())
          : std::nan("");
  const double with_total = covariance(queries_, l.lookups.sum(), total_.sum(), l.with_total);
  out.others_correlation = correlation(with_total - variance, variance, total_.variance() - 2 * with_total + variance);
  if (!rows_.empty()) describe_rows(t, out);
  return out;
}

void TraceProfile::describe_rows(std::size_t t, Table& out) const {
  const Rows& rows = rows_[t];
  out.distinct_rows = rows.reuse.distinct();
  out.sampled_rows = rows.reuse.sampled();
  out.share_of_hottest = rows.reuse.share_of_hottest(reuse_parts());
  out.repeats = rows.reuse.accesses() > 0
                    ? static_cast<double>(rows.repeats) / static_cast<double>(rows.reuse.accesses())
                    : std::nan("");
}

double TraceProfile::common_factor_cv() const {
  std::vector<double> means;
  std::vector<double> variances;
  for (const Lookups& l : lookups_) {
    means.push_back(static_cast<double>(l.lookups.sum()) / static_cast<double>(std::max<std::uint64_t>(1, queries_)));
    variances.push_back(covariance(queries_, l.lookups.sum(), l.lookups.sum(), l.lookups.squares()));
  }
  return factor_cv(total_.variance(), means, variances);
}

double TraceProfile::common_factor_cv_per_item() const {
  if (!header_.has_items || queries_ == 0) return std::nan("");
  std::vector<double> means;
  std::vector<double> variances;
  for (const Lookups& l : lookups_) {
    means.push_back(l.per_item.mean(queries_));
    variances.push_back(l.per_item.variance(queries_));
  }
  return factor_cv(total_per_item_.variance(queries_), means, variances);
}

std::vector<std::string> TraceProfile::notes() const {
  std::vector<std::string> out;
  const Arrivals a = arrivals();
  if (a.largest_gap_s > kSuspiciousGap * a.mean_gap_s)
    out.push_back(
        fmt::format("{:.3g} s pass without a query after query {}, {:.3g} times the mean gap: a clock jump or "
                    "a change of unit?",
                    a.largest_gap_s, a.largest_gap_after, a.largest_gap_s / a.mean_gap_s));
  if (a.simultaneous > kSuspiciousSimultaneous)
    out.push_back(
        fmt::format("{:.1f} % of the queries come at the very time of the one before: coarse timestamps, or "
                    "requests cut in parts?",
                    100 * a.simultaneous));
  const bool sampled = std::any_of(rows_.begin(), rows_.end(), [](const Rows& r) { return r.reuse.sampled() < 1; });
  if (sampled)
    out.push_back("rows are sampled by hash in tables with many of them; distinct rows and reuse are estimates there");
  return out;
}

}  // namespace shardsim
