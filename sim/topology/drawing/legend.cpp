// SPDX-License-Identifier: Apache-2.0
#include "topology/drawing/legend.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "config/quantity.hpp"
#include "topology/drawing/boxes.hpp"
#include "topology/drawing/text.hpp"

namespace shardsim::drawing {
namespace {

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

/// A cell of the legend's row: a little picture, and what it means.
std::string entry(const std::string& symbol, const std::string& text) {
  return fmt::format("<td>{}</td><td>{}&nbsp;&nbsp;</td>", symbol, escaped(text));
}

std::string cables_of(const Drawing& drawing, const Palette& palette) {
  std::string out;
  for (const BandwidthClass& c : palette.classes()) {
    const std::string bandwidth = c.low == c.high ? rounded(c.low) : rounded(c.low) + " to " + rounded(c.high);
    out += entry(fmt::format("<font color=\"{}\"><b>\u2501\u2501</b></font>", c.colour),
                 fmt::format("{}, {} ({})", bandwidth, latencies_of(c), counted(c.cables, "cable", "cables")));
  }
  const auto is_one_way = [](const Bundle& bundle) { return bundle.is_one_way(); };
  if (std::any_of(drawing.bundles.begin(), drawing.bundles.end(), is_one_way)) out += entry("\u2192", "one way");
  return out;
}

std::string nodes_of(const Drawing& drawing, const Palette& palette) {
  std::map<std::pair<NodeKind, std::string>, const char*> fills;
  for (const NodeId node : drawing.nodes) {
    const bool is_told = drawing.is_host(node) && palette.tells_platforms();
    fills.emplace(std::pair(drawing.kind(node), is_told ? drawing.graph[node].platform : ""),
                  palette.fill(drawing.graph[node]));
  }
  std::string out;
  for (const auto& [what, fill] : fills) {
    const auto& [kind, platform] = what;
    out += entry(fmt::format("<table border=\"0\" cellborder=\"1\" cellspacing=\"0\"><tr><td bgcolor=\"{}\" "
                             "fixedsize=\"true\" width=\"14\" height=\"12\"></td></tr></table>",
                             fill),
                 name_of(kind) + (platform.empty() ? "" : ": " + shortened(platform, 30)));
  }
  return out;
}

/// "6 hosts, 1 switch, 6 cables".
std::string counts(const Drawing& drawing) {
  std::map<NodeKind, std::size_t> nodes;
  for (const NodeId node : drawing.nodes) ++nodes[drawing.kind(node)];
  std::size_t cables = 0;
  for (const Bundle& bundle : drawing.bundles) cables += bundle.cables();
  return fmt::format("{}, {}, {}", counted(nodes[NodeKind::host], "host", "hosts"),
                     counted(nodes[NodeKind::switching], "switch", "switches"), counted(cables, "cable", "cables"));
}

}  // namespace

std::string legend_of(const Drawing& drawing, const Palette& palette, const std::string& title) {
  const std::string row = cables_of(drawing, palette) + nodes_of(drawing, palette);
  return fmt::format(
      "<table border=\"0\" cellborder=\"0\"><tr><td>&nbsp;</td></tr>"
      "<tr><td><font point-size=\"18\"><b>{}</b></font></td></tr><tr><td>{}</td></tr>{}</table>",
      escaped(shortened(title, 80)), counts(drawing),
      row.empty() ? ""
                  : fmt::format("<tr><td><table border=\"0\" cellborder=\"0\" cellpadding=\"0\"><tr>{}</tr></table>"
                                "</td></tr>",
                                row));
}

}  // namespace shardsim::drawing
