// SPDX-License-Identifier: Apache-2.0
#include "topology/drawing/legend.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "config/quantity.hpp"
#include "topology/drawing/shelves.hpp"
#include "topology/drawing/symbols.hpp"
#include "topology/drawing/text.hpp"

namespace shardsim::drawing {
namespace {

struct Entry {
  std::string symbol, text;
};

/// Three digits are enough for a legend.
std::string rounded(double base, const std::vector<Unit>& units) {
  const Unit* unit = &units.front();
  for (const Unit& u : units)
    if (base >= u.size) unit = &u;
  const double number = base / unit->size;
  return number < 100 ? fmt::format("{:.3g} {}", number, unit->name) : fmt::format("{:.0f} {}", number, unit->name);
}
std::string rounded(Bandwidth bandwidth) {
  static const std::vector<Unit> units{
      {"bps", 0.125}, {"kbps", 125}, {"Mbps", 1.25e5}, {"Gbps", 1.25e8}, {"Tbps", 1.25e11}};
  return bandwidth.is_unlimited() ? "unlimited" : rounded(bandwidth.bytes_per_second, units);
}
std::string rounded(Duration duration) {
  using Traits = QuantityTraits<Duration>;
  return duration == Duration::zero() ? "0 s" : rounded(Traits::base(duration), Traits::units());
}

std::string latencies_of(const BandwidthClass& c) {
  constexpr std::size_t kMostNamed = 3;
  if (c.latencies.size() > kMostNamed) return rounded(*c.latencies.begin()) + " to " + rounded(*c.latencies.rbegin());
  std::string out;
  for (const Duration latency : c.latencies) out += (out.empty() ? "" : " or ") + rounded(latency);
  return out;
}

void add_cables(std::vector<Entry>& entries, const Drawing& drawing, const Palette& palette) {
  for (const BandwidthClass& c : palette.classes()) {
    const std::string bandwidth = c.low == c.high ? rounded(c.low) : rounded(c.low) + " to " + rounded(c.high);
    entries.push_back({fmt::format("<path d=\"M0 0H26\" stroke=\"{}\" stroke-width=\"3\"/>", c.colour),
                       fmt::format("{}, {} ({})", bandwidth, latencies_of(c), counted(c.cables, "cable", "cables"))});
  }
  const auto is_one_way = [](const Bundle& bundle) { return bundle.is_one_way(); };
  if (std::any_of(drawing.bundles.begin(), drawing.bundles.end(), is_one_way))
    entries.push_back({"<path d=\"M0 0H26M10 -4L18 0L10 4\" fill=\"none\" stroke=\"#3d4650\"/>", "one way"});
}

void add_nodes(std::vector<Entry>& entries, const Drawing& drawing, const Palette& palette) {
  std::map<std::pair<NodeKind, std::string>, NodeId> samples;
  for (NodeId node = 0; node < drawing.marks.size(); ++node) {
    const bool is_told = drawing.is_host(node) && palette.tells_platforms();
    samples.emplace(std::pair(drawing.kind(node), is_told ? drawing.graph[node].platform : ""), node);
  }
  for (const auto& [what, node] : samples) {
    const auto& [kind, platform] = what;
    const Mark sample{{13, 0}, kind == NodeKind::host ? 6.0 : 9.0, 6, drawing.marks[node].label};
    entries.push_back({"<g stroke=\"#3d4650\">" + shape(kind, sample, palette.fill(drawing.graph[node])) + "</g>",
                       name_of(kind) + (platform.empty() ? "" : ": " + shortened(platform, 30))});
  }
}

}  // namespace

Legend legend_of(const Drawing& drawing, const Palette& palette, Point page) {
  std::vector<Entry> entries;
  add_cables(entries, drawing, palette);
  add_nodes(entries, drawing, palette);
  std::string out = "<g class=\"legend\" font-size=\"11\">\n";
  Point at{kMargin, page.y + 46};
  for (const Entry& entry : entries) {
    const double width = 56 + width_of(entry.text) * 11;
    if (at.x > kMargin && at.x + width > page.x) at = {kMargin, at.y + 20};
    out += fmt::format("<g transform=\"translate({:.1f} {:.1f})\">{}<text x=\"34\" y=\"4\">{}</text></g>\n", at.x, at.y,
                       entry.symbol, escaped(entry.text));
    at.x += width;
  }
  return {out + "</g>\n", at.y + kMargin};
}

}  // namespace shardsim::drawing
