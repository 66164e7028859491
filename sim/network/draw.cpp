// SPDX-License-Identifier: Apache-2.0
#include "network/draw.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numbers>
#include <numeric>
#include <set>
#include <string_view>
#include <vector>

#include "config/error.hpp"
#include "config/quantity.hpp"

namespace shardsim {
namespace {

// ---------------------------------------------------------------------------------------------------------------- text

constexpr const char* kEllipsis = "\u2026";
constexpr const char* kNotShown = "\uFFFD";  // for what XML cannot hold

std::size_t length_of_character(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead < 0xC2 || lead > 0xF4) return 0;
  return lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}

/// The first character of `text`, empty when it is not UTF-8 or nothing that XML may hold.
std::string_view first_character(std::string_view text) {
  const std::size_t length = length_of_character(static_cast<unsigned char>(text[0]));
  if (length == 0 || length > text.size()) return {};
  const std::string_view character = text.substr(0, length);
  for (const char c : character.substr(1))
    if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) return {};
  const bool is_control = static_cast<unsigned char>(text[0]) < 0x20 || text[0] == 0x7F;
  const bool is_surrogate = character >= "\xED\xA0\x80" && character < "\xEE\x80\x80";
  const bool is_no_character = character == "\xEF\xBF\xBE" || character == "\xEF\xBF\xBF";
  const bool is_outside = character >= "\xF4\x90" || (length == 3 && character < "\xE0\xA0") ||
                          (length == 4 && character < "\xF0\x90");  // beyond Unicode, or longer than need be
  return is_control || is_surrogate || is_no_character || is_outside ? std::string_view() : character;
}

std::vector<std::string> characters(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::string_view character = first_character(text);
    out.emplace_back(character.empty() ? std::string_view(kNotShown) : character);
    text.remove_prefix(std::max<std::size_t>(1, character.size()));
  }
  return out;
}

std::string escaped(std::string_view text) {
  static const std::map<std::string, std::string, std::less<>> entities{
      {"<", "&lt;"}, {">", "&gt;"}, {"&", "&amp;"}, {"\"", "&quot;"}, {"'", "&#39;"}};
  std::string out;
  for (const std::string& character : characters(text)) {
    const auto entity = entities.find(character);
    out += entity == entities.end() ? character : entity->second;
  }
  return out;
}

/// The text, cut in the middle when it has more than `most` characters.
std::string shortened(std::string_view text, std::size_t most) {
  const std::vector<std::string> all = characters(text);
  const bool fits = all.size() <= most;
  const std::size_t head = fits ? all.size() : most / 2, tail = fits ? 0 : most - most / 2 - 1;
  std::string out;
  for (std::size_t i = 0; i < head; ++i) out += all[i];
  if (!fits) out += kEllipsis;
  for (std::size_t i = all.size() - tail; i < all.size(); ++i) out += all[i];
  return out;
}

/// About as wide as a sans-serif font of size 1 prints it.
double width_of(std::string_view text) {
  double width = 0;
  for (const std::string& character : characters(text))
    width += character.size() < 3 || character == kEllipsis ? 0.6 : 1;
  return width;
}

/// "host2" before "host10": digits compare as numbers.
bool natural_less(std::string_view a, std::string_view b) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto number = [&](std::string_view s) {
    const std::size_t end = static_cast<std::size_t>(std::find_if_not(s.begin(), s.end(), is_digit) - s.begin());
    const std::size_t zeros = std::min(s.find_first_not_of('0'), end);
    return std::pair(s.substr(zeros, end - zeros), end);
  };
  while (!a.empty() && !b.empty()) {
    std::size_t step_a = 1, step_b = 1;
    if (is_digit(a[0]) && is_digit(b[0])) {
      const auto [digits_a, end_a] = number(a);
      const auto [digits_b, end_b] = number(b);
      if (digits_a.size() != digits_b.size()) return digits_a.size() < digits_b.size();
      if (digits_a != digits_b) return digits_a < digits_b;
      step_a = end_a;
      step_b = end_b;
    } else if (a[0] != b[0]) {
      return a[0] < b[0];
    }
    a.remove_prefix(step_a);
    b.remove_prefix(step_b);
  }
  return a.size() < b.size();
}

std::string counted(std::size_t n, const char* one, const char* many) {
  return fmt::format("{} {}", n, n == 1 ? one : many);
}

// ------------------------------------------------------------------------------------------------------------- drawing

constexpr double kPageWidth = 1500;  // wished for; a large network takes more
constexpr double kFont = 11, kSmallestFont = 6.5;
constexpr std::size_t kLongestLabel = 18;

struct Point {
  double x = 0, y = 0;
};
Point operator+(Point a, Point b) { return {a.x + b.x, a.y + b.y}; }
Point operator-(Point a, Point b) { return {a.x - b.x, a.y - b.y}; }
Point operator*(Point a, double factor) { return {a.x * factor, a.y * factor}; }
double length(Point a) { return std::hypot(a.x, a.y); }

struct Extent {
  Point low{1e9, 1e9}, high{-1e9, -1e9};
  void include(Point p, double half_width = 0, double half_height = 0) {
    low = {std::min(low.x, p.x - half_width), std::min(low.y, p.y - half_height)};
    high = {std::max(high.x, p.x + half_width), std::max(high.y, p.y + half_height)};
  }
  double width() const { return high.x - low.x; }
  double height() const { return high.y - low.y; }
};

enum class Side { inside, above, below };

/// How a node is drawn: as a box around its label, or beside it.
struct Mark {
  Point at;
  double half_width = 5, half_height = 5;
  std::string label;
  double font = 0;           ///< 0: without a label
  Side side = Side::inside;  ///< of the label
};

/// All cables between two nodes, drawn as one line.
struct Bundle {
  NodeId a, b;
  std::vector<NetworkLink> there, back;  // from a to b, from b to a
  std::vector<Point> course;             // as drawn, from a to b
  double bow = 0;                        // how far the middle of a bent line lies above the straight one

  std::size_t cables() const { return std::max(there.size(), back.size()); }
  bool is_one_way() const { return there.empty() || back.empty(); }
  NodeId other(NodeId node) const { return node == a ? b : a; }
};

struct Caption {
  Point at;
  std::string text;
};

/// A connected part of the network, laid out by itself and then put on the page.
struct Part {
  std::vector<NodeId> nodes;         // in natural order
  std::vector<std::size_t> bundles;  // between them
  std::vector<Caption> captions;
};

struct Drawing {
  const NetworkGraph& graph;
  std::vector<Mark> marks;                         // of the nodes
  std::vector<std::size_t> order;                  // of the nodes: place in the natural order of names
  std::vector<Bundle> bundles;                     // in natural order
  std::vector<std::vector<std::size_t>> touching;  // of the nodes: their bundles
  std::vector<Part> parts;

  explicit Drawing(const NetworkGraph& network);
  NodeKind kind(NodeId node) const { return graph[node].kind; }
  bool is_host(NodeId node) const { return kind(node) == NodeKind::host; }
  std::vector<NodeId> neighbours(NodeId node) const {
    std::vector<NodeId> out;
    for (const std::size_t b : touching[node]) out.push_back(bundles[b].other(node));
    return out;
  }

 private:
  void find_order();
  void find_bundles();
  void find_parts();
};

Drawing::Drawing(const NetworkGraph& network)
    : graph(network),
      marks(boost::num_vertices(network)),
      order(boost::num_vertices(network)),
      touching(boost::num_vertices(network)) {
  find_order();
  find_bundles();
  find_parts();
}

void Drawing::find_order() {
  std::vector<NodeId> nodes(marks.size());
  std::iota(nodes.begin(), nodes.end(), NodeId{0});
  std::stable_sort(nodes.begin(), nodes.end(),
                   [&](NodeId a, NodeId b) { return natural_less(graph[a].name, graph[b].name); });
  for (std::size_t i = 0; i < nodes.size(); ++i) order[nodes[i]] = i;
}

