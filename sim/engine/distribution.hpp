// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/choice.hpp"
#include "engine/random.hpp"

namespace shardsim {

/// A distribution of numbers >= 0, sampled by inversion from one uniform number unless its file says otherwise.
class Distribution {
 public:
  virtual ~Distribution() = default;
  virtual double sample(RandomStream& random) const = 0;
  virtual double mean() const = 0;
  /// True when every sample is the same: callers may then skip the draw.
  virtual bool is_constant() const { return false; }
};

const Registry<Distribution>& distribution_registry();

template <>
struct ChoiceTraits<Distribution> {
  static constexpr const char* name = "distribution";
  static constexpr const char* doc = "a distribution of numbers >= 0";
  static constexpr const char* tag = "type";
  static const Registry<Distribution>& registry() { return distribution_registry(); }
};

}  // namespace shardsim
