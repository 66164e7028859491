// SPDX-License-Identifier: Apache-2.0
#include "cluster/devices/batch_table.hpp"

#include <algorithm>
#include <cmath>

namespace shardsim {

BatchTable::BatchTable(std::vector<std::int64_t> batches, std::vector<double> figures)
    : batches_(std::move(batches)), figures_(std::move(figures)) {
  for (const std::int64_t batch : batches_) logs_.push_back(std::log(static_cast<double>(batch)));
}

double BatchTable::at(std::int64_t batch) const {
  if (batch <= batches_.front()) return figures_.front();
  if (batch >= batches_.back()) return figures_.back();
  const auto above =
      static_cast<std::size_t>(std::upper_bound(batches_.begin(), batches_.end(), batch) - batches_.begin());
  const double part = (std::log(static_cast<double>(batch)) - logs_[above - 1]) / (logs_[above] - logs_[above - 1]);
  return figures_[above - 1] + part * (figures_[above] - figures_[above - 1]);
}

std::optional<Complaint> complaint_about_batches(const std::vector<std::int64_t>& batches) {
  if (batches.empty()) return Complaint{"batch", "found an empty list; expected the sizes that were measured"};
  for (std::size_t i = 0; i < batches.size(); ++i) {
    const std::string place = fmt::format("batch/{}", i);
    if (batches[i] < 1) return Complaint{place, fmt::format("found {}; expected at least 1", batches[i])};
    if (i > 0 && batches[i] <= batches[i - 1])
      return Complaint{place, fmt::format("found {} after {}; expected rising sizes", batches[i], batches[i - 1])};
  }
  return std::nullopt;
}

std::optional<Complaint> complaint_about_figures(const std::vector<std::int64_t>& batches, std::size_t figures,
                                                 bool all_positive, const std::string& key) {
  if (figures != batches.size())
    return Complaint{
        key, fmt::format("found {} figures; expected {}, one for each size in 'batch'", figures, batches.size())};
  if (!all_positive) return Complaint{key, "expected figures of more than 0"};
  return std::nullopt;
}

}  // namespace shardsim
