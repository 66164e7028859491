// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/choice.hpp"
#include "engine/random.hpp"

namespace shardsim {

class ByInversion;

/// A distribution of numbers >= 0.
class Distribution {
 public:
  virtual ~Distribution() = default;
  virtual double sample(RandomStream& random) const = 0;
  virtual double mean() const = 0;
  /// True when every sample is the same: callers may then skip the draw.
  virtual bool is_constant() const { return false; }
  /// Itself, if it is sampled by inversion; else null.
  const ByInversion* by_inversion() const;

 private:
  friend class ByInversion;
  bool by_inversion_ = false;  // instead of a virtual function, as it is asked at every draw
};

/// A distribution that is sampled by inversion: a number is a function of one uniform number.
class ByInversion : public Distribution {
 public:
  ByInversion() { by_inversion_ = true; }
  /// The number that a share `p`, in (0, 1), of all does not exceed. `p` is a uniform number, so that 1 - p is exact.
  virtual double quantile(double p) const = 0;
  /// Distributions of one type and shape differ by their scale alone, to which quantile() is proportional.
  struct Form {
    double shape;
    double scale;
  };
  /// Nothing where that is not said.
  virtual std::optional<Form> form() const { return std::nullopt; }
  double sample(RandomStream& random) const final { return quantile(random.uniform()); }
};

inline const ByInversion* Distribution::by_inversion() const {
  return by_inversion_ ? static_cast<const ByInversion*>(this) : nullptr;
}

const Registry<Distribution>& distribution_registry();

template <>
struct ChoiceTraits<Distribution> {
  static constexpr const char* name = "distribution";
  static constexpr const char* doc = "a distribution of numbers >= 0";
  static constexpr const char* tag = "type";
  static const Registry<Distribution>& registry() { return distribution_registry(); }
};

/// What is wrong with a distribution of factors by which something varies; nothing where it is left out.
inline std::optional<Complaint> check_factor(const char* key, const Choice<Distribution>& factor) {
  if (!factor.has_value() || std::abs(factor->mean() - 1) <= 1e-9) return std::nullopt;
  return Complaint{key, fmt::format("is a factor: expected the mean 1, found {}", factor->mean())};
}

}  // namespace shardsim
