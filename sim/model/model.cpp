// SPDX-License-Identifier: Apache-2.0
#include "model/model.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "model/walks.hpp"

namespace shardsim {
namespace {

constexpr int kMostRows = 1'000'000'000;
constexpr int kWidest = 1'000'000;  // layer

std::optional<Complaint> complaint_about(const std::vector<int>& widths, const char* key) {
  for (const int width : widths)
    if (width < 1 || width > kWidest)
      return Complaint{key, fmt::format("found the width {}; expected 1 to {}", width, kWidest)};
  return std::nullopt;
}

std::int64_t weights(const std::vector<int>& widths) {
  std::int64_t total = 0;
  for (std::size_t i = 1; i < widths.size(); ++i) total += std::int64_t{widths[i - 1]} * widths[i];
  return total;
}

std::int64_t weights(const Interaction& interaction, const Net& net) {
  if (interaction.kind != InteractionKind::low_rank_cross) return 0;
  return 2 * std::int64_t{interaction.layers} * interaction.rank * features_width(net);
}

// Width of what the bottom MLP gives; 0 where its layers do not say.
int bottom_width(const Net& net) {
  return net.bottom_mlp && !net.bottom_mlp->layers.empty() ? net.bottom_mlp->layers.back() : 0;
}

// Whether something of the net has a width that nobody knows.
bool has_unknown_width(const Net& net) { return net.bottom_mlp && net.bottom_mlp->layers.empty(); }

// "26 tables x 128 + 128 of the bottom MLP", tables of the same dim together.
std::string width_sum(const Net& net) {
  std::map<int, int> tables;  // by dim
  for (const Table& t : net.tables) ++tables[t.dim];
  std::string out;
  for (const auto& [dim, count] : tables)
    out += fmt::format("{}{} table{} x {}", out.empty() ? "" : " + ", count, count == 1 ? "" : "s", dim);
  if (const int bottom = bottom_width(net); bottom > 0)
    out += fmt::format("{}{} of the bottom MLP", out.empty() ? "" : " + ", bottom);
  return out;
}

std::optional<Complaint> dot_of_one_length(const Net& net) {
  if (!net.interaction || net.interaction->kind != InteractionKind::dot) return std::nullopt;
  const std::string rule = "'dot' multiplies vectors of one length";
  for (std::size_t t = 1; t < net.tables.size(); ++t)
    if (net.tables[t].dim != net.tables[0].dim)
      return Complaint{fmt::format("tables/{}/dim", t),
                       fmt::format("found {} where table {} has {}: {}", net.tables[t].dim,
                                   in_quotes(net.tables[0].name), net.tables[0].dim, rule)};
  if (const int bottom = bottom_width(net); bottom > 0 && !net.tables.empty() && bottom != net.tables[0].dim)
    return Complaint{"bottom_mlp/layers", fmt::format("ends with {} where table {} has {}: {}", bottom,
                                                      in_quotes(net.tables[0].name), net.tables[0].dim, rule)};
  return std::nullopt;
}

std::optional<Complaint> top_fits(const Net& net) {
  if (net.bottom_mlp && !net.bottom_mlp->outputs.empty())
    return Complaint{"bottom_mlp/outputs",
                     "nothing says how many dense inputs there are; write 'layers', which begin with them"};
  if (!net.top_mlp) return std::nullopt;
  const std::optional<DenseInput> input = top_input(net);
  if (!net.top_mlp->outputs.empty() && !input)
    return Complaint{"top_mlp/outputs",
                     "the width of its input cannot be worked out: the net has no tables, or a bottom MLP without "
                     "'layers'; write 'layers', which begin with it, or the interaction's 'output'"};
  if (input && input->width > kWidest)
    return Complaint{"top_mlp",
                     fmt::format("its input is {} = {} wide; at most {} are taken", input->width, input->sum, kWidest)};
  if (!input || net.top_mlp->layers.empty() || net.top_mlp->layers.front() == input->width) return std::nullopt;
  return Complaint{
      "top_mlp/layers",
      fmt::format("begins with {}; the width of its input is {} = {}. Put that first; or write 'outputs' instead, "
                  "which leaves the input out; or, if it is as written, give the interaction that 'output'",
                  net.top_mlp->layers.front(), input->width, input->sum)};
}

std::optional<Complaint> names_are_unique(const Model& model) {
  std::set<std::string> nets;
  std::set<std::string> tables;
  for (std::size_t n = 0; n < model.nets.size(); ++n) {
    if (!nets.insert(model.nets[n].name).second)
      return Complaint{
          fmt::format("nets/{}/name", n),
          fmt::format("a second net is called {}; give it a name of its own", in_quotes(model.nets[n].name))};
    for (std::size_t t = 0; t < model.nets[n].tables.size(); ++t)
      if (const std::string& name = model.nets[n].tables[t].name; !tables.insert(name).second)
        return Complaint{
            fmt::format("nets/{}/tables/{}/name", n, t),
            fmt::format("a second table is called {}; plans name tables, so give it its own", in_quotes(name))};
  }
  return std::nullopt;
}

std::optional<Complaint> repeat_in_bounds(const Net& net) {
  if (!net.repeat.has_value()) return std::nullopt;
  const double mean = net.repeat->mean();
  if (mean > kMostTimes)
    return Complaint{"repeat",
                     fmt::format("found the mean {}; a query walks a net at most {} times", mean, kMostTimes)};
  if (mean < 1)
    return Complaint{"repeat",
                     fmt::format("found the mean {}; expected at least 1 ('probability' says how many queries "
                                 "need the net at all)",
                                 mean)};
  return std::nullopt;
}

std::optional<Complaint> items_of_item_net(const Net& net) {
  if (!net.items || net.per == Per::item) return std::nullopt;
  return Complaint{"items", "the net is evaluated once a query, not for each item; leave it out, or 'per'"};
}

// So that no sum of tables runs over.
std::optional<Complaint> fits_an_integer(const Model& model) {
  double bytes = 0;
  for (const Net& net : model.nets)
    for (const Table& table : net.tables) bytes += static_cast<double>(table.bytes().count);
  if (bytes > 1e18) return Complaint{"nets", "the tables together are larger than 10^18 bytes"};
  return std::nullopt;
}

std::optional<Complaint> nets_can_be_ordered(const Model& model) {
  if (model.nets.empty()) return Complaint{"nets", "found an empty list; expected at least one net"};
  try {
    evaluation_order(model);
  } catch (const InputError& e) {
    return Complaint{"nets", e.what()};
  }
  return std::nullopt;
}

// Of the probability that the feature is absent, to the 15 digits that a user can have written. What is no probability
// stays as it is, for the error to show.
Json coverage_of(const Json& absent) {
  if (!absent.is_number() || absent.get<double>() < 0 || absent.get<double>() > 1) return absent;
  return std::round((1 - absent.get<double>()) * 1e15) / 1e15;
}

template <class Operator>
void describe_times(Describe<Operator>& d) {
  d.optional("time", &Operator::time, "measured time of one batch on one core, added to what the layers cost");
  d.optional("time_per_item", &Operator::time_per_item, "measured time of each row of a batch on one core");
}

}  // namespace

Bytes Table::row_bytes() const {
  switch (dtype) {
    case ElementType::fp32:
      return {4LL * dim};
    case ElementType::fp16:
    case ElementType::bf16:
      return {2LL * dim};
    case ElementType::int8:
      return {dim + 8LL};
    case ElementType::int4:
      return {(dim + 1LL) / 2 + 4};
  }
  return {};
}

int KeptItems::of(int items) const {
  if (share) return static_cast<int>(std::clamp<double>(*share * items + 0.5, 1, items));
  return std::min(items, at_most.value_or(items));
}

Bytes Model::table_bytes() const {
  Bytes total;
  for (const Net& net : nets)
    for (const Table& table : net.tables) total += table.bytes();
  return total;
}

Bytes Model::dense_bytes() const {
  std::int64_t total = 0;
  for (const Net& net : nets) {
    if (net.bottom_mlp) total += weights(net.bottom_mlp->layers);
    if (net.interaction) total += weights(*net.interaction, net);
    for (const RepeatedLayers& r : net.repeated) total += weights(r.layers);
    for (const Attention& a : net.attention) total += weights_of(a);
    for (const Recurrent& r : net.recurrent) total += weights_of(r);
    total += weights(top_widths(net));
  }
  return {4 * total};
}

std::int64_t features_width(const Net& net) {
  std::int64_t width = bottom_width(net);
  for (const Table& t : net.tables) width += t.dim;
  return width;
}

std::optional<DenseInput> top_input(const Net& net) {
  if (net.interaction && net.interaction->output)
    return DenseInput{*net.interaction->output, "the interaction's 'output'"};
  if (has_unknown_width(net)) return std::nullopt;
  if (net.tables.empty()) return std::nullopt;  // its dense inputs alone
  if (!net.interaction || net.interaction->kind != InteractionKind::dot)
    return DenseInput{features_width(net), width_sum(net)};
  const std::int64_t vectors = std::ssize(net.tables) + (net.bottom_mlp ? 1 : 0);
  const std::int64_t pairs = vectors * (vectors - 1) / 2;
  const int bottom = bottom_width(net);
  std::string sum = fmt::format("{} pairs of {} vectors", pairs, vectors);
  if (bottom > 0) sum += fmt::format(" + {} of the bottom MLP", bottom);
  return DenseInput{pairs + bottom, sum};
}

std::vector<int> top_widths(const Net& net) {
  if (!net.top_mlp) return {};
  if (net.top_mlp->outputs.empty()) return net.top_mlp->layers;
  std::vector<int> widths = net.top_mlp->outputs;
  if (const std::optional<DenseInput> input = top_input(net))
    widths.insert(widths.begin(), static_cast<int>(input->width));
  return widths;
}

std::vector<std::size_t> evaluation_order(const Model& model) {
  const auto index_of = [&](const std::string& name) {
    const auto it = std::find_if(model.nets.begin(), model.nets.end(), [&](const Net& n) { return n.name == name; });
    return static_cast<std::size_t>(it - model.nets.begin());
  };
  std::vector<std::string> names;
  for (const Net& n : model.nets) names.push_back(n.name);
  std::vector<bool> done(model.nets.size());
  std::vector<std::size_t> order;
  while (order.size() < model.nets.size()) {
    const std::size_t before = order.size();
    for (std::size_t n = 0; n < model.nets.size() && order.size() == before; ++n) {
      if (done[n]) continue;
      bool ready = true;
      for (const std::string& earlier : model.nets[n].depends_on) {
        const std::size_t e = index_of(earlier);
        if (e == model.nets.size())
          throw InputError(fmt::format("net {} comes after the unknown net {}{}", in_quotes(model.nets[n].name),
                                       in_quotes(earlier), suggestion(earlier, names)));
        ready = ready && done[e];
      }
      if (ready) done[n] = true, order.push_back(n);
    }
    if (order.size() == before) throw InputError("the nets depend on each other in a circle; remove one 'after'");
  }
  return order;
}

std::vector<PlacedTable> tables_of(const Model& model) {
  std::vector<PlacedTable> out;
  for (std::size_t n = 0; n < model.nets.size(); ++n)
    for (const Table& table : model.nets[n].tables) out.push_back({&table, n});
  return out;
}

template <>
void describe(Describe<Table>& d) {
  d.object("table", "an embedding table");
  d.required("name", &Table::name, "unique in the model");
  d.required("rows", &Table::rows, "number of rows").at_least(1).at_most(1'000'000LL * kMostRows);
  d.required("dim", &Table::dim, "elements of a row").at_least(1).at_most(65536);
  d.optional("dtype", &Table::dtype, "type of an element").formerly("element");
  d.required("pooling", &Table::pooling,
             "pooling factor: lookups an item (or a query) makes; drawn once a query, zero means none");
  d.optional("per", &Table::per, "whether every item has its own bag, or the query has one");
  d.optional("coverage", &Table::coverage, "probability that a query has this feature")
      .at_least(0)
      .at_most(1)
      .formerly("absent", coverage_of);
  d.optional("shares_factor", &Table::shares_factor, "whether the traffic's 'lookup_factor' counts for this table");
  d.optional("time", &Table::time, "measured time of one batch's gather on one core, instead of the lookup formula");
  d.optional("popularity", &Table::popularity, "how unequally its rows are asked for, instead of as the traffic says");
  d.check([](const Table& t) -> std::optional<Complaint> {
    if (t.pooling.has_value() && t.pooling->mean() > 1e6)
      return Complaint{"pooling", "the mean is above 1000000 lookups an item"};
    if (static_cast<double>(t.rows) * static_cast<double>(t.row_bytes().count) > 1e18)
      return Complaint{"rows", "the table is larger than 10^18 bytes"};
    return std::nullopt;
  });
}

template <>
void describe(Describe<Layers>& d) {
  d.object("layers", "fully connected layers, or an operator of measured time");
  d.optional("layers", &Layers::layers, "widths; the first is the input's");
  d.optional("outputs", &Layers::outputs,
             "of a top MLP, instead of 'layers': widths without the input's, which follows from tables, bottom MLP and "
             "interaction");
  describe_times(d);
  d.check([](const Layers& l) -> std::optional<Complaint> {
    if (!l.layers.empty() && !l.outputs.empty())
      return Complaint{"outputs", "both 'layers' and 'outputs' give the widths; keep one of them"};
    if (const auto wrong = complaint_about(l.layers, "layers")) return wrong;
    return complaint_about(l.outputs, "outputs");
  });
}

template <>
void describe(Describe<RepeatedLayers>& d) {
  d.object("repeated-layers",
           "layers that each row goes through several times: for each element of a history (attention), each step of a "
           "recurrent net, each of several tasks");
  d.required("layers", &RepeatedLayers::layers, "widths; the first is the input's");
  d.optional("times", &RepeatedLayers::times, "how often").at_least(1).at_most(1'000'000);
  d.check([](const RepeatedLayers& r) { return complaint_about(r.layers, "layers"); });
}

template <>
void describe(Describe<Interaction>& d) {
  d.object("interaction", "how dense and pooled features are combined");
  d.optional("kind", &Interaction::kind, "concat costs nothing; dot takes all pairs; low-rank-cross is DCN v2");
  d.optional("layers", &Interaction::layers, "cross layers (low-rank-cross)").at_least(1).at_most(1000);
  d.optional("rank", &Interaction::rank, "rank of a cross layer (low-rank-cross)").at_least(1).at_most(65536);
  d.optional("output", &Interaction::output,
             "width of what it hands to the top MLP; left out: all vectors side by side, for dot the pairs and the "
             "bottom MLP's output")
      .at_least(1)
      .at_most(kWidest);
  describe_times(d);
}

template <>
void describe(Describe<RpcSizes>& d) {
  d.object("rpc-sizes", "measured sizes of the messages of every RPC of a net");
  d.required("request", &RpcSizes::request, "main shard to sparse shard");
  d.required("response", &RpcSizes::response, "sparse shard to main shard");
}

template <>
void describe(Describe<KeptItems>& d) {
  d.object("kept-items", "how many of a query's items a net sees: a stage of a cascade");
  d.optional("share", &KeptItems::share, "of the query's items; at least one is kept").more_than(0).at_most(1);
  d.optional("at_most", &KeptItems::at_most, "so many, where the query has more").at_least(1).at_most(1'000'000);
  d.check([](const KeptItems& k) -> std::optional<Complaint> {
    if (k.share && k.at_most) return Complaint{"at_most", "both 'share' and 'at_most' are given; keep one of them"};
    if (!k.share && !k.at_most) return Complaint{"", "expected 'share' or 'at_most'"};
    return std::nullopt;
  });
}

template <>
void describe(Describe<Net>& d) {
  d.object("net", "a stage of the model");
  d.required("name", &Net::name, "unique in the model");
  d.optional("depends_on", &Net::depends_on, "names of nets that must be done before this one starts")
      .formerly("after");
  d.optional("per", &Net::per, "whether the dense layers see every item of a batch, or one row a batch");
  d.optional("bottom_mlp", &Net::bottom_mlp, "dense layers before the interaction; run while RPCs are under way");
  d.optional("interaction", &Net::interaction, "combines dense and pooled features; needs all RPCs back");
  d.optional("repeated", &Net::repeated,
             "dense layers between interaction and top MLP that every row goes through several times");
  d.optional("top_mlp", &Net::top_mlp, "dense layers after the interaction");
  d.optional("rpc", &Net::rpc, "sizes of every RPC of this net, instead of those computed from lookups");
  d.optional("tables", &Net::tables, "embedding tables");
  d.optional("attention", &Net::attention, "self-attention of each row, between interaction and top MLP");
  d.optional("recurrent", &Net::recurrent, "recurrent layers of each row, between interaction and top MLP");
  d.optional("repeat", &Net::repeat,
             "how often a query walks the net, one time after the other, each with lookups of its own; drawn once a "
             "query, rounded, 1 to 256");
  d.optional("probability", &Net::probability, "that a query needs the net at all").more_than(0).at_most(1);
  d.optional("items", &Net::items, "of a cascade: how many of the query's items the net sees; left out: all");
  d.check(dot_of_one_length);
  d.check(top_fits);
  d.check(repeat_in_bounds);
  d.check(items_of_item_net);
}

template <>
void describe(Describe<Model>& d) {
  d.object("model", "a recommendation model");
  d.required("name", &Model::name, "short name");
  d.optional("description", &Model::description, "what it is");
  d.optional("sources", &Model::sources, "where each figure comes from");
  d.required("nets", &Model::nets, "stages; evaluated in the order that 'depends_on' asks for");
  d.check(names_are_unique);
  d.check(fits_an_integer);
  d.check(nets_can_be_ordered);
}

}  // namespace shardsim
