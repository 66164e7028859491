// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "stats/count_dispersion.hpp"
#include "stats/rate_bins.hpp"
#include "stats/row_reuse.hpp"
#include "workload/trace.hpp"

namespace shardsim {

/// Statistics of a trace in one pass. Memory grows with its tables and its largest record, not with its length.
/// Where a figure has no value (of one query, say, the variance of gaps), it is NaN.
class TraceProfile {
 public:
  /// Parts of the rows seen, for which the share of accesses is told.
  static const std::vector<double>& reuse_parts();

  /// At most `bins` of the rate over time.
  TraceProfile(const TraceHeader& header, std::size_t bins);

  /// In order of arrival.
  void add(const TraceRecord& record);

  struct Arrivals {
    std::uint64_t queries = 0;
    double first_s = 0;
    double duration_s = 0;  ///< from the first to the last
    double per_second = 0;  ///< gaps over duration
    double mean_gap_s = 0;
    double gap_cv = 0;
    double gap_p50_s = 0;
    double gap_p99_s = 0;
    double largest_gap_s = 0;
    std::uint64_t largest_gap_after = 0;  ///< number of the query before it, from 0
    double gap_correlation = 0;           ///< of each with the next
    double simultaneous = 0;              ///< share of the gaps that are zero
  };
  struct RateBin {
    double start_s = 0;
    double seconds = 0;
    std::uint64_t queries = 0;
    double per_second = 0;  ///< without the very last query, as the last bin is made to end with it
  };
  struct Dispersion {
    double window_s = 0;
    std::uint64_t windows = 0;
    double dispersion = 0;  ///< variance over mean of the counts in windows
  };
  struct Hour {
    std::uint64_t queries = 0;
    double mean_items = 0;
  };
  struct Table {
    std::string name;
    std::int64_t rows = 0;            ///< as the header says; 0: unknown
    double present = 0;               ///< share of queries with lookups
    double share = 0;                 ///< of all lookups
    double per_query = 0;             ///< mean lookups of all queries
    const Spread* lookups = nullptr;  ///< of queries that have any
    double per_item_mean = 0;         ///< lookups over items, of queries that have any
    double per_item_cv = 0;
    double items_correlation = 0;   ///< of lookups and items, over all queries
    double others_correlation = 0;  ///< of lookups and those in all other tables
    double distinct_rows = 0;
    double sampled_rows = 0;               ///< share of its rows that were counted
    std::vector<double> share_of_hottest;  ///< by reuse_parts()
    double repeats = 0;                    ///< share of lookups that repeat a row of the same query
  };

  Arrivals arrivals() const;
  std::vector<RateBin> rates() const;
  /// For windows that double from the mean gap on, as long as there are 20 of them. The first query starts the clock
  /// and is not counted.
  std::vector<Dispersion> dispersions() const;
  const Spread& items() const { return items_; }
  /// By hour of the day, hours of the trace's own clock; empty when it lasts less than a day or knows no items.
  std::vector<Hour> hours() const;
  /// Share of the variance of items that the hour of the day explains; NaN where hours() is empty.
  double items_explained_by_hour() const;
  const Spread& lookups() const { return total_; }
  std::vector<Table> tables() const;
  /// Coefficient of variation of a factor common to the lookups of all tables, which are taken to be independent
  /// otherwise: the covariances of all pairs of tables over the products of their means. NaN for fewer than two tables.
  double common_factor_cv() const;
  /// The same of lookups per item.
  double common_factor_cv_per_item() const;
  /// What a person should look at.
  std::vector<std::string> notes() const;

 private:
  // Of a table, or of all.
  struct PerItem {
    double sum = 0;
    double squares = 0;
    void record(double x) {
      sum += x;
      squares += x * x;
    }
    double mean(std::uint64_t n) const { return sum / static_cast<double>(n); }
    double variance(std::uint64_t n) const { return squares / static_cast<double>(n) - mean(n) * mean(n); }
  };
  struct Lookups {
    Spread lookups;
    WideSum with_items = 0;  // sum of products
    WideSum with_total = 0;
    PerItem per_item;
  };
  struct Rows {
    RowReuse reuse;
    std::uint64_t repeats = 0;
  };
  struct HourSums {
    std::uint64_t queries = 0;
    std::uint64_t items = 0;
  };

  void add_arrival(Time arrival);
  void add_lookups(const TraceRecord& record);
  void add_rows(const TraceRecord& record);
  Table table(std::size_t t) const;
  void describe_rows(std::size_t t, Table& out) const;

  TraceHeader header_;
  std::uint64_t queries_ = 0;
  Time first_{};
  Time last_{};
  Spread gaps_;  // in picoseconds
  double last_gap_s_ = 0;
  PairMoments successive_gaps_;
  std::uint64_t simultaneous_ = 0;
  std::uint64_t largest_gap_after_ = 0;
  RateBins rates_;
  CountDispersion dispersion_;
  Spread items_;
  std::array<HourSums, 24> hours_{};
  Spread total_;
  PerItem total_per_item_;
  std::vector<Lookups> lookups_;
  std::vector<Rows> rows_;
  FirstSeen seen_in_query_;
};

}  // namespace shardsim
