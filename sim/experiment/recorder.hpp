// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>

#include "serving/serving.hpp"
#include "stats/band_sums.hpp"
#include "stats/histogram.hpp"
#include "stats/paged_sums.hpp"

namespace shardsim {

/// Quantities of which there are many and a query has a few, each known by a number.
///   link_us      time at a link, on the critical path; by the link's number
///   queue_us     wait for a core of a host, on the critical path; by the host's number
///   last_target  1 for each time that the critical batch walked a net and what ended last there; by number_of_last()
///   last_batch   1 for the batch that ended last; by its number within the query
enum class Detail : std::uint8_t { link_us, queue_us, last_target, last_batch };
inline constexpr std::size_t kDetails = 4;

/// `place`: of the net, in the order in which batches walk them; `target`: as in Outcome::last_targets.
inline std::uint64_t number_of_last(std::size_t place, std::size_t target) { return place << 32 | target; }

/// Numbers all details in the order in which they come up, so that few of them take little room.
class DetailPlaces {
 public:
  struct Key {
    Detail kind;
    std::uint64_t number;
  };
  std::size_t place_of(Key key) {
    const Halves& halves = places_[static_cast<std::size_t>(key.kind)];
    const auto [high, low] = halves_of(key.number);
    if (high < halves.size() && low < halves[high].size() && halves[high][low] != kNone) [[likely]]
      return halves[high][low];
    return new_place(key);
  }
  /// By place.
  const std::vector<Key>& keys() const { return keys_; }

 private:
  // Numbers are small, or two small ones together: see number_of_last().
  using Halves = std::vector<std::vector<std::uint32_t>>;
  static constexpr std::uint32_t kNone = static_cast<std::uint32_t>(-1);
  static std::pair<std::size_t, std::size_t> halves_of(std::uint64_t number) {
    return {number >> 32, number & 0xffff'ffff};
  }
  std::size_t new_place(Key key);

  std::array<Halves, kDetails> places_;
  std::vector<Key> keys_;
};

/// Statistics of the queries that count, in bounded memory. Means "over [low, high]" are over the queries whose latency
/// ranks there, as a share of all, to within a band of BandBuckets; zeros, or nothing, when there are none.
class Recorder {
 public:
  void record(const Outcome& outcome);
  /// Before any query: keeps so many classes apart.
  void tell_apart(std::size_t kinds) { kinds_.resize(kinds); }
  /// Adds the queries of another run of the same system.
  void merge(const Recorder& other);

  const Histogram& latency_ps() const { return latency_; }
  /// The same of the queries of a class, by its number. Precondition: they are told apart.
  const Histogram& latency_of_kind(std::size_t kind) const { return kinds_[kind]; }
  std::uint64_t count() const { return latency_.count(); }

  /// Mean of each span in microseconds, over [low, high].
  std::array<double, kSpans> mean_spans_us(double low, double high) const;
  /// Mean of each detail that came up at all, by its number, over [low, high].
  std::map<std::uint64_t, double> mean_details(Detail kind, double low, double high) const;
  /// Mean size of a query over [low, high].
  struct Size {
    double items = 0;
    double lookups = 0;
    double batches = 0;
  };
  Size mean_size(double low, double high) const;
  /// Mean of each span of the embedded portion, in microseconds, over all queries.
  std::array<double, kSpans> mean_embedded_us() const;

 private:
  struct Sums {
    std::array<double, kSpans> spans_us{};
    Size size;
    PagedSums details;  // by DetailPlaces
  };
  void add(Sums& sums, Detail kind, std::uint64_t number, double value) {
    sums.details.add(places_.place_of({kind, number}), value);
  }

  Histogram latency_;
  std::vector<Histogram> kinds_;  // by class; empty: they are not told apart
  BandBuckets<Sums> bands_;
  DetailPlaces places_;
  std::array<Duration, kSpans> embedded_{};
};

/// The band of ranks that stands for quantile q: q +- half the distance to 1, at most 0.05.
std::pair<double, double> band_around(double q);

}  // namespace shardsim
