// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "config/choice.hpp"
#include "engine/random.hpp"

namespace shardsim {

/// Draws rows of one table by popularity.
class RankSampler {
 public:
  virtual ~RankSampler() = default;
  /// Rank of a row, 0 .. rows-1; 0 is the most popular.
  virtual std::int64_t sample(RandomStream& random) const = 0;
  /// Share of the lookups that go to the rows of ranks below `rank`, 0 .. rows: 0 for none, 1 for all.
  virtual double share_below(std::int64_t rank) const = 0;
};

/// How unequally the rows of a table are asked for.
class Popularity {
 public:
  virtual ~Popularity() = default;
  /// A sampler for a table of that many rows (at least 1). It keeps nothing of the description.
  virtual std::unique_ptr<const RankSampler> over(std::int64_t rows) const = 0;
};

const Registry<Popularity>& popularity_registry();

template <>
struct ChoiceTraits<Popularity> {
  static constexpr const char* name = "popularity";
  static constexpr const char* doc = "how unequally the rows of a table are asked for";
  static constexpr const char* tag = "type";
  static const Registry<Popularity>& registry() { return popularity_registry(); }
};

}  // namespace shardsim