void Drawing::find_bundles() {
  std::map<std::pair<std::size_t, std::size_t>, Bundle> by_ends;
  for (const auto edge : boost::make_iterator_range(boost::edges(graph))) {
    const NodeId from = boost::source(edge, graph), to = boost::target(edge, graph);
    if (from == to) continue;
    const bool is_there = order[from] < order[to];
    const NodeId a = is_there ? from : to, b = is_there ? to : from;
    Bundle& bundle = by_ends.try_emplace({order[a], order[b]}, Bundle{a, b, {}, {}, {}, 0}).first->second;
    (is_there ? bundle.there : bundle.back).push_back(graph[edge]);
  }
  for (auto& [ends, bundle] : by_ends) {
    touching[bundle.a].push_back(bundles.size());
    touching[bundle.b].push_back(bundles.size());
    bundles.push_back(std::move(bundle));
  }
}

void Drawing::find_parts() {
  std::vector<NodeId> natural(marks.size());
  for (NodeId node = 0; node < natural.size(); ++node) natural[order[node]] = node;
  std::vector<bool> is_found(marks.size());
  for (const NodeId start : natural) {
    if (is_found[start]) continue;
    Part part{{start}, {}, {}};
    is_found[start] = true;
    for (std::size_t i = 0; i < part.nodes.size(); ++i)
      for (const NodeId next : neighbours(part.nodes[i])) {
        if (!is_found[next]) part.nodes.push_back(next);
        is_found[next] = true;
      }
    std::sort(part.nodes.begin(), part.nodes.end(), [&](NodeId a, NodeId b) { return order[a] < order[b]; });
    for (const NodeId node : part.nodes)
      for (const std::size_t b : touching[node])
        if (bundles[b].a == node) part.bundles.push_back(b);
    parts.push_back(std::move(part));
  }
}

/// The size of the labels of some nodes. Font 0: there is no room for them.
struct LabelFit {
  double font = 0;
  std::size_t most = kLongestLabel;
};

double widest_label(const Drawing& drawing, const std::vector<NodeId>& nodes, std::size_t most) {
  double widest = 0;
  for (const NodeId node : nodes) widest = std::max(widest, width_of(shortened(drawing.graph[node].name, most)));
  return widest;
}

/// Fits names into `room`: first the font shrinks, then the names are cut as long as that leaves them distinct.
LabelFit fit_labels(const Drawing& drawing, const std::vector<NodeId>& nodes, double room, double font = kFont) {
  const double widest = widest_label(drawing, nodes, kLongestLabel);
  if (widest <= 0) return {};
  if (widest * kSmallestFont <= room) return {std::min(font, room / widest), kLongestLabel};
  const auto most = static_cast<std::size_t>(std::max(0.0, room / (0.6 * kSmallestFont)));
  if (most < 4 || widest_label(drawing, nodes, most) * kSmallestFont > room) return {};
  std::set<std::string> names, cut;
  for (const NodeId node : nodes) {
    names.insert(drawing.graph[node].name);
    cut.insert(shortened(drawing.graph[node].name, most));
  }
  return cut.size() == names.size() ? LabelFit{kSmallestFont, most} : LabelFit{};
}

/// A switch is a box around its name, or a small disc when names have no room.
void mark_switch(Drawing& drawing, NodeId node, LabelFit fit, double bare = 6) {
  Mark& mark = drawing.marks[node];
  mark.half_width = mark.half_height = bare;
  if (fit.font <= 0) return;
  mark.label = shortened(drawing.graph[node].name, fit.most);
  mark.font = fit.font;
  mark.half_height = 0.95 * fit.font;
  mark.half_width = std::max(mark.half_height, width_of(mark.label) * fit.font / 2 + 0.45 * fit.font);
}

void mark_host(Drawing& drawing, NodeId node, LabelFit fit) {
  Mark& mark = drawing.marks[node];
  mark.half_width = mark.half_height = fit.font > 0 ? 6 : 5;
  if (fit.font <= 0) return;
  mark.label = shortened(drawing.graph[node].name, fit.most);
  mark.font = fit.font;
  mark.side = Side::below;
}

void mark_node(Drawing& drawing, NodeId node, LabelFit fit) {
  drawing.is_host(node) ? mark_host(drawing, node, fit) : mark_switch(drawing, node, fit);
}

// -------------------------------------------------------------------------------------------------------------- layers

/// Distance in hops from the nearest host; -1 outside the part. The frontend stands above what it is connected to.
std::vector<int> tiers_of(const Drawing& drawing, const Part& part) {
  std::vector<int> tier(drawing.marks.size(), -1);
  std::vector<NodeId> reached;
  for (const NodeId node : part.nodes)
    if (drawing.is_host(node)) tier[node] = 0, reached.push_back(node);
  for (std::size_t i = 0; i < reached.size(); ++i)
    for (const NodeId next : drawing.neighbours(reached[i]))
      if (tier[next] < 0) tier[next] = tier[reached[i]] + 1, reached.push_back(next);
  for (const NodeId node : part.nodes)
    if (drawing.kind(node) == NodeKind::frontend)
      for (const NodeId below : drawing.neighbours(node)) tier[node] = std::max(tier[node], tier[below] + 1);
  return tier;
}

/// Layers make sense where hosts hang on switches and few cables pass over other nodes of the tier they stay in.
bool is_layered(const Drawing& drawing, const Part& part) {
  const auto is_host = [&](NodeId node) { return drawing.is_host(node); };
  if (part.nodes.size() == 1) return true;
  if (std::none_of(part.nodes.begin(), part.nodes.end(), is_host)) return false;
  if (std::all_of(part.nodes.begin(), part.nodes.end(), is_host)) return false;
  const std::vector<int> tier = tiers_of(drawing, part);
  std::vector<std::size_t> place(drawing.marks.size());
  std::map<int, std::size_t> size;
  for (const NodeId node : part.nodes) place[node] = size[tier[node]]++;
  std::size_t trunks = 0, passing = 0;
  for (const std::size_t b : part.bundles) {
    const Bundle& bundle = drawing.bundles[b];
    if (is_host(bundle.a) != is_host(bundle.b)) continue;
    ++trunks;
    const std::size_t low = std::min(place[bundle.a], place[bundle.b]),
                      high = std::max(place[bundle.a], place[bundle.b]);
    if (tier[bundle.a] == tier[bundle.b] && high - low > 1) ++passing;
  }
  return passing <= 2 + trunks / 4;
}

/// Where points that want to be at `wanted` (in this order) go so that they keep their order and are `pitch` apart;
/// the sum of squared moves is least (pool adjacent violators).
std::vector<double> spread(const std::vector<double>& wanted, double pitch) {
  struct Pool {
    double sum;
    std::size_t size;
    double mean() const { return sum / static_cast<double>(size); }
  };
  std::vector<Pool> pools;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    pools.push_back({wanted[i] - static_cast<double>(i) * pitch, 1});
    while (pools.size() > 1 && pools[pools.size() - 2].mean() > pools.back().mean()) {
      const Pool last = pools.back();
      pools.pop_back();
      pools.back().sum += last.sum;
      pools.back().size += last.size;
    }
  }
  std::vector<double> out;
  for (const Pool& pool : pools)
    for (std::size_t i = 0; i < pool.size; ++i) out.push_back(pool.mean() + static_cast<double>(out.size()) * pitch);
  return out;
}

/// Counts pairs of lines that cross; a line joins two rows at the given places.
std::size_t crossings(std::vector<std::pair<std::size_t, std::size_t>> lines) {
  std::sort(lines.begin(), lines.end());
  std::size_t size = 1;
  for (const auto& [below, above] : lines) size = std::max(size, above + 1);
  std::vector<std::size_t> tree(size + 1);  // Fenwick: how many lines so far end at each place above
  std::size_t out = 0, so_far = 0;
  for (const auto& [below, above] : lines) {
    std::size_t not_right = 0;
    for (std::size_t i = above + 1; i > 0; i &= i - 1) not_right += tree[i];
    out += so_far - not_right;
    for (std::size_t i = above + 1; i <= size; i += i & (~i + 1)) ++tree[i];
    ++so_far;
  }
  return out;
}

