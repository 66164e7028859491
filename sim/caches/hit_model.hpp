// SPDX-License-Identifier: Apache-2.0
// Hit ratios by formula, under independent references: each lookup is for a row drawn by its table's law, whatever came
// before. Sources:
//   LRU       Che, Tung, Wang, "Hierarchical Web caching systems: modeling, design and experimental results", IEEE JSAC
//             20(7), 2002; why it is so good: Fricker, Robert, Roberts, "A versatile and accurate approximation for LRU
//             cache performance", ITC 2012
//   FIFO      its hit ratio is that of random replacement: Gelenbe, "A unified approach to the evaluation of a class of
//             replacement algorithms", IEEE Trans. Computers C-22(6), 1973; by a characteristic time as in Martina,
//             Garetto, Leonardi, "A unified approach to the performance analysis of caching systems", INFOCOM 2014, and
//             ACM ToMPECS 1(3), 2016
//   admission the renewal argument of the latter's q-LRU, with the chance that the window gives instead of q
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "caches/rank_bands.hpp"

namespace shardsim {

/// Hit ratio of a row: `x` lookups of it are expected within a characteristic time, and it has to be missed `misses`
/// times (at least 1, the last of which takes it in) before it is kept. A row's life is one stay after the other: if h
/// hits are expected in a stay, the hit ratio is h / (h + misses).
double lru_hits(double x, double misses);    ///< a hit begins the time anew: h = e^x - 1
double fifo_hits(double x, double misses);   ///< the time is from the miss on: h = x
double clock_hits(double x, double misses);  ///< the hand comes once in that time and spares who was used: h = x e^x

struct StayModel {
  double (*hits)(double x, double misses);
  std::optional<std::int64_t> window{};  ///< of `second-touch`, misses
  std::vector<double> capacities{1.0};   ///< that a row sees, of the cache's, each as likely: sets are not all alike
  /// Where rows are written, which needs a model without a window: share of the time that a row is there (see
  /// caches/invalidation.hpp).
  double (*present)(double lookups, double writes) = nullptr;
};

/// How long rows stay, in queries (of the tables' `lookups`), and how long a miss is remembered.
struct CharacteristicTimes {
  std::vector<double> stays;  ///< for each of the model's capacities; infinite where all rows fit
  double memory = 0;          ///< infinite without a window
};

/// Those at which the expected bytes of what is kept are the capacity.
CharacteristicTimes characteristic_times(std::span<const BandedTable> tables, Bytes capacity, const StayModel& model);

/// Hits by lookups of each table; 0 for tables that are not asked for.
std::vector<double> characteristic_hits(std::span<const BandedTable> tables, Bytes capacity, const StayModel& model);

}  // namespace shardsim
