// SPDX-License-Identifier: Apache-2.0
// How fast an accelerator is: the interface of cluster/speeds/.
#pragma once

#include <memory>

#include "config/choice.hpp"
#include "model/cost.hpp"

namespace shardsim {

/// Operators of a net for one batch, as an accelerator sees them.
struct DeviceWork {
  std::size_t net = 0;
  std::int64_t rows = 0;  ///< items; or 1 for each batch of a query, where the net is evaluated once a query
  bool bottom = false;    ///< whether the bottom MLP is among them
  bool top = false;       ///< and interaction, repeated layers and top MLP
  double gather_ps = 0;   ///< of a gather, if there is one: core time on the host
  std::int64_t lookups = 0;
  std::int64_t bags = 0;
  Bytes traffic;       ///< memory moved for them
  Duration looking{};  ///< for their rows in a cache
  /// The same operators for another batch of the same net.
  DeviceWork& operator+=(const DeviceWork& other) {
    rows += other.rows;
    gather_ps += other.gather_ps;
    lookups += other.lookups;
    bags += other.bags;
    traffic += other.traffic;
    looking += other.looking;
    return *this;
  }
};

/// Core time of a model's dense layers on the host.
class DenseOnCore {
 public:
  DenseOnCore(const Model& model, const CoreFigures& core);
  /// Of the dense operators in `work`, in ps.
  double ps(const DeviceWork& work) const;
  /// The share that they are of all the model's dense operators for so many rows, each net as often as a query is
  /// expected to walk it.
  double share(const DeviceWork& work) const;

 private:
  std::vector<DenseTimes> times_;  // by net
  std::vector<double> walked_;     // by net: how often a query is expected to walk it
};

/// How long one model's operators take on an accelerator.
class ModelSpeed {
 public:
  virtual ~ModelSpeed() = default;
  virtual Duration time(const DeviceWork& work) const = 0;
};

class AcceleratorSpeed {
 public:
  virtual ~AcceleratorSpeed() = default;
  /// `core`: that of the host. Throws ScenarioError where nothing is known of the model; `pointer`: where the speed is
  /// in the scenario. The model must outlive the result.
  virtual std::unique_ptr<ModelSpeed> of(const Model& model, const CoreFigures& core,
                                         const std::string& pointer) const = 0;
};

const Registry<AcceleratorSpeed>& speed_registry();

template <>
struct ChoiceTraits<AcceleratorSpeed> {
  static constexpr const char* name = "speed";
  static constexpr const char* doc = "how fast an accelerator is";
  static constexpr const char* tag = "type";
  static const Registry<AcceleratorSpeed>& registry() { return speed_registry(); }
};

/// Figures that are known by model.
template <class Figures>
const Figures& known_of(const ByName<Figures>& models, const Model& model, const std::string& pointer) {
  std::vector<std::string> names;
  for (const auto& [name, figures] : models) {
    if (name == model.name) return figures;
    names.push_back(name);
  }
  throw ScenarioError(pointer + "/models", fmt::format("has no figures of the model {}{}", in_quotes(model.name),
                                                       suggestion(model.name, names)));
}

}  // namespace shardsim