class Layers {
 public:
  Layers(Drawing& drawing, Part& part) : drawing_(drawing), part_(part), tier_(tiers_of(drawing, part)) {}
  void lay_out();

 private:
  /// One place in a row: a switch, or a block of hosts that have the same neighbours.
  struct Item {
    std::vector<NodeId> nodes;
    double x = 0;
    std::size_t columns = 1;
    std::size_t rows() const { return (nodes.size() + columns - 1) / columns; }
  };
  using Row = std::vector<Item>;
  /// How the hosts of a block stand.
  struct Grid {
    LabelFit fit;
    double pitch = 15, row_pitch = 15;
    std::size_t columns = 0;
  };

  void make_rows();
  void make_blocks();
  void order_rows();
  void sort_row(std::size_t row, bool by_below);
  void note_places();
  std::size_t count_crossings() const;

  Grid fit_grid() const;
  void set_columns(std::size_t most);
  double hosts_width(double pitch) const;
  double ideal_width(const Row& row) const;
  double mean_x_below(const Item& item, double otherwise) const;
  void place_hosts(double width);
  void place_row(std::size_t row, double width, double y);
  void caption_row(std::size_t row, double y);
  double foot() const;
  double storey(std::size_t row, double width) const;
  void draw_bundle(Bundle& bundle);
  std::vector<Point> course_down(NodeId above, NodeId below) const;

  static std::vector<NodeId> nodes_of(const Row& row) {
    std::vector<NodeId> out;
    for (const Item& item : row) out.insert(out.end(), item.nodes.begin(), item.nodes.end());
    return out;
  }

  Drawing& drawing_;
  Part& part_;
  std::vector<int> tier_;           // of the nodes
  std::vector<Row> rows_;           // [0] hosts
  std::vector<std::size_t> place_;  // of the nodes: in their row
  Grid grid_;
  std::vector<double> channel_;  // of hosts that are in a block of several rows: where their cables come down; else NaN
  double block_top_ = 0;
};

void Layers::make_rows() {
  int top = 0;
  for (const NodeId node : part_.nodes) top = std::max(top, tier_[node]);
  rows_.resize(static_cast<std::size_t>(top) + 1);
  make_blocks();
  for (const NodeId node : part_.nodes)
    if (tier_[node] > 0) rows_[static_cast<std::size_t>(tier_[node])].push_back({{node}});
  // A part without hosts is a single node; its row is the first.
  for (const NodeId node : part_.nodes)
    if (tier_[node] < 0) rows_[0].push_back({{node}});
}

void Layers::make_blocks() {
  std::map<std::vector<NodeId>, std::size_t> block_of;
  for (const NodeId node : part_.nodes) {
    if (tier_[node] != 0) continue;
    std::vector<NodeId> key = drawing_.neighbours(node);
    std::sort(key.begin(), key.end());
    const auto [block, is_new] = block_of.try_emplace(key, rows_[0].size());
    if (is_new) rows_[0].push_back({});
    rows_[0][block->second].nodes.push_back(node);
  }
}

void Layers::note_places() {
  for (const Row& row : rows_)
    for (std::size_t i = 0; i < row.size(); ++i)
      for (const NodeId node : row[i].nodes) place_[node] = i;
}

std::size_t Layers::count_crossings() const {
  std::vector<std::vector<std::pair<std::size_t, std::size_t>>> lines(rows_.size());
  for (const std::size_t b : part_.bundles) {
    const Bundle& bundle = drawing_.bundles[b];
    const NodeId low = tier_[bundle.a] < tier_[bundle.b] ? bundle.a : bundle.b, high = bundle.other(low);
    if (tier_[high] == tier_[low] + 1)
      lines[static_cast<std::size_t>(tier_[low])].push_back({place_[low], place_[high]});
  }
  std::size_t out = 0;
  for (const auto& between : lines) out += crossings(between);
  return out;
}

