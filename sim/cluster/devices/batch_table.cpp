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

}  // namespace shardsim
