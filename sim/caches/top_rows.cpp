// SPDX-License-Identifier: Apache-2.0
#include "caches/top_rows.hpp"

#include <algorithm>
#include <cmath>

namespace shardsim {
namespace {

// The rows of a table whose worth is above some threshold: at least `sure` and at most `possible` of them, as far as is
// known, so that each further threshold is found in what is left of the table.
class TopOfTable {
 public:
  TopOfTable(const CachedTable& table, TopBy by) : table_(table), possible_(table.rows) {
    scale_ = table.lookups / (by == TopBy::lookups ? 1.0 : static_cast<double>(table.row_bytes.count));
  }

  double worth(std::int64_t rank) const {
    return scale_ * (table_.law->share_below(rank + 1) - table_.law->share_below(rank));
  }
  // How many rows are worth at least that much; popularity falls with the rank.
  std::int64_t at_least(double threshold) const {
    std::int64_t low = sure_;
    std::int64_t high = possible_;
    while (low < high) {
      const std::int64_t middle = low + (high - low) / 2;
      if (worth(middle) >= threshold)
        low = middle + 1;
      else
        high = middle;
    }
    return low;
  }

  std::int64_t row_bytes() const { return table_.row_bytes.count; }
  std::int64_t sure() const { return sure_; }
  std::int64_t possible() const { return possible_; }
  void take(std::int64_t rows) { sure_ = rows; }
  void leave(std::int64_t rows) { possible_ = rows; }

 private:
  const CachedTable& table_;
  double scale_;
  std::int64_t sure_ = 0;
  std::int64_t possible_;
};

using RowsOfTable = std::int64_t (TopOfTable::*)() const;

// In doubles: tables that do not fit may have more bytes than an integer holds.
double bytes_of(const std::vector<TopOfTable>& tables, RowsOfTable rows) {
  double bytes = 0;
  for (const TopOfTable& t : tables) bytes += static_cast<double>((t.*rows)()) * static_cast<double>(t.row_bytes());
  return bytes;
}

// Halves the range of the threshold until it parts equally popular rows at most.
void narrow(std::vector<TopOfTable>& tables, double capacity) {
  constexpr int kMostHalvings = 200;
  constexpr double kLeast = 1e-60;  // of the most popular row
  double high = 0;
  for (const TopOfTable& t : tables) high = std::max(high, t.worth(0));
  if (!(high > 0)) return;
  double low = std::log(high * kLeast);
  high = std::log(high) + 1;
  std::vector<std::int64_t> counts(tables.size());
  for (int i = 0; i < kMostHalvings && high - low > 1e-14 * std::abs(high); ++i) {
    const double middle = low + (high - low) / 2;
    double bytes = 0;
    for (std::size_t t = 0; t < tables.size(); ++t) {
      counts[t] = tables[t].at_least(std::exp(middle));
      bytes += static_cast<double>(counts[t]) * static_cast<double>(tables[t].row_bytes());
    }
    const bool fits = bytes <= capacity;
    (fits ? high : low) = middle;
    for (std::size_t t = 0; t < tables.size(); ++t) fits ? tables[t].take(counts[t]) : tables[t].leave(counts[t]);
  }
}

// What is left goes to equally popular rows: to each table its part, then row by row.
void fill(std::vector<TopOfTable>& tables, std::int64_t capacity) {
  std::int64_t room = capacity;
  for (const TopOfTable& t : tables) room -= t.sure() * t.row_bytes();
  const double open = bytes_of(tables, &TopOfTable::possible) - bytes_of(tables, &TopOfTable::sure);
  const double part = open > 0 ? std::min(1.0, static_cast<double>(room) / open) : 0;
  const auto take = [&room](TopOfTable& t, std::int64_t wanted) {
    const std::int64_t rows = std::min({wanted, t.possible() - t.sure(), room / t.row_bytes()});
    t.take(t.sure() + rows);
    room -= rows * t.row_bytes();
  };
  for (TopOfTable& t : tables) take(t, static_cast<std::int64_t>(static_cast<double>(t.possible() - t.sure()) * part));
  for (TopOfTable& t : tables) take(t, t.possible());
}

}  // namespace

std::vector<std::int64_t> top_rows(std::span<const CachedTable> tables, Bytes capacity, TopBy by) {
  std::vector<TopOfTable> tops;
  tops.reserve(tables.size());
  for (const CachedTable& table : tables) tops.emplace_back(table, by);
  narrow(tops, static_cast<double>(capacity.count));
  fill(tops, capacity.count);
  std::vector<std::int64_t> out;
  for (const TopOfTable& t : tops) out.push_back(t.sure());
  return out;
}

std::vector<double> top_hits(std::span<const CachedTable> tables, const std::vector<std::int64_t>& rows) {
  std::vector<double> out;
  for (std::size_t t = 0; t < tables.size(); ++t)
    out.push_back(tables[t].lookups > 0 ? tables[t].law->share_below(rows[t]) : 0);
  return out;
}

}  // namespace shardsim
