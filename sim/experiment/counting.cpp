// SPDX-License-Identifier: Apache-2.0
#include "experiment/counting.hpp"

namespace shardsim {
namespace {

// Queries held back; bounds the memory they take.
constexpr std::int64_t kMostHeld = 1 << 15;

}  // namespace

Counting::Counting(Warmup warmup, std::int64_t queries, std::optional<Duration> objective)
    : objective_(objective),
      settled_(warmup.queries.has_value()),
      warmup_(warmup.queries.value_or(0)),
      longest_(std::min(queries / 2, kMostHeld)) {}

void Counting::observe(const Outcome& outcome) {
  const auto number = static_cast<std::int64_t>(outcome.id);
  if (settled_) {
    if (number >= warmup_) count(outcome);
    return;
  }
  if (!outcome.failed) means_.record(outcome.id, static_cast<double>(outcome.latency.count()));
  if (number < longest_)
    held_.push_back(outcome);
  else
    count(outcome);
}

void Counting::settle() {
  if (settled_) return;
  settled_ = true;
  const std::vector<double> means = means_.means();
  const std::size_t cut = transient_cut(means);
  const auto found = static_cast<std::int64_t>(cut * means_.width());
  steady_ = 2 * cut < means.size() && found <= longest_;
  warmup_ = std::min(found, longest_);
  for (; !held_.empty(); held_.pop_front())
    if (static_cast<std::int64_t>(held_.front().id) >= warmup_) count(held_.front());
}

void Counting::count(const Outcome& outcome) {
  const bool in_time = !outcome.failed && (!objective_ || outcome.latency <= *objective_);
  answered_.front().record(outcome.id, in_time ? 1 : 0, {});
  if (outcome.failed) {
    ++failed_;
    return;
  }
  recorder_.record(outcome);
  std::array<double, kQuantities> quantities{};
  quantities[kCpuQuantity] = to_microseconds(outcome.cpu);
  outcome.spans.for_each(
      [&](std::size_t i, Duration time) { quantities[kFirstSpanQuantity + i] = to_microseconds(time); });
  std::size_t place = kFirstQueryFigure;
  for (const QueryFigure& figure : kQueryFigures) quantities[place++] = figure.of(outcome);
  sections_.front().record(outcome.id, outcome.latency.count(), quantities);
}

}  // namespace shardsim
