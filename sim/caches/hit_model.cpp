// SPDX-License-Identifier: Apache-2.0
#include "caches/hit_model.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "caches/invalidation.hpp"

namespace shardsim {
namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();
constexpr double kTolerance = 1e-10;  // of the capacity
constexpr int kMostSteps = 200;

// The root of an increasing function of a logarithm, from a guess on: false position, where an end that stays is given
// half its weight (Dowell and Jarratt, BIT 11, 1971). Infinite where the function stays below 0.
template <class Function>
double root_above_zero(double guess, double tolerance, const Function& f) {
  constexpr double kFurthest = 600;  // e^600 is far beyond any number of lookups
  double low = std::log(guess);
  double high = low;
  double at_low = f(guess);
  double at_high = at_low;
  for (double step = 1; at_low > 0; step *= 2) {
    high = low;
    at_high = at_low;
    low -= step;
    at_low = f(std::exp(low));
  }
  for (double step = 1; at_high < 0; step *= 2) {
    low = high;
    at_low = at_high;
    high += step;
    if (high > kFurthest) return kNever;
    at_high = f(std::exp(high));
  }
  double middle = low;
  for (int i = 0; i < kMostSteps && high - low > 1e-14 * std::abs(high); ++i) {
    middle = low + (high - low) * at_low / (at_low - at_high);
    if (!(middle > low && middle < high)) middle = low + (high - low) / 2;
    const double at_middle = f(std::exp(middle));
    if (std::abs(at_middle) <= tolerance) break;
    if (at_middle < 0) {
      low = middle;
      at_low = at_middle;
      at_high /= 2;
    } else {
      high = middle;
      at_high = at_middle;
      at_low /= 2;
    }
  }
  return std::exp(middle);
}

// The rows of all tables that fit, by bands.
class Rows {
 public:
  Rows(std::span<const BandedTable> tables, Bytes capacity, const StayModel& model)
      : model_(model), capacity_(static_cast<double>(capacity.count)) {
    bool alike = true;
    for (const BandedTable& t : tables) {
      all_lookups_ += t.table.lookups;
      if (t.table.row_bytes > capacity) continue;
      const auto row_bytes = static_cast<double>(t.table.row_bytes.count);
      for (const RankBand& band : t.bands) {
        if (!(band.share * t.table.lookups > 0)) continue;
        alike = alike && (bands_.empty() || bands_.front().row_bytes == row_bytes);
        bands_.push_back({band.each() * t.table.lookups, static_cast<double>(band.rows), row_bytes,
                          changes_of(t.table, band.each())});
        all_bytes_ += bands_.back().rows * row_bytes * bands_.back().changes.most_present();
        byte_rate_ += bands_.back().rows * bands_.back().rate * row_bytes;
      }
    }
    // What is left of a whole number of rows is of no use.
    if (alike && !bands_.empty()) capacity_ -= std::fmod(capacity_, bands_.front().row_bytes);
  }

  CharacteristicTimes times() const {
    if (bands_.empty()) return {};
    if (!model_.window) return {stays(kNever), kNever};
    const auto window = static_cast<double>(*model_.window);
    const double memory = root_above_zero(window / all_lookups_, window * kTolerance, [&](double time) {
      return time * misses({stays(time), time}) - window;
    });
    return {stays(memory), memory};
  }

  // Of a row of the table that has `share` of its lookups.
  double hit_ratio(const CachedTable& table, double share, const CharacteristicTimes& times) const {
    const RowChanges changes = changes_of(table, share);
    if (!(changes.writes > 0)) return hit_ratio(share * table.lookups, times);
    double sum = 0;
    for (const double stay : times.stays) sum += changes.hit_ratio(present(changes, stay));
    return sum / static_cast<double>(times.stays.size());
  }

 private:
  struct Band {
    double rate = 0;  // lookups a query, of each row
    double rows = 0;
    double row_bytes = 0;
    RowChanges changes;
  };

  // One that is not remembered, and as many as it takes until the next comes soon enough.
  double misses_to_enter(double rate, double memory) const {
    constexpr double kMost = 1e100;
    return model_.window ? 1 + std::min(kMost, -1 / std::expm1(-rate * memory)) : 1;
  }

  double hit_ratio(double rate, const CharacteristicTimes& times) const {
    double sum = 0;
    for (const double stay : times.stays) sum += hit_ratio(rate, stay, times.memory);
    return sum / static_cast<double>(times.stays.size());
  }
  double hit_ratio(double rate, double stay, double memory) const {
    return std::isinf(stay) ? 1 : model_.hits(rate * stay, misses_to_enter(rate, memory));
  }

  double present(const RowChanges& changes, double stay) const {
    return std::isinf(stay) ? changes.most_present() : model_.present(changes.queries * stay, changes.writes * stay);
  }
  double present(const Band& band, double stay, double memory) const {
    return band.changes.writes > 0 ? present(band.changes, stay) : hit_ratio(band.rate, stay, memory);
  }

  std::vector<double> stays(double memory) const {
    std::vector<double> out;
    for (const double part : model_.capacities) out.push_back(stay(part * capacity_, memory));
    return out;
  }
  double stay(double capacity, double memory) const {
    if (capacity >= all_bytes_) return kNever;
    return root_above_zero(capacity / byte_rate_, capacity * kTolerance, [&](double time) {
      double bytes = 0;
      for (const Band& b : bands_) bytes += b.rows * b.row_bytes * present(b, time, memory);
      return bytes - capacity;
    });
  }

  // A query, of all tables.
  double misses(const CharacteristicTimes& times) const {
    double hits = 0;
    for (const Band& b : bands_) hits += b.rows * b.rate * hit_ratio(b.rate, times);
    return all_lookups_ - hits;
  }

  StayModel model_;
  double capacity_;
  double all_bytes_ = 0;
  double all_lookups_ = 0;
  double byte_rate_ = 0;
  std::vector<Band> bands_;
};

}  // namespace

double lru_hits(double x, double misses) {
  const double gone = std::exp(-x);
  return -std::expm1(-x) / (1 + (misses - 1) * gone);
}
double fifo_hits(double x, double misses) { return x / (x + misses); }
double clock_hits(double x, double misses) { return x / (x + misses * std::exp(-x)); }

CharacteristicTimes characteristic_times(std::span<const BandedTable> tables, Bytes capacity, const StayModel& model) {
  return Rows(tables, capacity, model).times();
}

std::vector<double> characteristic_hits(std::span<const BandedTable> tables, Bytes capacity, const StayModel& model) {
  const Rows rows(tables, capacity, model);
  const CharacteristicTimes times = rows.times();
  std::vector<double> out;
  out.reserve(tables.size());
  for (const BandedTable& t : tables) {
    double hits = 0;
    if (t.table.row_bytes <= capacity && t.table.lookups > 0)
      for (const RankBand& band : t.bands)
        if (band.share > 0) hits += band.share * rows.hit_ratio(t.table, band.each(), times);
    out.push_back(std::min(hits, 1.0));
  }
  return out;
}

}  // namespace shardsim
