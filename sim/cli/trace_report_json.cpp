// SPDX-License-Identifier: Apache-2.0
#include "cli/trace_report.hpp"

namespace shardsim {
namespace {

Json spread_json(const Spread& s) {
  if (s.count() == 0)
    return {{"mean", nullptr}, {"cv", nullptr}, {"p50", nullptr}, {"p90", nullptr}, {"p99", nullptr}, {"max", nullptr}};
  return {{"mean", s.mean()},        {"cv", s.cv()},  {"p50", s.quantile(0.5)}, {"p90", s.quantile(0.9)},
          {"p99", s.quantile(0.99)}, {"max", s.max()}};
}

Json arrivals_json(const TraceProfile& profile) {
  const TraceProfile::Arrivals a = profile.arrivals();
  return {{"queries", a.queries},
          {"first_s", a.first_s},
          {"duration_s", a.duration_s},
          {"per_second", a.per_second},
          {"gap_mean_s", a.mean_gap_s},
          {"gap_cv", a.gap_cv},
          {"gap_p50_s", a.gap_p50_s},
          {"gap_p99_s", a.gap_p99_s},
          {"gap_max_s", a.largest_gap_s},
          {"gap_max_after_query", a.largest_gap_after},
          {"gap_autocorrelation_lag1", a.gap_correlation},
          {"simultaneous_share", a.simultaneous}};
}

Json rates_json(const TraceProfile& profile) {
  Json out = Json::array();
  for (const TraceProfile::RateBin& b : profile.rates())
    out.push_back(
        {{"start_s", b.start_s}, {"seconds", b.seconds}, {"queries", b.queries}, {"per_second", b.per_second}});
  return out;
}

Json dispersion_json(const TraceProfile& profile) {
  Json windows = Json::array();
  for (const TraceProfile::Dispersion& d : profile.dispersions())
    windows.push_back({{"window_s", d.window_s}, {"windows", d.windows}, {"index", d.dispersion}});
  return {{"definition", "variance over mean of the number of queries in a window; 1 for Poisson arrivals"},
          {"windows", windows}};
}

Json items_json(const TraceProfile& profile) {
  constexpr std::size_t kPoints = 200;
  Json out = spread_json(profile.items());
  Json cdf = Json::array();
  for (const auto& [value, share] : profile.items().histogram().cdf(kPoints)) cdf.push_back({value, share});
  out["cdf"] = cdf;
  Json hours = Json::array();
  for (const TraceProfile::Hour& h : profile.hours())
    hours.push_back({{"hour", hours.size()}, {"queries", h.queries}, {"mean", h.mean_items}});
  out["by_hour_of_day"] = hours;
  out["variance_share_by_hour_of_day"] = profile.items_explained_by_hour();
  return out;
}

Json table_json(const TraceProfile::Table& t, TraceDetail detail) {
  Json out{{"name", t.name},
           {"rows", t.rows > 0 ? Json(t.rows) : Json()},
           {"present_share", t.present},
           {"lookups_share", t.share},
           {"lookups_per_query", t.per_query},
           {"lookups_when_present", spread_json(*t.lookups)},
           {"lookups_per_item_when_present", {{"mean", t.per_item_mean}, {"cv", t.per_item_cv}}},
           {"correlation_with_items", t.items_correlation},
           {"correlation_with_other_tables", t.others_correlation}};
  if (detail != TraceDetail::rows) return out;
  Json reuse = Json::array();
  for (std::size_t i = 0; i < t.share_of_hottest.size(); ++i)
    reuse.push_back({{"rows_share", TraceProfile::reuse_parts()[i]}, {"accesses_share", t.share_of_hottest[i]}});
  out["distinct_rows"] = t.distinct_rows;
  out["sampled_rows_share"] = t.sampled_rows;
  out["reuse_by_hottest_rows"] = reuse;
  out["repeats_within_query_share"] = t.repeats;
  return out;
}

}  // namespace

Json trace_report_json(const TraceFindings& found) {
  const TraceProfile& profile = found.profile;
  Json out{{"schema_version", 1},
           {"file", found.file},
           {"complete", found.complete},
           {"provenance", found.header.provenance},
           {"detail", std::string(name_of(found.header.detail))},
           {"arrivals", arrivals_json(profile)},
           {"rate", rates_json(profile)},
           {"dispersion", dispersion_json(profile)}};
  if (found.header.has_items) out["items"] = items_json(profile);
  if (found.header.detail != TraceDetail::none) {
    out["lookups"] = spread_json(profile.lookups());
    out["lookups"]["common_factor_cv"] = profile.common_factor_cv();
    out["lookups"]["common_factor_cv_per_item"] = profile.common_factor_cv_per_item();
    out["tables"] = Json::array();
    for (const TraceProfile::Table& t : profile.tables()) out["tables"].push_back(table_json(t, found.header.detail));
  }
  out["notes"] = profile.notes();
  return out;
}

}  // namespace shardsim
