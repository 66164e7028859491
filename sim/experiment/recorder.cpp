// SPDX-License-Identifier: Apache-2.0
#include "experiment/recorder.hpp"

#include "serving/walks.hpp"

namespace shardsim {

std::size_t DetailPlaces::new_place(Key key) {
  Halves& halves = places_[static_cast<std::size_t>(key.kind)];
  const auto [high, low] = halves_of(key.number);
  if (high >= halves.size()) halves.resize(high + 1);
  if (low >= halves[high].size()) halves[high].resize(low + 1, kNone);
  halves[high][low] = static_cast<std::uint32_t>(keys_.size());
  keys_.push_back(key);
  return halves[high][low];
}

void Recorder::record(const Outcome& o) {
  latency_.record(o.latency.count());
  if (!kinds_.empty()) kinds_[o.kind].record(o.latency.count());
  Sums& sums = bands_.observe(o.latency.count());
  o.spans.for_each([&](std::size_t i, Duration time) { sums.spans_us[i] += to_microseconds(time); });
  o.embedded.for_each([&](std::size_t i, Duration time) { embedded_[i] += time; });
  sums.size.items += o.items;
  sums.size.lookups += static_cast<double>(o.lookups);
  sums.size.batches += o.batches;
  for (const auto& [link, time] : o.spans.links().entries()) add(sums, Detail::link_us, link, to_microseconds(time));
  for (const auto& [host, time] : o.spans.queues().entries()) add(sums, Detail::queue_us, host, to_microseconds(time));
  for (std::size_t n = 0; n < o.last_targets.size(); ++n) {
    const LastTarget last = last_target(n, o.last_targets[n]);
    add(sums, Detail::last_target, number_of_last(last.place, last.target), 1);
  }
  add(sums, Detail::last_batch, o.last_batch, 1);
}

void Recorder::merge(const Recorder& other) {
  for (std::size_t k = 0; k < kinds_.size(); ++k) kinds_[k].merge(other.kinds_[k]);
  latency_.merge(other.latency_);
  std::vector<std::size_t> place;
  for (const DetailPlaces::Key& key : other.places_.keys()) place.push_back(places_.place_of(key));
  bands_.merge(other.bands_, [&](Sums& into, const Sums& from) {
    for (std::size_t i = 0; i < kSpans; ++i) into.spans_us[i] += from.spans_us[i];
    into.size.items += from.size.items;
    into.size.lookups += from.size.lookups;
    into.size.batches += from.size.batches;
    from.details.for_each([&](std::size_t its, double sum) {
      if (sum != 0) into.details.add(place[its], sum);
    });
  });
  for (std::size_t i = 0; i < kSpans; ++i) embedded_[i] += other.embedded_[i];
}

std::array<double, kSpans> Recorder::mean_spans_us(double low, double high) const {
  std::array<double, kSpans> means{};
  bands_.average(low, high, [&](const Sums& sums, double factor) {
    for (std::size_t i = 0; i < kSpans; ++i) means[i] += sums.spans_us[i] * factor;
  });
  return means;
}

std::map<std::uint64_t, double> Recorder::mean_details(Detail kind, double low, double high) const {
  const std::vector<DetailPlaces::Key>& keys = places_.keys();
  std::vector<double> of_place(keys.size());
  bands_.average(low, high, [&](const Sums& sums, double factor) {
    sums.details.for_each([&](std::size_t place, double sum) {
      if (sum != 0) of_place[place] += sum * factor;
    });
  });
  std::map<std::uint64_t, double> means;
  for (std::size_t place = 0; place < keys.size(); ++place)
    if (keys[place].kind == kind && of_place[place] != 0) means[keys[place].number] = of_place[place];
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
