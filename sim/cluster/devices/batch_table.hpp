// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
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

/// What is wrong with sizes of batches, the list `key`, if anything is: they rise, from at least 1.
template <class Size>
std::optional<Complaint> complaint_about_sizes(const std::string& key, const std::vector<Size>& sizes) {
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const std::string place = fmt::format("{}/{}", key, i);
    if (sizes[i] < 1) return Complaint{place, fmt::format("found {}; expected at least 1", sizes[i])};
    if (i > 0 && sizes[i] <= sizes[i - 1])
      return Complaint{place, fmt::format("found {} after {}; expected rising sizes", sizes[i], sizes[i - 1])};
  }
  return std::nullopt;
}

/// What is wrong with the fields `batch` and `models` of figures that are known by size and model, if anything is.
template <class Figure>
std::optional<Complaint> complaint_about_tables(const std::vector<std::int64_t>& batch,
                                                const ByName<std::vector<Figure>>& models) {
  if (batch.empty()) return Complaint{"batch", "found an empty list; expected the sizes that were measured"};
  if (auto complaint = complaint_about_sizes("batch", batch)) return complaint;
  for (const auto& [model, figures] : models) {
    const std::string key = "models/" + model;
    if (figures.size() != batch.size())
      return Complaint{key, fmt::format("found {} figures; expected {}, one for each size in 'batch'", figures.size(),
                                        batch.size())};
    if (std::any_of(figures.begin(), figures.end(), [](const Figure& figure) { return figure <= Figure{}; }))
      return Complaint{key, "expected figures of more than 0"};
  }
  return std::nullopt;
}

}  // namespace shardsim
