// SPDX-License-Identifier: Apache-2.0
#include "topology/drawing/boxes.hpp"

#include <fmt/format.h>

#include <cmath>
#include <map>

#include "config/quantity.hpp"
#include "topology/drawing/text.hpp"

namespace shardsim::drawing {
namespace {

constexpr double kFont = 11, kHostFont = 8, kHostCell = 9;
constexpr const char* kTells = "target=\"_self\" ";  // without it Graphviz leaves out the tip of a cell

/// "25 Gbps, 1 us x2; 10 Gbps, 2 us".
std::string described(const std::vector<NetworkLink>& links) {
  std::map<std::pair<double, Duration>, std::size_t> alike;
  for (const NetworkLink& link : links) ++alike[{-link.bandwidth.bytes_per_second, link.latency}];
  std::string out;
  for (const auto& [figures, count] : alike)
    out += fmt::format("{}{}, {}{}", out.empty() ? "" : "; ", to_text(Bandwidth{-figures.first}),
                       to_text(figures.second), count > 1 ? fmt::format(" x{}", count) : "");
  return out;
}

std::string tip_of(const NetworkGraph& graph, const Bundle& bundle) {
  const std::string a = escaped_tip(graph[bundle.a].name), b = escaped_tip(graph[bundle.b].name);
  const std::string there = described(bundle.there), back = described(bundle.back);
  if (there == back) return fmt::format("{} \u2013 {}: {}", a, b, there);
  std::string out;
  if (!there.empty()) out = fmt::format("{} \u2192 {}: {}", a, b, there);
  if (!back.empty()) out += fmt::format("{}{} \u2192 {}: {}", out.empty() ? "" : "&#10;", b, a, back);
  return out;
}

}  // namespace

const char* name_of(NodeKind kind) {
  if (kind == NodeKind::host) return "host";
  return kind == NodeKind::switching ? "switch" : "frontend";
}

Boxes::Boxes(const Drawing& drawing, const Palette& palette) : drawing_(drawing), palette_(palette) {
  constexpr std::size_t kMostBoxesNamed = 160, kMostHostsNamed = 120;
  std::size_t boxes = 0;
  for (const NodeId node : drawing.nodes) boxes += drawing.has_box(node) ? 1 : 0;
  names_boxes_ = boxes <= kMostBoxesNamed;
  names_hosts_ = drawing.nodes.size() - boxes <= kMostHostsNamed;
}

std::string Boxes::label(NodeId node) const {
  constexpr std::size_t kLongest = 18;
  return names_boxes_ ? shortened(drawing_.graph[node].name, kLongest) : "";
}

/// Without the name of its switch, which stands above it.
std::string Boxes::host_label(NodeId host) const {
  constexpr std::size_t kLongest = 12;
  if (!names_hosts_) return "";
  const std::string &name = drawing_.graph[host].name, box = drawing_.graph[drawing_.neighbours[host][0]].name + "/";
  return shortened(name.starts_with(box) && name != box ? name.substr(box.size()) : name, kLongest);
}

double Boxes::host_width(NodeId node) const {
  double widest = kHostCell;
  for (const NodeId host : drawing_.hosts_on[node])
    widest = std::max(widest, names_hosts_ ? width_of(host_label(host)) * kHostFont + 6 : 0);
  return widest + 2;
}

std::size_t Boxes::columns(NodeId node) const {
  const std::size_t hosts = drawing_.hosts_on[node].size();
  if (names_hosts_ && hosts <= 4) return hosts;
  const double cell = host_width(node) / (names_hosts_ ? 16 : kHostCell + 2);
  return std::max<std::size_t>(2, static_cast<std::size_t>(std::ceil(std::sqrt(real(hosts) / cell))));
}

double Boxes::width(NodeId node) const {
  const double hosts = drawing_.hosts_on[node].empty() ? 0 : real(columns(node)) * host_width(node);
  return std::max(width_of(label(node)) * kFont + 14, hosts + 4);
}

double Boxes::height(NodeId node) const {
  const std::size_t hosts = drawing_.hosts_on[node].size();
  if (hosts == 0) return 24;
  return 24 + std::ceil(real(hosts) / real(columns(node))) * (names_hosts_ ? 16 : kHostCell + 2);
}

std::string Boxes::tip(NodeId node) const {
  const NetworkNode& its = drawing_.graph[node];
  return fmt::format("{}&#10;{}{}", escaped_tip(its.name), name_of(its.kind),
                     its.platform.empty() ? "" : "&#10;" + escaped_tip(its.platform));
}

/// Bordered by the colour of its cable, and telling its figures.
std::string Boxes::host_cell(NodeId host) const {
  const Bundle& cable = *drawing_.uplink[host];
  const std::string name = escaped(host_label(host));
  return fmt::format("<td bgcolor=\"{}\" color=\"{}\" {}tooltip=\"{}&#10;{}\" {}>{}</td>",
                     palette_.fill(drawing_.graph[host]), palette_.colour(cable), kTells, tip(host),
                     tip_of(drawing_.graph, cable),
                     name.empty() ? fmt::format("fixedsize=\"true\" width=\"{0}\" height=\"{0}\"", kHostCell) : "",
                     name.empty() ? "" : fmt::format("<font point-size=\"{}\">{}</font>", kHostFont, name));
}

std::string Boxes::host_rows(NodeId node) const {
  const std::vector<NodeId>& hosts = drawing_.hosts_on[node];
  std::string out;
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    const bool is_first = i % columns(node) == 0;
    out += (is_first ? (i == 0 ? "<tr>" : "</tr><tr>") : "") + host_cell(hosts[i]);
  }
  return out.empty() ? "" : out + "</tr>";
}

std::string Boxes::box(NodeId node, const std::string& place) const {
  const std::string name = escaped(label(node));
  return fmt::format(
      "n{}[class=\"{}\"{} label=<<table border=\"0\" cellborder=\"1\" cellspacing=\"2\" cellpadding=\"1\"><tr>"
      "<td port=\"p\" colspan=\"{}\" style=\"rounded\" bgcolor=\"{}\" cellpadding=\"3\" {}tooltip=\"{}\">{}</td></tr>{}"
      "</table>>];\n",
      node, name_of(drawing_.kind(node)), place,
      std::max<std::size_t>(1, std::min(columns(node), drawing_.hosts_on[node].size())),
      palette_.fill(drawing_.graph[node]), kTells, tip(node), name.empty() ? "&nbsp;" : name, host_rows(node));
}

std::string Boxes::line(const Bundle& bundle) const {
  const bool is_back = bundle.there.empty();
  return fmt::format("n{}:p--n{}:p[class=\"cable\" color=\"{}c0\" penwidth=\"{:.1f}\" tooltip=\"{}\"{}];\n", bundle.a,
                     bundle.b, palette_.colour(bundle), palette_.width(bundle), tip_of(drawing_.graph, bundle),
                     bundle.is_one_way() ? is_back ? " dir=back" : " dir=forward" : "");
}

}  // namespace shardsim::drawing
