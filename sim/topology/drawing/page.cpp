// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "config/error.hpp"
#include "topology/draw.hpp"
#include "topology/drawing/layers.hpp"
#include "topology/drawing/legend.hpp"
#include "topology/drawing/palette.hpp"
#include "topology/drawing/shelves.hpp"
#include "topology/drawing/springs.hpp"
#include "topology/drawing/symbols.hpp"
#include "topology/drawing/text.hpp"

namespace shardsim {
namespace drawing {
namespace {

/// "6 hosts, 1 switch, 6 cables".
std::string counts(const Drawing& drawing) {
  std::map<NodeKind, std::size_t> nodes;
  for (NodeId node = 0; node < drawing.marks.size(); ++node) ++nodes[drawing.kind(node)];
  std::size_t cables = 0;
  for (const Bundle& bundle : drawing.bundles) cables += bundle.cables();
  return fmt::format("{}, {}, {}", counted(nodes[NodeKind::host], "host", "hosts"),
                     counted(nodes[NodeKind::switching], "switch", "switches"), counted(cables, "cable", "cables"));
}

std::string header(const Drawing& drawing, const std::string& title, double page_width) {
  const auto most = static_cast<std::size_t>(std::max(20.0, (page_width - 320) / 11));
  return fmt::format(
      "<text x=\"{:.1f}\" y=\"34\" font-size=\"18\" font-weight=\"bold\">{}<tspan dx=\"14\" font-size=\"13\" "
      "font-weight=\"normal\" fill=\"#5b6470\">{}</tspan></text>\n",
      kMargin, escaped(shortened(title, most)), counts(drawing));
}

std::string body(const Drawing& drawing, const Palette& palette) {
  std::string out = fmt::format("<g fill=\"none\" stroke-opacity=\"{}\">\n", palette.opacity());
  for (const Bundle& bundle : drawing.bundles) out += cable_symbol(drawing.graph, bundle, palette);
  out += "</g>\n<g stroke=\"#3d4650\" text-anchor=\"middle\">\n";
  for (NodeId node = 0; node < drawing.marks.size(); ++node)
    out += node_symbol(drawing.graph[node], drawing.marks[node], palette);
  out += "</g>\n";
  for (const Part& part : drawing.parts)
    for (const Caption& caption : part.captions)
      out += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" font-size=\"11\" fill=\"#5b6470\">{}</text>\n", caption.at.x,
                         caption.at.y, escaped(caption.text));
  return out;
}

std::string page(Drawing& drawing, const std::string& title) {
  const Point size = put_on_shelves(drawing);
  const Palette palette(drawing);
  const Legend legend = legend_of(drawing, palette, size);
  return fmt::format(
             "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:.0f}\" "
             "height=\"{1:.0f}\" viewBox=\"0 0 {0:.0f} {1:.0f}\" font-family=\"sans-serif\" "
             "fill=\"#1f2730\">\n<title>{2}</title>\n"
             "<style>text{{stroke:none}}.host "
             "text{{stroke:#fbfcfd;stroke-width:2.5;paint-order:stroke}}</style>\n<rect width=\"100%\" height=\"100%\" "
             "fill=\"#fbfcfd\"/>\n",
             std::ceil(size.x), std::ceil(legend.bottom), escaped(title)) +
         header(drawing, title, size.x) + body(drawing, palette) + legend.svg + "</svg>\n";
}

}  // namespace
}  // namespace drawing

std::string draw_svg(const NetworkGraph& graph, const std::string& title) {
  if (boost::num_vertices(graph) > kMostDrawn)
    throw InputError(
        fmt::format("a picture holds at most {} nodes; this network has {}", kMostDrawn, boost::num_vertices(graph)));
  drawing::Drawing picture(graph);
  for (drawing::Part& part : picture.parts) {
    if (is_layered(picture, part))
      lay_out_in_layers(picture, part);
    else
      lay_out_by_springs(picture, part);
  }
  return drawing::page(picture, title);
}

}  // namespace shardsim
