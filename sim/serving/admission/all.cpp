// SPDX-License-Identifier: Apache-2.0
#include "serving/admission.hpp"

namespace shardsim {
namespace {

class AdmitAll final : public AdmissionSpec {
 public:
  std::unique_ptr<Admission> make() const override { return nullptr; }
};

}  // namespace

template <>
void describe(Describe<AdmitAll>& d) {
  d.object("all", "every request");
}

namespace admissions {
Alternative<AdmissionSpec> all() { return alternative<AdmitAll, AdmissionSpec>(); }
}  // namespace admissions

}  // namespace shardsim