/// Puts every item over (or under) the middle of its neighbours.
void Layers::sort_row(std::size_t row, bool by_below) {
  const auto relative = [&](NodeId node) {
    const auto size = static_cast<double>(rows_[static_cast<std::size_t>(tier_[node])].size());
    return (static_cast<double>(place_[node]) + 0.5) / size;
  };
  std::vector<std::pair<std::pair<std::int64_t, std::size_t>, Item>> keyed;
  for (Item& item : rows_[row]) {
    double sum = 0, count = 0;
    for (const NodeId neighbour : drawing_.neighbours(item.nodes[0])) {
      if (tier_[neighbour] == tier_[item.nodes[0]] || (tier_[neighbour] < tier_[item.nodes[0]]) != by_below) continue;
      sum += relative(neighbour);
      ++count;
    }
    // Rounded, so that equal means are equal whatever the order of their terms; natural order then decides.
    const double middle = count > 0 ? sum / count : relative(item.nodes[0]);
    const std::pair key(std::int64_t{std::llround(middle * 1e9)}, drawing_.order[item.nodes[0]]);
    keyed.emplace_back(key, std::move(item));
  }
  std::sort(keyed.begin(), keyed.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (std::size_t i = 0; i < keyed.size(); ++i) rows_[row][i] = std::move(keyed[i].second);
  note_places();
}

/// Barycentre sweeps, up and down, from the natural order; the order with the fewest crossings wins.
void Layers::order_rows() {
  place_.assign(drawing_.marks.size(), 0);
  note_places();
  std::vector<Row> best = rows_;
  std::size_t fewest = count_crossings();
  const auto keep_if_better = [&] {
    const std::size_t now = count_crossings();
    if (now >= fewest) return;
    fewest = now;
    best = rows_;
  };
  constexpr int kSweeps = 8;
  for (int sweep = 0; sweep < kSweeps && fewest > 0; ++sweep) {
    for (std::size_t row = 1; row < rows_.size(); ++row) sort_row(row, true);
    keep_if_better();
    for (std::size_t row = rows_.size() - 1; row-- > 0;) sort_row(row, false);
    keep_if_better();
  }
  rows_ = std::move(best);
  note_places();
}

/// Blocks at most so wide, each with rows of equal length.
void Layers::set_columns(std::size_t most) {
  for (Item& item : rows_[0]) {
    item.columns = std::min(most, item.nodes.size());
    item.columns = (item.nodes.size() + item.rows() - 1) / item.rows();
  }
}

constexpr double kBlockGap = 12;

double Layers::hosts_width(double pitch) const {
  double width = 0;
  for (const Item& item : rows_[0]) width += static_cast<double>(item.columns) * pitch + kBlockGap;
  return width;
}

/// Hosts with their names in one row, else in a block of some rows, else a block without names.
Layers::Grid Layers::fit_grid() const {
  std::size_t largest = 1;
  for (const Item& item : rows_[0]) largest = std::max(largest, item.nodes.size());
  Layers trial = *this;
  const auto widest_that_fits = [&](double pitch, std::size_t from, std::size_t down_to) {
    for (std::size_t columns = from; columns > down_to; --columns) {
      trial.set_columns(columns);
      if (trial.hosts_width(pitch) <= kPageWidth) return columns;
    }
    return down_to;
  };
  constexpr double kHostFont = 8;
  constexpr std::size_t kMostLabelledRows = 6, kMostLabelled = 400;
  const std::vector<NodeId> hosts = nodes_of(rows_[0]);
  const double label = std::max(24.0, widest_label(drawing_, hosts, 12) * kHostFont + 7);
  const std::size_t columns = widest_that_fits(label, largest, 1);
  trial.set_columns(columns);
  if (hosts.size() <= kMostLabelled && (largest + columns - 1) / columns <= kMostLabelledRows &&
      trial.hosts_width(label) <= kPageWidth)
    return {{kHostFont, 12}, label, 28, columns};
  const auto square = static_cast<std::size_t>(std::ceil(std::sqrt(static_cast<double>(largest))));
  return {{}, 15, 15, widest_that_fits(15, std::min(largest, 3 * square), square)};
}

double Layers::ideal_width(const Row& row) const {
  const double label = widest_label(drawing_, nodes_of(row), kLongestLabel) * kFont + 26;
  return static_cast<double>(row.size()) * label;
}

void Layers::place_hosts(double width) {
  channel_.assign(drawing_.marks.size(), std::nan(""));
  const double slack = (width - hosts_width(grid_.pitch)) / static_cast<double>(rows_[0].size());
  double left = 0;
  for (Item& item : rows_[0]) {
    const double block = static_cast<double>(item.columns) * grid_.pitch;
    const double slot = block + kBlockGap + slack;
    item.x = left + slot / 2;
    for (std::size_t i = 0; i < item.nodes.size(); ++i) {
      const NodeId node = item.nodes[i];
      mark_node(drawing_, node, grid_.fit);
      const std::size_t column = i % item.columns, row = i / item.columns;
      drawing_.marks[node].at = {item.x - block / 2 + (static_cast<double>(column) + 0.5) * grid_.pitch,
                                 static_cast<double>(row) * grid_.row_pitch};
      if (item.rows() > 1) channel_[node] = drawing_.marks[node].at.x - grid_.pitch / 2;
    }
    left += slot;
  }
  block_top_ = -14;
}

double Layers::mean_x_below(const Item& item, double otherwise) const {
  double sum = 0, count = 0;
  for (const NodeId below : drawing_.neighbours(item.nodes[0])) {
    if (tier_[below] >= tier_[item.nodes[0]]) continue;
    sum += rows_[static_cast<std::size_t>(tier_[below])][place_[below]].x;
    ++count;
  }
  return count > 0 ? sum / count : otherwise;
}

void Layers::place_row(std::size_t index, double width, double y) {
  Row& row = rows_[index];
  std::vector<double> wanted;
  for (const Item& item : row) wanted.push_back(mean_x_below(item, width / 2));
  const double even = width / static_cast<double>(row.size());
  // Some slack lets the switches of a pod stand together.
  const bool is_tight = widest_label(drawing_, nodes_of(row), kLongestLabel) * 8 + 15 > 0.88 * even;
  const double pitch = std::min(is_tight ? even : 0.88 * even, 190.0);
  const std::vector<double> x = spread(wanted, pitch);
  const LabelFit fit = fit_labels(drawing_, nodes_of(row), pitch - 15);
  for (std::size_t i = 0; i < row.size(); ++i) {
    row[i].x = x[i];
    mark_node(drawing_, row[i].nodes[0], fit);
    drawing_.marks[row[i].nodes[0]].at = {x[i], y};
  }
}

void Layers::caption_row(std::size_t index, double y) {
  const std::vector<NodeId> nodes = nodes_of(rows_[index]);
  std::size_t frontends = 0;
  for (const NodeId node : nodes) frontends += drawing_.kind(node) == NodeKind::frontend ? 1 : 0;
  const std::size_t switches = nodes.size() - frontends;
  std::vector<std::string> lines;
  if (index == 0) lines.push_back(counted(nodes.size(), "host", "hosts"));
  if (index > 0 && switches > 0) lines = {fmt::format("tier {}", index), counted(switches, "switch", "switches")};
  if (frontends > 0) lines.push_back(counted(frontends, "frontend", "frontends"));
  for (std::size_t i = 0; i < lines.size(); ++i)
    part_.captions.push_back(
        {{-95, y + 4 + 14 * (static_cast<double>(i) - static_cast<double>(lines.size() - 1) / 2)}, lines[i]});
}

/// From the foot of the upper node to the head of the lower one. In a block of several rows a cable comes down beside
/// its column.
std::vector<Point> Layers::course_down(NodeId above, NodeId below) const {
  const Mark &high = drawing_.marks[above], &low = drawing_.marks[below];
  const Point from = high.at + Point{0, high.half_height};
  if (std::isnan(channel_[below])) return {from, low.at - Point{0, low.half_height}};
  const double x = channel_[below];
  return {from, {x, block_top_}, {x, low.at.y}, low.at};
}

void Layers::draw_bundle(Bundle& bundle) {
  const int a = tier_[bundle.a], b = tier_[bundle.b];
  if (a != b) {
    bundle.course = a > b ? course_down(bundle.a, bundle.b) : course_down(bundle.b, bundle.a);
    if (a < b) std::reverse(bundle.course.begin(), bundle.course.end());
    return;
  }
  bundle.course = {drawing_.marks[bundle.a].at, drawing_.marks[bundle.b].at};
  const std::size_t low = std::min(place_[bundle.a], place_[bundle.b]),
                    high = std::max(place_[bundle.a], place_[bundle.b]);
  const double away = length(bundle.course[1] - bundle.course[0]);
  if (high - low != 1) bundle.bow = std::min(20 + 0.12 * away, 70.0) * (a == 0 ? -1 : 1);
}

void Layers::lay_out() {
  make_rows();
  order_rows();
  grid_ = fit_grid();
  set_columns(grid_.columns);
  double ideal = 0, least = hosts_width(grid_.pitch);
  for (std::size_t row = 1; row < rows_.size(); ++row) {
    ideal = std::max(ideal, ideal_width(rows_[row]));
    least = std::max(least, static_cast<double>(rows_[row].size()) * 16);
  }
  const double width = std::max(least, std::min(ideal, kPageWidth));
  place_hosts(width);
  double y = 0;
  if (part_.nodes.size() > 1) caption_row(0, foot() / 2);
  for (std::size_t row = 1; row < rows_.size(); ++row) {
    y -= storey(row, width);
    place_row(row, width, y);
    caption_row(row, y);
  }
  for (const std::size_t b : part_.bundles) draw_bundle(drawing_.bundles[b]);
}

/// How far below the first hosts the last ones stand.
double Layers::foot() const {
  std::size_t tallest = 1;
  for (const Item& item : rows_[0]) tallest = std::max(tallest, item.rows());
  return static_cast<double>(tallest - 1) * grid_.row_pitch;
}

/// The height of a row over the one below, such that lines between them are not too flat.
double Layers::storey(std::size_t row, double width) const {
  std::size_t widest = 1;
  for (const Item& item : rows_[0]) widest = std::max(widest, item.columns);
  if (row == 1) return std::clamp(50 + 0.12 * static_cast<double>(widest) * grid_.pitch, 80.0, 200.0);
  const auto is_frontend = [&](const Item& item) { return drawing_.kind(item.nodes[0]) == NodeKind::frontend; };
  if (std::all_of(rows_[row].begin(), rows_[row].end(), is_frontend)) return 70;
  return std::max(std::clamp(0.13 * width, 90.0, 300.0), 0.09 * width);
}

// ------------------------------------------------------------------------------------------------------------- springs

/// Places in the plane so that straight distances are like the given ones, counted in hops: a first guess from the
/// distances to some pivots, then stress majorization. Boost.Graph's spring layouts start from a circle or by chance
/// and fold larger networks.
class Plane {
 public:
  explicit Plane(const std::vector<std::vector<std::size_t>>& links) : links_(links), at_(links.size()) {
    for (std::size_t i = 0; i < links.size(); ++i) hops_.push_back(hops_from(i));
  }
  std::vector<Point> solve();

 private:
  std::vector<double> hops_from(std::size_t start) const;
  std::vector<std::size_t> pivots() const;
  void guess();
  double settle(std::size_t node);

  const std::vector<std::vector<std::size_t>>& links_;
  std::vector<std::vector<double>> hops_;
  std::vector<Point> at_;
};

std::vector<double> Plane::hops_from(std::size_t start) const {
  std::vector<double> hops(links_.size(), -1);
  std::vector<std::size_t> reached{start};
  hops[start] = 0;
  for (std::size_t i = 0; i < reached.size(); ++i)
    for (const std::size_t next : links_[reached[i]])
      if (hops[next] < 0) hops[next] = hops[reached[i]] + 1, reached.push_back(next);
  return hops;
}

/// Each as far as can be from those before it.
std::vector<std::size_t> Plane::pivots() const {
  constexpr std::size_t kMost = 40;
  std::vector<std::size_t> out{0};
  std::vector<double> nearest = hops_[0];
  while (out.size() < std::min(kMost, links_.size())) {
    out.push_back(static_cast<std::size_t>(std::max_element(nearest.begin(), nearest.end()) - nearest.begin()));
    for (std::size_t i = 0; i < nearest.size(); ++i) nearest[i] = std::min(nearest[i], hops_[out.back()][i]);
  }
  return out;
}

/// The two directions in which the columns (one for each pivot) vary most, by power iteration; the second one is kept
/// at right angles to the first.
std::array<std::vector<double>, 2> main_directions(const std::vector<std::vector<double>>& columns) {
  std::array<std::vector<double>, 2> out;
  constexpr int kRounds = 60;
  for (std::size_t which = 0; which < 2; ++which) {
    std::vector<double>& v = out[which];
    for (std::size_t k = 0; k < columns.size(); ++k) v.push_back(std::cos(static_cast<double>((which + 1) * k)));
    for (int round = 0; round < kRounds; ++round) {
      std::vector<double> row(columns[0].size()), next(columns.size());
      for (std::size_t k = 0; k < columns.size(); ++k)
        for (std::size_t i = 0; i < row.size(); ++i) row[i] += columns[k][i] * v[k];
      for (std::size_t k = 0; k < columns.size(); ++k)
        next[k] = std::inner_product(row.begin(), row.end(), columns[k].begin(), 0.0);
      const double along = which == 0 ? 0 : std::inner_product(next.begin(), next.end(), out[0].begin(), 0.0);
      for (std::size_t k = 0; k < next.size(); ++k) next[k] -= along * out[0][k];
      const double norm = std::sqrt(std::inner_product(next.begin(), next.end(), next.begin(), 0.0));
      for (std::size_t k = 0; k < next.size(); ++k) v[k] = norm > 1e-9 ? next[k] / norm : 0;
    }
  }
  return out;
}

/// Pivot MDS (Brandes and Pich 2006).
void Plane::guess() {
  std::vector<std::vector<double>> columns;
  std::vector<double> row_mean(at_.size());
  for (const std::size_t pivot : pivots()) {
    std::vector<double> column;
    for (const double hops : hops_[pivot]) column.push_back(-0.5 * hops * hops);
    const double mean = std::accumulate(column.begin(), column.end(), 0.0) / static_cast<double>(column.size());
    for (std::size_t i = 0; i < column.size(); ++i) row_mean[i] += column[i] -= mean;
    columns.push_back(std::move(column));
  }
  for (std::vector<double>& column : columns)
    for (std::size_t i = 0; i < column.size(); ++i) column[i] -= row_mean[i] / static_cast<double>(columns.size());
  const auto directions = main_directions(columns);
  for (std::size_t i = 0; i < at_.size(); ++i) {
    // Off the spot a little, for nodes that are as far from all pivots as others are.
    at_[i] = Point{std::cos(static_cast<double>(i)), std::sin(static_cast<double>(i))} * 0.1;
    const double scale = 1 / std::sqrt(static_cast<double>(at_.size() * columns.size()));
    for (std::size_t k = 0; k < columns.size(); ++k)
      at_[i] = at_[i] + Point{directions[0][k], directions[1][k]} * (columns[k][i] * scale);
  }
}

/// Moves a node to where its springs balance: the mean of the places at which its distance to each other node would be
/// right, weighted by the inverse square of that distance. Returns how far it moved.
double Plane::settle(std::size_t node) {
  Point sum;
  double weights = 0;
  for (std::size_t other = 0; other < at_.size(); ++other) {
    if (other == node) continue;
    const double hops = hops_[node][other], weight = 1 / (hops * hops);
    const Point away = at_[node] - at_[other];
    const double now = std::max(1e-9, std::sqrt(away.x * away.x + away.y * away.y));
    sum = sum + (at_[other] + away * (hops / now)) * weight;
    weights += weight;
  }
  const Point to = weights > 0 ? sum * (1 / weights) : at_[node];
  const double moved = length(to - at_[node]);
  at_[node] = to;
  return moved;
}

std::vector<Point> Plane::solve() {
  guess();
  const double n = static_cast<double>(at_.size());
  const int rounds = static_cast<int>(std::clamp(1e8 / (n * n), 25.0, 400.0));  // a second or so at most
  double furthest = 1;
  for (int round = 0; round < rounds && furthest > 1e-4; ++round) {
    furthest = 0;
    for (std::size_t node = 0; node < at_.size(); ++node) furthest = std::max(furthest, settle(node));
  }
  return at_;
}

/// Directions between cables.
struct Gap {
  double middle = std::numbers::pi / 2, width = 2 * std::numbers::pi;
};

class Springs {
 public:
  Springs(Drawing& drawing, Part& part) : drawing_(drawing), part_(part) {}
  void lay_out();

 private:
  void split();
  std::vector<Point> solve() const;
  void place_kernel(std::vector<Point> at);
  void part_overlaps();
  Gap gap_around(std::size_t kernel) const;
  void place_fan(std::size_t kernel);
  double reach(std::size_t kernel) const;

  Drawing& drawing_;
  Part& part_;
  std::vector<NodeId> kernel_;             // the nodes that springs place
  std::vector<std::vector<NodeId>> fans_;  // of those: hosts on one switch only, which stand around it
  LabelFit host_fit_;
  double host_pitch_ = 14;
};

/// Hosts with a single switch do not take part; their switch takes them along.
void Springs::split() {
  const auto is_host = [&](NodeId node) { return drawing_.is_host(node); };
  const bool is_mixed = !std::all_of(part_.nodes.begin(), part_.nodes.end(), is_host);
  const auto hangs = [&](NodeId node) { return is_mixed && is_host(node) && drawing_.touching[node].size() == 1; };
  std::map<NodeId, std::size_t> index;
  for (const NodeId node : part_.nodes)
    if (!hangs(node)) index.emplace(node, kernel_.size()), kernel_.push_back(node);
  fans_.resize(kernel_.size());
  std::vector<NodeId> hanging;
  for (const NodeId node : part_.nodes)
    if (hangs(node)) fans_[index.at(drawing_.neighbours(node)[0])].push_back(node), hanging.push_back(node);
  if (hanging.size() > 80) return;
  host_fit_ = fit_labels(drawing_, hanging, 34, 8);
  if (host_fit_.font > 0)
    host_pitch_ = std::max(22.0, widest_label(drawing_, hanging, host_fit_.most) * host_fit_.font + 4);
}

/// Places in units of about one hop.
std::vector<Point> Springs::solve() const {
  std::map<NodeId, std::size_t> index;
  for (std::size_t i = 0; i < kernel_.size(); ++i) index.emplace(kernel_[i], i);
  std::vector<std::vector<std::size_t>> links(kernel_.size());
  for (std::size_t i = 0; i < kernel_.size(); ++i)
    for (const NodeId neighbour : drawing_.neighbours(kernel_[i]))
      if (const auto found = index.find(neighbour); found != index.end()) links[i].push_back(found->second);
  return Plane(links).solve();
}

/// Turns a cloud of points so that it is wider than high.
void turn_flat(std::vector<Point>& at) {
  Point middle;
  for (const Point p : at) middle = middle + p * (1.0 / static_cast<double>(at.size()));
  double xx = 0, xy = 0, yy = 0;
  for (Point& p : at) {
    p = p - middle;
    xx += p.x * p.x;
    xy += p.x * p.y;
    yy += p.y * p.y;
  }
  const double angle = 0.5 * std::atan2(2 * xy, xx - yy), c = std::cos(angle), s = std::sin(angle);
  for (Point& p : at) p = {c * p.x + s * p.y, c * p.y - s * p.x};
}

/// How far a node and the hosts around it reach.
double Springs::reach(std::size_t kernel) const {
  const Mark& mark = drawing_.marks[kernel_[kernel]];
  const double fan = static_cast<double>(fans_[kernel].size());
  if (fan == 0) return mark.half_width;
  // Arcs of about 120 degrees, one behind the other.
  return mark.half_width + 18 + host_pitch_ * std::sqrt(fan);
}

void Springs::place_kernel(std::vector<Point> at) {
  turn_flat(at);
  constexpr std::size_t kMostLabelled = 150;
  LabelFit fit;
  if (kernel_.size() <= kMostLabelled) fit = fit_labels(drawing_, kernel_, kernel_.size() <= 60 ? 90 : 60);
  double furthest = 0;
  for (std::size_t i = 0; i < kernel_.size(); ++i) {
    mark_node(drawing_, kernel_[i], fit);
    furthest = std::max(furthest, reach(i));
  }
  const double unit = std::clamp(2.6 * furthest + 20, 70.0, 260.0);
  for (std::size_t i = 0; i < kernel_.size(); ++i) drawing_.marks[kernel_[i]].at = at[i] * unit;
}

/// Pushes nodes apart that lie over each other.
void Springs::part_overlaps() {
  std::vector<Point> room;
  for (std::size_t i = 0; i < kernel_.size(); ++i) {
    const Mark& mark = drawing_.marks[kernel_[i]];
    const double fan = fans_[i].empty() ? 0 : 0.8 * reach(i);
    room.push_back({std::max(mark.half_width, fan) + 5, std::max(mark.half_height, fan) + 5});
  }
  constexpr int kRounds = 60;
  bool is_clear = false;
  for (int round = 0; round < kRounds && !is_clear; ++round) {
    is_clear = true;
    for (std::size_t i = 0; i < kernel_.size(); ++i)
      for (std::size_t j = 0; j < i; ++j) {
        Mark &a = drawing_.marks[kernel_[i]], &b = drawing_.marks[kernel_[j]];
        const Point away = a.at - b.at;
        const double over_x = room[i].x + room[j].x - std::abs(away.x),
                     over_y = room[i].y + room[j].y - std::abs(away.y);
        if (over_x <= 0 || over_y <= 0) continue;
        is_clear = false;
        const Point push =
            over_x < over_y ? Point{away.x < 0 ? -over_x : over_x, 0} : Point{0, away.y < 0 ? -over_y : over_y};
        a.at = a.at + push * 0.51;
        b.at = b.at - push * 0.51;
      }
  }
}

/// The widest gap between directions; the whole circle when there are none.
Gap widest_gap(std::vector<double> angles) {
  if (angles.empty()) return {};
  std::sort(angles.begin(), angles.end());
  angles.push_back(angles.front() + 2 * std::numbers::pi);
  Gap out{0, 0};
  for (std::size_t i = 0; i + 1 < angles.size(); ++i) {
    const double width = angles[i + 1] - angles[i];
    if (width > out.width + 1e-9) out = {angles[i] + width / 2, width};
  }
  return out;
}

Gap Springs::gap_around(std::size_t kernel) const {
  const std::vector<NodeId>& hosts = fans_[kernel];
  std::vector<double> angles;
  for (const NodeId neighbour : drawing_.neighbours(kernel_[kernel])) {
    if (std::find(hosts.begin(), hosts.end(), neighbour) != hosts.end()) continue;
    const Point away = drawing_.marks[neighbour].at - drawing_.marks[kernel_[kernel]].at;
    angles.push_back(std::atan2(away.y, away.x));
  }
  return widest_gap(std::move(angles));
}

/// Hosts stand in arcs around their switch, in the widest gap between its cables.
void Springs::place_fan(std::size_t kernel) {
  const std::vector<NodeId>& hosts = fans_[kernel];
  const Mark& hub = drawing_.marks[kernel_[kernel]];
  const Gap gap = gap_around(kernel);
  const double opening = std::clamp(0.75 * gap.width, 0.5, 1.4 * std::numbers::pi);
  double radius = hub.half_height + 20;
  for (std::size_t done = 0; done < hosts.size(); radius += host_pitch_) {
    const std::size_t room = 1 + static_cast<std::size_t>(opening * radius / host_pitch_);
    const std::size_t here = std::min(room, hosts.size() - done);
    const double step = std::min(opening / std::max(1.0, static_cast<double>(room - 1)), 1.4 * host_pitch_ / radius);
    for (std::size_t i = 0; i < here; ++i, ++done) {
      const double angle = gap.middle + step * (static_cast<double>(i) - static_cast<double>(here - 1) / 2);
      mark_host(drawing_, hosts[done], host_fit_);
      Mark& mark = drawing_.marks[hosts[done]];
      const double wide = radius + hub.half_width - hub.half_height;  // the hub is wider than high
      mark.at = hub.at + Point{std::cos(angle) * wide, std::sin(angle) * radius};
      if (mark.font > 0 && std::sin(angle) < -0.1) mark.side = Side::above;
    }
  }
}

void Springs::lay_out() {
  split();
  place_kernel(solve());
  part_overlaps();
  for (std::size_t i = 0; i < kernel_.size(); ++i) place_fan(i);
  for (const std::size_t b : part_.bundles) {
    Bundle& bundle = drawing_.bundles[b];
    bundle.course = {drawing_.marks[bundle.a].at, drawing_.marks[bundle.b].at};
  }
}

// ---------------------------------------------------------------------------------------------------------------- page

constexpr double kMargin = 24, kHeader = 64;

Extent extent_of(const Drawing& drawing, const Part& part) {
  Extent out;
  for (const NodeId node : part.nodes) {
    const Mark& m = drawing.marks[node];
    const bool is_inside = m.side == Side::inside;
    const double half_label = is_inside ? 0 : width_of(m.label) * m.font / 2;
    const double point = drawing.kind(node) == NodeKind::frontend ? m.half_height : 0;
    out.include(m.at, std::max(m.half_width + point, half_label), m.half_height + (is_inside ? 0 : m.font + 2));
  }
  for (const std::size_t b : part.bundles)
    for (const Point p : drawing.bundles[b].course) out.include(p - Point{0, drawing.bundles[b].bow / 2});
  for (const Caption& caption : part.captions) out.include(caption.at);
  return out;
}

void shift(Drawing& drawing, Part& part, Point by) {
  for (const NodeId node : part.nodes) drawing.marks[node].at = drawing.marks[node].at + by;
  for (const std::size_t b : part.bundles)
    for (Point& p : drawing.bundles[b].course) p = p + by;
  for (Caption& caption : part.captions) caption.at = caption.at + by;
}

/// Puts the parts side by side, the largest first, on as many shelves as it takes. Returns the size of the page so far.
Point put_on_shelves(Drawing& drawing) {
  std::stable_sort(drawing.parts.begin(), drawing.parts.end(),
                   [](const Part& a, const Part& b) { return a.nodes.size() > b.nodes.size(); });
  constexpr double kGap = 40;
  Point page{kPageWidth / 2, kHeader};
  double x = kMargin, y = kHeader, shelf = 0, used = 0;
  for (Part& part : drawing.parts) {
    const Extent extent = extent_of(drawing, part);
    if (x > kMargin && x + extent.width() > kPageWidth + 150) {
      x = kMargin;
      y += shelf + kGap;
      shelf = 0;
    }
    shift(drawing, part, Point{x, y} - extent.low);
    x += extent.width() + kGap;
    shelf = std::max(shelf, extent.height());
    used = std::max(used, x - kGap + kMargin);
    page = {std::max(page.x, used), y + shelf};
  }
  for (Part& part : drawing.parts) shift(drawing, part, {(page.x - used) / 2, 0});
  return page;
}

/// Links whose bandwidth is drawn alike.
struct BandwidthClass {
  Bandwidth low, high;
  std::string colour;
  std::set<Duration> latencies;
  std::size_t cables = 0;
};

class Svg {
 public:
  Svg(Drawing& drawing, const std::string& title) : drawing_(drawing), title_(title), page_(put_on_shelves(drawing)) {}
  std::string text();

 private:
  void find_classes();
  void find_platforms();
  BandwidthClass& class_of(Bandwidth bandwidth);
  double line_width(const Bundle& bundle) const;
  std::string counts() const;
  std::string fill(NodeId node) const;
  std::string shape(NodeId node, const Mark& mark) const;

  void add_header();
  void add_bundle(const Bundle& bundle);
  void add_arrow(const Bundle& bundle, const std::string& colour, double width);
  void add_node(NodeId node);
  void add_captions();
  void add_legend();
  void add_legend_nodes();
  void add_legend_entry(const std::string& symbol, const std::string& text);

  Drawing& drawing_;
  std::string title_;
  Point page_;
  std::vector<BandwidthClass> classes_;
  std::map<std::string, std::size_t> platforms_;
  bool is_dense_ = false;
  Point legend_at_;
  std::string body_;
};

Bandwidth fastest(const Bundle& bundle) {
  Bandwidth out;
  for (const auto* links : {&bundle.there, &bundle.back})
    for (const NetworkLink& link : *links) out = std::max(out, link.bandwidth);
  return out;
}

void Svg::find_classes() {
  static const std::array<const char*, 6> colours{"#7fa3c9", "#3b78b0", "#2b9a8b", "#a8922a", "#d9762b", "#a8285e"};
  std::set<double> values;
  for (const Bundle& bundle : drawing_.bundles) values.insert(fastest(bundle).bytes_per_second);
  const std::vector<double> sorted(values.begin(), values.end());
  const std::size_t n = std::min(sorted.size(), colours.size());
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t first = i * sorted.size() / n, last = (i + 1) * sorted.size() / n - 1;
    const std::size_t colour = n == 1 ? 1 : i * (colours.size() - 1) / (n - 1);
    classes_.push_back({Bandwidth{sorted[first]}, Bandwidth{sorted[last]}, colours[colour], {}, 0});
  }
  for (const Bundle& bundle : drawing_.bundles) {
    BandwidthClass& its = class_of(fastest(bundle));
    its.cables += bundle.cables();
    for (const auto* links : {&bundle.there, &bundle.back})
      for (const NetworkLink& link : *links) its.latencies.insert(link.latency);
  }
}

