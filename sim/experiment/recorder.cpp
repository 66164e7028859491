// SPDX-License-Identifier: Apache-2.0
#include "experiment/recorder.hpp"

namespace shardsim {

void Recorder::record(const Outcome& o) {
  latency_.record(o.latency.count());
  Sums& sums = bands_.observe(o.latency.count());
  for (std::size_t i = 0; i < kSpans; ++i) {
    sums.spans_us[i] += to_microseconds(o.spans.all()[i]);
    embedded_[i] += o.embedded.all()[i];
  }
  sums.size.items += o.items;
  sums.size.lookups += static_cast<double>(o.lookups);
  sums.size.batches += o.batches;
  for (const auto& [link, time] : o.spans.links().entries()) add(sums, Detail::link_us, link, to_microseconds(time));
  for (const auto& [host, time] : o.spans.queues().entries()) add(sums, Detail::queue_us, host, to_microseconds(time));
  for (std::size_t n = 0; n < o.last_targets.size(); ++n)
    add(sums, Detail::last_target, number_of_last(n, o.last_targets[n]), 1);
  add(sums, Detail::last_batch, o.last_batch, 1);
}

void Recorder::merge(const Recorder& other) {
  latency_.merge(other.latency_);
  std::vector<std::size_t> place(other.place_of_.size());
  for (const auto& [key, its] : other.place_of_)
    place[its] = place_of_.try_emplace(key, place_of_.size()).first->second;
  bands_.merge(other.bands_, [&](Sums& into, const Sums& from) {
    for (std::size_t i = 0; i < kSpans; ++i) into.spans_us[i] += from.spans_us[i];
    into.size.items += from.size.items;
    into.size.lookups += from.size.lookups;
    into.size.batches += from.size.batches;
    if (into.details.size() < place_of_.size()) into.details.resize(place_of_.size());
    for (std::size_t i = 0; i < from.details.size(); ++i) into.details[place[i]] += from.details[i];
  });
  for (std::size_t i = 0; i < kSpans; ++i) embedded_[i] += other.embedded_[i];
}

void Recorder::add(Sums& sums, Detail kind, std::uint64_t number, double value) {
  const std::size_t place = place_of_.try_emplace(key_of(kind, number), place_of_.size()).first->second;
  if (place >= sums.details.size()) sums.details.resize(place + 1);
  sums.details[place] += value;
}

std::array<double, kSpans> Recorder::mean_spans_us(double low, double high) const {
  std::array<double, kSpans> means{};
  bands_.average(low, high, [&](const Sums& sums, double factor) {
    for (std::size_t i = 0; i < kSpans; ++i) means[i] += sums.spans_us[i] * factor;
  });
  return means;
}

std::map<std::uint64_t, double> Recorder::mean_details(Detail kind, double low, double high) const {
  std::map<std::uint64_t, double> means;
  bands_.average(low, high, [&](const Sums& sums, double factor) {
    for (const auto& [key, place] : place_of_)
      if (place < sums.details.size() && key == key_of(kind, key >> kKindBits))
        means[key >> kKindBits] += sums.details[place] * factor;
  });
  return means;
}

Recorder::Size Recorder::mean_size(double low, double high) const {
  Size mean;
  bands_.average(low, high, [&](const Sums& sums, double factor) {
    mean.items += sums.size.items * factor;
    mean.lookups += sums.size.lookups * factor;
    mean.batches += sums.size.batches * factor;
  });
  return mean;
}

std::array<double, kSpans> Recorder::mean_embedded_us() const {
  std::array<double, kSpans> means{};
  for (std::size_t i = 0; i < kSpans; ++i)
    means[i] = to_microseconds(embedded_[i]) / std::max<double>(1, static_cast<double>(count()));
  return means;
}

std::pair<double, double> band_around(double q) {
  const double half = std::min(0.05, (1 - q) / 2);
  return {q - half, q + half};
}

}  // namespace shardsim
