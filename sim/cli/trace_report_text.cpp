// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "cli/trace_report.hpp"

namespace shardsim {
namespace {

constexpr std::size_t kTablesShown = 20;
constexpr std::size_t kWindowsShown = 8;

std::string number(double value) { return std::isnan(value) ? "-" : fmt::format("{:.4g}", value); }

std::string percent(double share) {
  if (std::isnan(share)) return "-";
  return fmt::format("{:.{}f}", 100 * share, share > 0 && share < 0.001 ? 3 : 1);
}

std::string time_text(double s) {
  struct Scale {
    double size;
    const char* unit;
  };
  constexpr std::array<Scale, 7> scales{
      {{86400, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}, {1e-3, "ms"}, {1e-6, "us"}, {1e-9, "ns"}}};
  if (std::isnan(s)) return "-";
  if (s == 0) return "0 s";
  for (const auto& [size, unit] : scales) {
    const double least = size > 1 ? 3 * size : size;  // 90 s rather than 1.5 min
    if (s >= least * 0.9995) return fmt::format("{:.4g} {}", s / size, unit);
  }
  return fmt::format("{:.4g} ps", s * 1e12);
}

std::string spread_text(const Spread& s) {
  if (s.count() == 0) return "-";
  return fmt::format("mean {}, cv {:.3f}, P50 {:.0f}, P90 {:.0f}, P99 {:.0f}, max {}", number(s.mean()), s.cv(),
                     s.quantile(0.5), s.quantile(0.9), s.quantile(0.99), s.max());
}

std::string sparkline(const std::vector<double>& values) {
  static constexpr std::array<const char*, 9> kBars{" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  const double most = values.empty() ? 0 : *std::max_element(values.begin(), values.end());
  std::string out;
  for (const double v : values) {
    const auto eighths = most > 0 ? static_cast<std::size_t>(std::ceil(v / most * 8)) : 0;
    out += kBars[std::min<std::size_t>(eighths, 8)];
  }
  return out;
}

std::string arrivals_text(const TraceProfile& profile) {
  const TraceProfile::Arrivals a = profile.arrivals();
  std::string out = fmt::format("queries       {}\nduration      {}, from {} on\n", a.queries, time_text(a.duration_s),
                                time_text(a.first_s));
  const std::vector<TraceProfile::RateBin> bins = profile.rates();
  if (bins.empty()) return out;
  std::vector<double> rates;
  for (const TraceProfile::RateBin& b : bins) rates.push_back(b.per_second);
  const double s = bins[0].seconds;
  const std::string width = s < 1 ? time_text(s) : fmt::format("{:.4g} s", s);  // 5000 s rather than 83.33 min
  const auto [least, most] = std::minmax_element(rates.begin(), rates.end());
  out += fmt::format("rate          {} /s in the mean\n              {}\n              {} to {} /s in {}\n",
                     number(a.per_second), sparkline(rates), number(*least), number(*most),
                     bins.size() == 1 ? "one bin" : fmt::format("{} bins of {}", bins.size(), width));
  out += fmt::format(
      "gaps          mean {}, cv {:.3f} (Poisson: 1), P50 {}, P99 {}, max {}\n"
      "              correlation of each with the next {}\n",
      time_text(a.mean_gap_s), a.gap_cv, time_text(a.gap_p50_s), time_text(a.gap_p99_s), time_text(a.largest_gap_s),
      std::isnan(a.gap_correlation) ? "-" : fmt::format("{:.3f}", a.gap_correlation));
  return out;
}

std::string dispersion_text(const TraceProfile& profile) {
  const std::vector<TraceProfile::Dispersion> windows = profile.dispersions();
  if (windows.empty()) return "";
  const std::size_t step = (windows.size() + kWindowsShown - 1) / kWindowsShown;
  std::string out = "dispersion    of the number of queries in windows: variance / mean (Poisson: 1)\n";
  for (std::size_t i = 0; i < windows.size(); i += step)
    out += fmt::format("              {:>10}  {:<8} {} windows\n", time_text(windows[i].window_s),
                       number(windows[i].dispersion), windows[i].windows);
  return out;
}

std::string items_text(const TraceProfile& profile) {
  std::string out = fmt::format("items         {}\n", spread_text(profile.items()));
  const std::vector<TraceProfile::Hour> hours = profile.hours();
  if (hours.empty()) return out;
  std::vector<double> means;
  for (const TraceProfile::Hour& h : hours) means.push_back(std::isnan(h.mean_items) ? 0 : h.mean_items);
  return out +
         fmt::format("              {}  mean by hour of the trace's day, up to {}; explains {} % of the variance\n",
                     sparkline(means), number(*std::max_element(means.begin(), means.end())),
                     percent(profile.items_explained_by_hour()));
}

using Row = std::vector<std::string>;

// Columns as wide as they must be: the first to the left, numbers to the right.
std::string aligned(const std::vector<Row>& rows) {
  std::vector<std::size_t> widths(rows.front().size());
  for (const Row& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  std::string out;
  for (const Row& row : rows) {
    out += fmt::format("{:<{}}", row[0], widths[0]);
    for (std::size_t i = 1; i < row.size(); ++i) out += fmt::format("  {:>{}}", row[i], widths[i]);
    out += "\n";
  }
  return out;
}

Row table_row(const TraceProfile::Table& t, const TraceHeader& header) {
  const Spread& lookups = *t.lookups;
  Row row{t.name, percent(t.present), "-", "-", "-", "-"};
  if (lookups.count() > 0)
    row = {t.name,
           percent(t.present),
           number(lookups.mean()),
           fmt::format("{:.2f}", lookups.cv()),
           fmt::format("{:.0f}", lookups.quantile(0.99)),
           std::to_string(lookups.max())};
  const auto correlation_text = [](double r) { return std::isnan(r) ? "-" : fmt::format("{:.2f}", r); };
  if (header.has_items) {
    row.push_back(number(t.per_item_mean));
    row.push_back(correlation_text(t.items_correlation));
  }
  row.push_back(correlation_text(t.others_correlation));
  if (header.detail != TraceDetail::rows) return row;
  row.push_back(fmt::format("{}{:.0f}", t.sampled_rows < 1 ? "~" : "", t.distinct_rows));
  for (const double share : t.share_of_hottest) row.push_back(percent(share));
  row.push_back(percent(t.repeats));
  return row;
}

Row table_head(const TraceHeader& header) {
  Row row{"table", "in % of queries", "lookups", "cv", "P99", "max"};
  if (header.has_items) row.insert(row.end(), {"per item", "corr. items"});
  row.emplace_back("corr. others");
  if (header.detail != TraceDetail::rows) return row;
  row.emplace_back("rows seen");
  for (const double part : TraceProfile::reuse_parts()) row.push_back(fmt::format("hot {:g} %", 100 * part));
  row.emplace_back("repeats %");
  return row;
}

std::string tables_text(const TraceFindings& found) {
  const TraceProfile& profile = found.profile;
  std::string out = fmt::format("lookups       {}\n", spread_text(profile.lookups()));
  if (const double cv = profile.common_factor_cv(); !std::isnan(cv))
    out += fmt::format(
        "              a factor common to all tables has cv {:.3f}{}\n", cv,
        found.header.has_items ? fmt::format(", of lookups per item {:.3f}", profile.common_factor_cv_per_item()) : "");
  std::vector<TraceProfile::Table> tables = profile.tables();
  std::stable_sort(tables.begin(), tables.end(), [](const auto& a, const auto& b) { return a.share > b.share; });
  std::vector<Row> rows{table_head(found.header)};
  for (std::size_t t = 0; t < std::min(tables.size(), kTablesShown); ++t)
    rows.push_back(table_row(tables[t], found.header));
  out += "\n" + aligned(rows);
  if (tables.size() > kTablesShown)
    out += fmt::format("... and {} tables with fewer lookups; --format json has all\n", tables.size() - kTablesShown);
  out += "lookups, cv, P99 and max are of the queries that look up the table\n";
  if (found.header.detail == TraceDetail::rows)
    out +=
        "hot x %: share of the lookups that go to the hottest x % of the rows seen; repeats: of a row that the same "
        "query has looked up already\n";
  return out;
}

}  // namespace

std::string trace_report_text(const TraceFindings& found) {
  std::string out = fmt::format("trace         {}\n", found.file);
  for (const auto& [key, text] : found.header.provenance)
    out += fmt::format("              {}: {}\n", shortened(key), shortened(text));
  out += arrivals_text(found.profile) + dispersion_text(found.profile);
  if (found.header.has_items) out += items_text(found.profile);
  if (found.header.detail != TraceDetail::none) out += tables_text(found);
  for (const std::string& note : found.profile.notes()) out += fmt::format("note          {}\n", note);
  return out;
}

}  // namespace shardsim
