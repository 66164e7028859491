// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "config/description.hpp"

namespace shardsim {

/// A figure that was measured at some sizes of a batch.
class BatchTable {
 public:
  BatchTable() = default;
  /// Precondition: the complaints below find nothing.
  BatchTable(std::vector<std::int64_t> batches, std::vector<double> figures);

  /// Linear in the logarithm of the batch between two sizes, as DeepRecSys reads its table (batches of 4^0 to 4^5);
  /// that of the smallest or largest size beyond them.
  double at(std::int64_t batch) const;
  std::int64_t largest() const { return batches_.back(); }

 private:
  std::vector<std::int64_t> batches_;  // rising
  std::vector<double> logs_;
  std::vector<double> figures_;
};

/// What is wrong with sizes of batches, or with as many figures of `key`, if anything is.
std::optional<Complaint> complaint_about_batches(const std::vector<std::int64_t>& batches);
std::optional<Complaint> complaint_about_figures(const std::vector<std::int64_t>& batches, std::size_t figures,
                                                 bool all_positive, const std::string& key);

}  // namespace shardsim