BandwidthClass& Svg::class_of(Bandwidth bandwidth) {
  return *std::find_if(classes_.begin(), classes_.end(), [&](const BandwidthClass& c) { return bandwidth <= c.high; });
}

void Svg::find_platforms() {
  for (NodeId node = 0; node < drawing_.marks.size(); ++node)
    if (drawing_.is_host(node)) platforms_.emplace(drawing_.graph[node].platform, 0);
  std::size_t i = 0;
  for (auto& [platform, index] : platforms_) index = i++;
}

/// Grows with the logarithm of the bandwidth, and of the number of parallel cables.
double Svg::line_width(const Bundle& bundle) const {
  const double slowest = std::max(1.0, classes_.front().low.bytes_per_second);
  const double ratio = std::min(std::max(1.0, fastest(bundle).bytes_per_second / slowest), 1e4);
  const double parallel = static_cast<double>(bundle.cables());
  const double width = 1.2 + 1.3 * std::log10(ratio) + 1.2 * std::log2(parallel);
  return std::max(0.9, std::min(width, 7.0) * (is_dense_ ? 0.6 : 1));
}

std::string Svg::counts() const {
  std::map<NodeKind, std::size_t> nodes;
  for (NodeId node = 0; node < drawing_.marks.size(); ++node) ++nodes[drawing_.kind(node)];
  std::size_t cables = 0;
  for (const Bundle& bundle : drawing_.bundles) cables += bundle.cables();
  return fmt::format("{}, {}, {}", counted(nodes[NodeKind::host], "host", "hosts"),
                     counted(nodes[NodeKind::switching], "switch", "switches"), counted(cables, "cable", "cables"));
}

