// SPDX-License-Identifier: Apache-2.0
#include "cluster/devices/accelerator_speed.hpp"

#include "model/walks.hpp"

namespace shardsim {
namespace {

double ps_of(const LinearTime& time, double rows) { return time.fixed_ps + time.per_row_ps * rows; }

}  // namespace

DenseOnCore::DenseOnCore(const Model& model, const CoreFigures& core) {
  for (const Net& net : model.nets) {
    times_.push_back(dense_times(net, core));
    walked_.push_back(expected_times(net));
  }
}

double DenseOnCore::ps(const DeviceWork& work) const {
  const auto rows = static_cast<double>(work.rows);
  const DenseTimes& times = times_[work.net];
  return (work.bottom ? ps_of(times.before, rows) : 0) + (work.top ? ps_of(times.after, rows) : 0);
}

double DenseOnCore::share(const DeviceWork& work) const {
  double all = 0;
  for (std::size_t net = 0; net < times_.size(); ++net) {
    DeviceWork whole = work;
    whole.net = net;
    whole.bottom = whole.top = true;
    all += walked_[net] * ps(whole);
  }
  return all > 0 ? ps(work) / all : 1;
}

}  // namespace shardsim
