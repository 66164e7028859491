// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <optional>

#include "caches/row_index.hpp"
#include "config/description.hpp"

namespace shardsim {

/// Which rows that were missed are taken in: every one, or those that were missed before not long ago.
enum class CacheAdmission { all, second_touch };
template <>
struct EnumNames<CacheAdmission> {
  static constexpr std::array<std::pair<CacheAdmission, std::string_view>, 2> names{
      {{CacheAdmission::all, "all"}, {CacheAdmission::second_touch, "second-touch"}}};
};

/// What all policies have that take rows in.
struct AdmissionFields {
  CacheAdmission admission = CacheAdmission::all;
  std::optional<std::int64_t> admission_window;  ///< with `second-touch` only: misses
};

template <class Policy>
void describe_admission(Describe<Policy>& d) {
  d.optional("admission", &Policy::admission,
             "which rows are taken in on a miss: all, or with 'second-touch' those that miss a second time within "
             "'admission_window'");
  d.optional("admission_window", &Policy::admission_window,
             "misses, of all rows together, for which 'second-touch' remembers a row that missed")
      .at_least(1)
      .at_most(1'000'000'000);
  d.check([](const Policy& p) -> std::optional<Complaint> {
    const bool second = p.admission == CacheAdmission::second_touch;
    if (second && !p.admission_window)
      return Complaint{"admission_window", "is missing; 'second-touch' needs a number of misses"};
    if (!second && p.admission_window)
      return Complaint{"admission_window", "is of no use with the admission 'all'; expected 'second-touch'"};
    return std::nullopt;
  });
}

/// The rows that missed last, the first time or once more after they were forgotten.
class SecondTouch {
 public:
  explicit SecondTouch(std::int64_t window);
  /// Whether the row missed within the last `window` misses and was not taken in since. Counts as a miss.
  bool admits(RowKey key);

 private:
  RowKey& key(std::uint32_t entry) { return ring_[entry - 1]; }
  void forget(std::uint32_t entry);

  std::uint32_t window_;
  std::uint32_t next_ = 1;  // the entry of this miss, 1 .. window
  LazyArray<RowKey> ring_;
  LazyArray<bool> remembered_;  // by entry
  RowIndex index_;
};

/// Empty where all rows are taken in.
inline std::unique_ptr<SecondTouch> admission_of(const AdmissionFields& fields) {
  if (fields.admission == CacheAdmission::all) return nullptr;
  return std::make_unique<SecondTouch>(*fields.admission_window);
}

}  // namespace shardsim
