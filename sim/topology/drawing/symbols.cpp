// SPDX-License-Identifier: Apache-2.0
#include "topology/drawing/symbols.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "config/quantity.hpp"
#include "topology/drawing/text.hpp"

namespace shardsim::drawing {
namespace {

std::string polygon(const std::vector<Point>& corners, const std::string& attributes) {
  std::string points;
  for (const Point p : corners) points += fmt::format("{}{:.1f},{:.1f}", points.empty() ? "" : " ", p.x, p.y);
  return fmt::format("<polygon points=\"{}\" {}/>", points, attributes);
}

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

std::string tooltip(const NetworkGraph& graph, const Bundle& bundle) {
  const std::string a = escaped(graph[bundle.a].name), b = escaped(graph[bundle.b].name);
  const std::string there = described(bundle.there), back = described(bundle.back);
  if (there == back) return fmt::format("{} \u2013 {}: {}", a, b, there);
  std::string out;
  if (!there.empty()) out = fmt::format("{} \u2192 {}: {}", a, b, there);
  if (!back.empty()) out += fmt::format("{}{} \u2192 {}: {}", out.empty() ? "" : "\n", b, a, back);
  return out;
}

std::string path(const Bundle& bundle) {
  const std::vector<Point>& course = bundle.course;
  std::string out = fmt::format("M{:.1f} {:.1f}", course[0].x, course[0].y);
  if (bundle.bow != 0) {
    const Point control = (course[0] + course[1]) * 0.5 - Point{0, bundle.bow};
    return out + fmt::format("Q{:.1f} {:.1f} {:.1f} {:.1f}", control.x, control.y, course[1].x, course[1].y);
  }
  for (std::size_t i = 1; i < course.size(); ++i) out += fmt::format("L{:.1f} {:.1f}", course[i].x, course[i].y);
  return out;
}

/// An arrow head on a one-way link, in the middle of its last straight piece, where no node covers it.
std::string arrow(const Bundle& bundle, const std::string& colour, double width) {
  Point from = bundle.course.end()[-2], to = bundle.course.back();
  const Point middle = (from + to) * 0.5 - Point{0, bundle.bow / 2};
  if (bundle.there.empty()) std::swap(from, to);
  const double size = 5 + 1.5 * width, long_way = std::max(1e-6, length(to - from));
  const Point along = (to - from) * (size / long_way), across{-along.y * 0.5, along.x * 0.5};
  return polygon({middle + along, middle - along * 0.4 + across, middle - along * 0.4 - across},
                 fmt::format("fill=\"{}\" stroke=\"none\"", colour));
}

std::string label(const Mark& mark) {
  if (mark.font <= 0) return "";
  double y = mark.at.y + 0.35 * mark.font;
  if (mark.side == Side::below) y = mark.at.y + mark.half_height + mark.font;
  if (mark.side == Side::above) y = mark.at.y - mark.half_height - 3;
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" font-size=\"{:.1f}\">{}</text>", mark.at.x, y, mark.font,
                     escaped(mark.label));
}

}  // namespace

const char* name_of(NodeKind kind) {
  if (kind == NodeKind::host) return "host";
  return kind == NodeKind::switching ? "switch" : "frontend";
}

std::string shape(NodeKind kind, const Mark& m, const char* fill) {
  const double h = m.half_height, left = m.at.x - m.half_width, right = left + 2 * m.half_width, top = m.at.y - h,
               bottom = top + 2 * h;
  if (kind == NodeKind::frontend)
    return polygon(
        {{left - h, m.at.y}, {left, top}, {right, top}, {right + h, m.at.y}, {right, bottom}, {left, bottom}},
        fmt::format("fill=\"{}\"", fill));
  if (kind == NodeKind::switching && m.label.empty())
    return fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{:.1f}\" fill=\"{}\"/>", m.at.x, m.at.y, h, fill);
  return fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" rx=\"3\" fill=\"{}\"/>", left,
                     top, 2 * m.half_width, 2 * h, fill);
}

std::string node_symbol(const NetworkNode& node, const Mark& mark, const Palette& palette) {
  const char* kind = name_of(node.kind);
  const std::string platform = node.platform.empty() ? "" : "\n" + escaped(node.platform);
  return fmt::format("<g class=\"{}\"><title>{}\n{}{}</title>{}{}</g>\n", kind, escaped(node.name), kind, platform,
                     shape(node.kind, mark, palette.fill(node)), label(mark));
}

std::string cable_symbol(const NetworkGraph& graph, const Bundle& bundle, const Palette& palette) {
  const std::string& colour = palette.colour(bundle);
  const double width = palette.width(bundle);
  return fmt::format(
      "<g class=\"cable\"><title>{}</title><path d=\"{}\" stroke=\"{}\" stroke-width=\"{:.1f}\"/>{}</g>\n",
      tooltip(graph, bundle), path(bundle), colour, width, bundle.is_one_way() ? arrow(bundle, colour, width) : "");
}

}  // namespace shardsim::drawing