void Svg::add_header() {
  const auto most = static_cast<std::size_t>(std::max(20.0, (page_.x - 320) / 11));
  body_ += fmt::format(
      "<text x=\"{:.1f}\" y=\"34\" font-size=\"18\" font-weight=\"bold\">{}<tspan dx=\"14\" font-size=\"13\" "
      "font-weight=\"normal\" fill=\"#5b6470\">{}</tspan></text>\n",
      kMargin, escaped(shortened(title_, most)), counts());
}

/// "2 x 25 Gbps, 1 us; 10 Gbps, 2 us".
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
  const std::string &a = graph[bundle.a].name, &b = graph[bundle.b].name;
  const std::string there = described(bundle.there), back = described(bundle.back);
  const auto line = [](const std::string& from, const char* how, const std::string& to, const std::string& what) {
    return escaped(from) + how + escaped(to) + ": " + what;
  };
  if (there == back) return line(a, " \u2013 ", b, there);
  std::string out;
  if (!there.empty()) out = line(a, " \u2192 ", b, there);
  if (!back.empty()) out += (out.empty() ? "" : "\n") + line(b, " \u2192 ", a, back);
  return out;
}

/// An arrow head on a one-way link, in the middle of its last straight piece, where no node covers it.
void Svg::add_arrow(const Bundle& bundle, const std::string& colour, double width) {
  const std::size_t n = bundle.course.size();
  Point from = bundle.course[n - 2], to = bundle.course[n - 1];
  const Point middle = (from + to) * 0.5 - Point{0, bundle.bow / 2};
  if (bundle.there.empty()) std::swap(from, to);
  const double size = 5 + 1.5 * width, long_way = std::max(1e-6, length(to - from));
  const Point along = (to - from) * (size / long_way), across{-along.y * 0.5, along.x * 0.5};
  const Point tip = middle + along, left = middle - along * 0.4 + across, right = middle - along * 0.4 - across;
  body_ += fmt::format("<polygon points=\"{:.1f},{:.1f} {:.1f},{:.1f} {:.1f},{:.1f}\" fill=\"{}\" stroke=\"none\"/>",
                       tip.x, tip.y, left.x, left.y, right.x, right.y, colour);
}

