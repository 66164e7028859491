// SPDX-License-Identifier: Apache-2.0
// Which requests a replica takes: the interface of admission/.
#pragma once

#include "config/choice.hpp"
#include "engine/units.hpp"

namespace shardsim {

/// Decides for one replica.
class Admission {
 public:
  virtual ~Admission() = default;
  /// Whether a request that arrives now is taken. One that is not is lost.
  virtual bool admits(Time now) = 0;
};

class AdmissionSpec {
 public:
  virtual ~AdmissionSpec() = default;
  /// Null: every request is taken.
  virtual std::unique_ptr<Admission> make() const = 0;
};

const Registry<AdmissionSpec>& admission_registry();

template <>
struct ChoiceTraits<AdmissionSpec> {
  static constexpr const char* name = "admission";
  static constexpr const char* doc = "which requests a replica takes";
  static constexpr const char* tag = "type";
  static const Registry<AdmissionSpec>& registry() { return admission_registry(); }
};

}  // namespace shardsim
