// SPDX-License-Identifier: Apache-2.0
#include "model/cost.hpp"

namespace shardsim {
namespace {

double flop_per_row(const std::vector<int>& widths) {
  double flop = 0;
  for (std::size_t i = 1; i < widths.size(); ++i) flop += 2.0 * widths[i - 1] * widths[i];
  return flop;
}

double flop_per_row(const Interaction& interaction, const Net& net) {
  // All vectors of a dot are of one length: a model's check.
  const double dim = net.tables.empty() ? 0 : net.tables.front().dim;
  const double vectors = static_cast<double>(net.tables.size()) + (net.bottom_mlp ? 1 : 0);
  switch (interaction.kind) {
    case InteractionKind::concat:
      return 0;
    case InteractionKind::dot:
      return 2.0 * dim * vectors * (vectors - 1) / 2;
    case InteractionKind::low_rank_cross:
      return 4.0 * interaction.layers * interaction.rank * static_cast<double>(features_width(net));
  }
  return 0;
}

LinearTime compute_time(double flop, const CoreFigures& core) {
  const double per_row = flop / (core.flops.flop_per_second * core.efficiency) * 1e12;
  return {per_row * core.half_efficiency_rows, per_row};
}

template <class Operator>
LinearTime measured_time(const Operator& op) {
  return {static_cast<double>(op.time.count()), static_cast<double>(op.time_per_item.count())};
}

}  // namespace

DenseTimes dense_times(const Net& net, const CoreFigures& core) {
  DenseTimes times;
  if (net.bottom_mlp) {
    times.before += compute_time(flop_per_row(net.bottom_mlp->layers), core);
    times.before += measured_time(*net.bottom_mlp);
  }
  if (net.interaction) {
    times.after += compute_time(flop_per_row(*net.interaction, net), core);
    times.after += measured_time(*net.interaction);
  }
  for (const RepeatedLayers& r : net.repeated) times.after += compute_time(r.times * flop_per_row(r.layers), core);
  for (const Attention& a : net.attention) times.after += compute_time(flop_of(a), core);
  for (const Recurrent& r : net.recurrent) times.after += compute_time(flop_of(r), core);
  if (net.top_mlp) {
    times.after += compute_time(flop_per_row(top_widths(net)), core);
    times.after += measured_time(*net.top_mlp);
  }
  return times;
}

double lookup_ps(const Table& table, const LookupFigures& figures) {
  return static_cast<double>(figures.time.count()) + duplicate_ps(table, figures);
}

double duplicate_ps(const Table& table, const LookupFigures& figures) {
  return static_cast<double>(figures.time_per_byte.count()) * static_cast<double>(table.row_bytes().count);
}

template <>
void describe(Describe<CoreFigures>& d) {
  d.object("core", "dense compute of one core");
  d.required("flops", &CoreFigures::flops, "peak").more_than(ComputeRate{0});
  d.required("efficiency", &CoreFigures::efficiency, "share of the peak that large batches reach")
      .more_than(0)
      .at_most(1);
  d.required("half_efficiency_rows", &CoreFigures::half_efficiency_rows,
             "rows of a batch at which half of that is reached")
      .at_least(0)
      .at_most(1e6);
}

template <>
void describe(Describe<LookupFigures>& d) {
  d.object("lookup", "one embedding lookup, gathered and pooled on one core");
  d.required("time", &LookupFigures::time, "fixed time of a lookup");
  d.required("time_per_byte", &LookupFigures::time_per_byte, "time for each byte of the row");
  d.optional("bag_time", &LookupFigures::bag_time,
             "fixed time of a bag, whatever is in it: its vector is cleared, and written");
}

}  // namespace shardsim