void Svg::add_bundle(const Bundle& bundle) {
  const std::string colour = class_of(fastest(bundle)).colour;
  const double width = line_width(bundle);
  const std::vector<Point>& course = bundle.course;
  std::string path = fmt::format("M{:.1f} {:.1f}", course[0].x, course[0].y);
  if (bundle.bow != 0) {
    const Point control = (course[0] + course[1]) * 0.5 - Point{0, bundle.bow};
    path += fmt::format("Q{:.1f} {:.1f} {:.1f} {:.1f}", control.x, control.y, course[1].x, course[1].y);
  } else {
    for (std::size_t i = 1; i < course.size(); ++i) path += fmt::format("L{:.1f} {:.1f}", course[i].x, course[i].y);
  }
  body_ += fmt::format("<g class=\"cable\"><title>{}</title><path d=\"{}\" stroke=\"{}\" stroke-width=\"{:.1f}\"/>",
                       tooltip(drawing_.graph, bundle), path, colour, width);
  if (bundle.is_one_way()) add_arrow(bundle, colour, width);
  body_ += "</g>\n";
}

std::string Svg::fill(NodeId node) const {
  static const std::array<const char*, 6> hosts{"#8ab6e0", "#a5cf8b", "#e3a6c4", "#d8c27a", "#b4a7e0", "#8fd0c9"};
  if (drawing_.kind(node) == NodeKind::frontend) return "#ffc98a";
  if (drawing_.kind(node) == NodeKind::switching) return "#ffffff";
  return hosts[platforms_.at(drawing_.graph[node].platform) % hosts.size()];
}

