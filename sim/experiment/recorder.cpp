// SPDX-License-Identifier: Apache-2.0
#include "experiment/recorder.hpp"

namespace shardsim {
namespace {

std::array<double, kSpans> in_microseconds(const std::array<Duration, kSpans>& spans, double divisor) {
  std::array<double, kSpans> out{};
  for (std::size_t i = 0; i < kSpans; ++i) out[i] = to_microseconds(spans[i]) / divisor;
  return out;
}

}  // namespace

void Recorder::record(const Outcome& outcome) {
  latency_.record(outcome.latency.count());
  bands_.record(outcome.latency.count(), in_microseconds(outcome.spans.all(), 1));
  std::vector<double>& link_sums = link_bands_.observe(outcome.latency.count());
  for (const LinkTimes::Entry& entry : outcome.spans.links().entries()) {
    const auto place = place_of_link_.try_emplace(entry.link, place_of_link_.size()).first->second;
    if (place >= link_sums.size()) link_sums.resize(place + 1);
    link_sums[place] += static_cast<double>(entry.microseconds);
  }
  for (std::size_t i = 0; i < kSpans; ++i) embedded_[i] += outcome.embedded.all()[i];
}

void Recorder::merge(const Recorder& other) {
  latency_.merge(other.latency_);
  bands_.merge(other.bands_);
  std::vector<std::uint32_t> place(other.place_of_link_.size());
  for (const auto& [link, its] : other.place_of_link_)
    place[its] = place_of_link_.try_emplace(link, place_of_link_.size()).first->second;
  link_bands_.merge(other.link_bands_, [&](std::vector<double>& into, const std::vector<double>& from) {
    if (into.size() < place_of_link_.size()) into.resize(place_of_link_.size());
    for (std::size_t i = 0; i < from.size(); ++i) into[place[i]] += from[i];
  });
  for (std::size_t i = 0; i < kSpans; ++i) embedded_[i] += other.embedded_[i];
}

std::map<std::uint32_t, double> Recorder::mean_link_us(double low, double high) const {
  std::map<std::uint32_t, double> means;
  link_bands_.average(low, high, [&](const std::vector<double>& sums, double factor) {
    for (const auto& [link, place] : place_of_link_)
      if (place < sums.size()) means[link] += sums[place] * factor;
  });
  return means;
}

std::array<double, kSpans> Recorder::mean_embedded_us() const {
  return in_microseconds(embedded_, std::max<double>(1, static_cast<double>(count())));
}

std::pair<double, double> band_around(double q) {
  const double half = std::min(0.05, (1 - q) / 2);
  return {q - half, q + half};
}

}  // namespace shardsim
