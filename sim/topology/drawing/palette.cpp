// SPDX-License-Identifier: Apache-2.0
#include "topology/drawing/palette.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace shardsim::drawing {
namespace {

/// Distinct bandwidths in as many classes as there are colours, or fewer.
std::vector<BandwidthClass> classes_of(const std::vector<Bundle>& bundles) {
  static const std::array<const char*, 6> colours{"#7fa3c9", "#3b78b0", "#2b9a8b", "#a8922a", "#d9762b", "#a8285e"};
  std::set<Bandwidth> values;
  for (const Bundle& bundle : bundles) values.insert(bundle.fastest());
  const std::vector<Bandwidth> sorted(values.begin(), values.end());
  const std::size_t n = std::min(sorted.size(), colours.size());
  std::vector<BandwidthClass> out;
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t first = i * sorted.size() / n, last = (i + 1) * sorted.size() / n - 1;
    const std::size_t colour = n == 1 ? 1 : i * (colours.size() - 1) / (n - 1);
    out.push_back({sorted[first], sorted[last], colours[colour]});
  }
  return out;
}

}  // namespace

Palette::Palette(const Drawing& drawing)
    : is_dense_(drawing.bundles.size() > 250), classes_(classes_of(drawing.bundles)) {
  for (const Bundle& bundle : drawing.bundles) {
    BandwidthClass& its = classes_[class_of(bundle)];
    its.cables += bundle.cables();
    for (const NetworkLink& link : bundle.links()) its.latencies.insert(link.latency);
  }
  for (const NodeId node : drawing.nodes)
    if (drawing.is_host(node)) platforms_.emplace(drawing.graph[node].platform, 0);
  std::size_t i = 0;
  for (auto& [platform, number] : platforms_) number = i++;
}

std::size_t Palette::class_of(const Bundle& bundle) const {
  const Bandwidth fastest = bundle.fastest();
  std::size_t out = 0;
  while (classes_[out].high < fastest) ++out;
  return out;
}

double Palette::width(const Bundle& bundle) const {
  const double slowest = std::max(1.0, classes_.front().low.bytes_per_second);
  const double ratio = std::clamp(bundle.fastest().bytes_per_second / slowest, 1.0, 1e4);
  const double width = 1.2 + 1.3 * std::log10(ratio) + 1.2 * std::log2(real(bundle.cables()));
  return std::max(0.9, std::min(width, 7.0) * (is_dense_ ? 0.6 : 1));
}

const char* Palette::fill(const NetworkNode& node) const {
  static const std::array<const char*, 6> hosts{"#8ab6e0", "#a5cf8b", "#e3a6c4", "#d8c27a", "#b4a7e0", "#8fd0c9"};
  if (node.kind == NodeKind::frontend) return "#ffc98a";
  if (node.kind == NodeKind::switching) return "#ffffff";
  return hosts[platforms_.at(node.platform) % hosts.size()];
}

}  // namespace shardsim::drawing