/// Hosts are small rounded squares, switches boxes or discs, frontends pointed at both sides.
std::string Svg::shape(NodeId node, const Mark& m) const {
  const double left = m.at.x - m.half_width, top = m.at.y - m.half_height, h = m.half_height;
  const std::string colour = fill(node);
  if (drawing_.kind(node) == NodeKind::frontend)
    return fmt::format(
        "<polygon points=\"{:.1f},{:.1f} {:.1f},{:.1f} {:.1f},{:.1f} {:.1f},{:.1f} {:.1f},{:.1f} {:.1f},{:.1f}\" "
        "fill=\"{}\"/>",
        left - h, m.at.y, left, top, left + 2 * m.half_width, top, left + 2 * m.half_width + h, m.at.y,
        left + 2 * m.half_width, top + 2 * h, left, top + 2 * h, colour);
  if (!drawing_.is_host(node) && m.label.empty())
    return fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{:.1f}\" fill=\"{}\"/>", m.at.x, m.at.y, h, colour);
  return fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" rx=\"3\" fill=\"{}\"/>", left,
                     top, 2 * m.half_width, 2 * h, colour);
}

const char* name_of(NodeKind kind) {
  if (kind == NodeKind::host) return "host";
  return kind == NodeKind::switching ? "switch" : "frontend";
}

void Svg::add_node(NodeId node) {
  const Mark& mark = drawing_.marks[node];
  const NetworkNode& its = drawing_.graph[node];
  const std::string platform = its.platform.empty() ? "" : "\n" + escaped(its.platform);
  body_ += fmt::format("<g class=\"{}\"><title>{}\n{}{}</title>{}", name_of(its.kind), escaped(its.name),
                       name_of(its.kind), platform, shape(node, mark));
  if (mark.font > 0) {
    double y = mark.at.y + 0.35 * mark.font;
    if (mark.side == Side::below) y = mark.at.y + mark.half_height + mark.font;
    if (mark.side == Side::above) y = mark.at.y - mark.half_height - 3;
    body_ += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" font-size=\"{:.1f}\">{}</text>", mark.at.x, y, mark.font,
                         escaped(mark.label));
  }
  body_ += "</g>\n";
}

void Svg::add_captions() {
  for (const Part& part : drawing_.parts)
    for (const Caption& caption : part.captions)
      body_ += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" font-size=\"11\" fill=\"#5b6470\">{}</text>\n",
                           caption.at.x, caption.at.y, escaped(caption.text));
}

void Svg::add_legend_entry(const std::string& symbol, const std::string& text) {
  const double width = 56 + width_of(text) * 11;
  if (legend_at_.x > kMargin && legend_at_.x + width > page_.x) legend_at_ = {kMargin, legend_at_.y + 20};
  body_ += fmt::format("<g transform=\"translate({:.1f} {:.1f})\">{}<text x=\"34\" y=\"4\">{}</text></g>\n",
                       legend_at_.x, legend_at_.y, symbol, escaped(text));
  legend_at_.x += width;
}

/// Three digits are enough for a legend.
template <class Q>
std::string rounded(Q quantity, const std::vector<Unit>& units) {
  const double base = QuantityTraits<Q>::base(quantity);
  if (std::isinf(base)) return "unlimited";
  const Unit* unit = &units.front();
  for (const Unit& u : units)
    if (base >= u.size) unit = &u;
  const double number = base / unit->size;
  return number < 100 ? fmt::format("{:.3g} {}", number, unit->name) : fmt::format("{:.0f} {}", number, unit->name);
}
std::string rounded(Bandwidth bandwidth) {
  static const std::vector<Unit> units{
      {"bps", 0.125}, {"kbps", 125}, {"Mbps", 1.25e5}, {"Gbps", 1.25e8}, {"Tbps", 1.25e11}};
  return rounded(bandwidth, units);
}
std::string rounded(Duration duration) {
  return duration == Duration::zero() ? "0 s" : rounded(duration, QuantityTraits<Duration>::units());
}

std::string latencies_of(const BandwidthClass& c) {
  constexpr std::size_t kMostNamed = 3;
  if (c.latencies.size() > kMostNamed) return rounded(*c.latencies.begin()) + " to " + rounded(*c.latencies.rbegin());
  std::string out;
  for (const Duration latency : c.latencies) out += (out.empty() ? "" : " or ") + rounded(latency);
  return out;
}

void Svg::add_legend() {
  legend_at_ = {kMargin, page_.y + 46};
  body_ += "<g class=\"legend\" font-size=\"11\">\n";
  for (const BandwidthClass& c : classes_) {
    const std::string bandwidth = c.low == c.high ? rounded(c.low) : rounded(c.low) + " to " + rounded(c.high);
    add_legend_entry(fmt::format("<path d=\"M0 0H26\" stroke=\"{}\" stroke-width=\"3\"/>", c.colour),
                     fmt::format("{}, {} ({})", bandwidth, latencies_of(c), counted(c.cables, "cable", "cables")));
  }
  const auto is_one_way = [](const Bundle& bundle) { return bundle.is_one_way(); };
  if (std::any_of(drawing_.bundles.begin(), drawing_.bundles.end(), is_one_way))
    add_legend_entry("<path d=\"M0 0H26M10 -4L18 0L10 4\" fill=\"none\" stroke=\"#3d4650\"/>", "one way");
  add_legend_nodes();
  body_ += "</g>\n";
  page_.y = legend_at_.y + kMargin;
}

void Svg::add_legend_nodes() {
  std::map<std::pair<NodeKind, std::string>, NodeId> samples;
  for (NodeId node = 0; node < drawing_.marks.size(); ++node) {
    const bool is_told = drawing_.is_host(node) && platforms_.size() > 1;
    samples.emplace(std::pair(drawing_.kind(node), is_told ? drawing_.graph[node].platform : ""), node);
  }
  for (const auto& [kind, node] : samples) {
    Mark sample;
    sample.at = {13, 0};
    sample.half_width = kind.first == NodeKind::host ? 6 : 9;
    sample.half_height = 6;
    sample.label = drawing_.marks[node].label;
    add_legend_entry("<g stroke=\"#3d4650\">" + shape(node, sample) + "</g>",
                     name_of(kind.first) + (kind.second.empty() ? "" : ": " + shortened(kind.second, 30)));
  }
}

std::string Svg::text() {
  find_classes();
  find_platforms();
  is_dense_ = drawing_.bundles.size() > 250;
  add_header();
  body_ += fmt::format("<g fill=\"none\" stroke-opacity=\"{}\">\n", is_dense_ ? 0.6 : 0.8);
  for (const Bundle& bundle : drawing_.bundles) add_bundle(bundle);
  body_ += "</g>\n<g stroke=\"#3d4650\" text-anchor=\"middle\">\n";
  for (NodeId node = 0; node < drawing_.marks.size(); ++node) add_node(node);
  body_ += "</g>\n";
  add_captions();
  add_legend();
  return fmt::format(
             "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:.0f}\" "
             "height=\"{1:.0f}\" viewBox=\"0 0 {0:.0f} {1:.0f}\" font-family=\"sans-serif\" "
             "fill=\"#1f2730\">\n<title>{2}</title>\n"
             "<style>text{{stroke:none}}.host "
             "text{{stroke:#fbfcfd;stroke-width:2.5;paint-order:stroke}}</style>\n<rect width=\"100%\" height=\"100%\" "
             "fill=\"#fbfcfd\"/>\n",
             std::ceil(page_.x), std::ceil(page_.y), escaped(title_)) +
         body_ + "</svg>\n";
}

}  // namespace

std::string draw_svg(const NetworkGraph& graph, const std::string& title) {
  if (boost::num_vertices(graph) > kMostDrawn)
    throw InputError(
        fmt::format("a picture holds at most {} nodes; this network has {}", kMostDrawn, boost::num_vertices(graph)));
  Drawing drawing(graph);
  for (Part& part : drawing.parts) {
    if (is_layered(drawing, part))
      Layers(drawing, part).lay_out();
    else
      Springs(drawing, part).lay_out();
  }
  return Svg(drawing, title).text();
}

}  // namespace shardsim
