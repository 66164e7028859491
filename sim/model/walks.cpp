// SPDX-License-Identifier: Apache-2.0
#include "model/walks.hpp"

#include <algorithm>

namespace shardsim {
namespace {

int whole_times(double times) { return static_cast<int>(std::clamp(times + 0.5, 1.0, double{kMostTimes})); }

}  // namespace

bool walked_once(const Net& net) { return !net.repeat.has_value() && net.probability >= 1 && !net.items; }

bool walked_once(const Model& model) {
  return std::all_of(model.nets.begin(), model.nets.end(), [](const Net& net) { return walked_once(net); });
}

int times_walked(const Net& net, RandomStream& random) {
  return net.repeat.has_value() ? whole_times(net.repeat->sample(random)) : 1;
}

double mean_times(const Net& net) {
  if (!net.repeat.has_value()) return 1;
  if (net.repeat->is_constant()) return whole_times(net.repeat->mean());
  constexpr int kSamples = 1000;
  const ByInversion* inversion = net.repeat->by_inversion();
  RandomStream random(0, 0, Purpose::pooling_estimate, 0);
  double sum = 0;
  for (int i = 0; i < kSamples; ++i)
    sum += inversion != nullptr ? whole_times(inversion->quantile((i + 0.5) / kSamples)) : times_walked(net, random);
  return sum / kSamples;
}

double expected_times(const Net& net) { return net.probability * mean_times(net); }

double expected_items(const Net& net, double items) {
  if (!net.items) return items;
  if (net.items->share) return std::max(std::min(items, 1.0), *net.items->share * items);
  return std::min<double>(*net.items->at_most, items);
}

}  // namespace shardsim
