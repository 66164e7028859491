// SPDX-License-Identifier: Apache-2.0
#include "experiment/recorder.hpp"

namespace shardsim {
namespace {

std::array<double, kSpans> in_microseconds(const Spans& spans, double divisor) {
  std::array<double, kSpans> out{};
  for (std::size_t i = 0; i < kSpans; ++i) out[i] = to_microseconds(spans.all()[i]) / divisor;
  return out;
}

}  // namespace

void Recorder::record(const Outcome& outcome) {
  latency_.record(outcome.latency.count());
  bands_.record(outcome.latency.count(), in_microseconds(outcome.spans, 1));
  embedded_ += outcome.embedded;
}

std::array<double, kSpans> Recorder::mean_embedded_us() const {
  return in_microseconds(embedded_, std::max<double>(1, static_cast<double>(count())));
}

std::pair<double, double> band_around(double q) {
  const double half = std::min(0.05, (1 - q) / 2);
  return {q - half, q + half};
}

}  // namespace shardsim
