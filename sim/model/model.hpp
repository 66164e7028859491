// SPDX-License-Identifier: Apache-2.0
// A recommendation model: nets in a dependency graph, each with dense layers and embedding tables. Pure description.
#pragma once

#include "config/description.hpp"
#include "engine/distribution.hpp"
#include "model/operators.hpp"
#include "model/popularity.hpp"

namespace shardsim {

enum class ElementType { fp32, fp16, bf16, int8, int4 };
template <>
struct EnumNames<ElementType> {
  static constexpr std::array<std::pair<ElementType, std::string_view>, 5> names{{{ElementType::fp32, "fp32"},
                                                                                  {ElementType::fp16, "fp16"},
                                                                                  {ElementType::bf16, "bf16"},
                                                                                  {ElementType::int8, "int8"},
                                                                                  {ElementType::int4, "int4"}}};
};

/// Whether something happens once for every item of a query, or once for the query (in every batch that needs it).
enum class Per { item, query };
template <>
struct EnumNames<Per> {
  static constexpr std::array<std::pair<Per, std::string_view>, 2> names{{{Per::item, "item"}, {Per::query, "query"}}};
};

struct Table {
  std::string name;
  std::int64_t rows = 0;
  int dim = 0;
  ElementType dtype = ElementType::fp32;
  Choice<Distribution> pooling;
  Per per = Per::item;
  double coverage = 1;
  bool shares_factor = true;
  std::optional<Duration> time;
  Choice<Popularity> popularity;  ///< empty: as the traffic says

  /// Bytes of one row. int8 rows carry an fp32 scale and bias, int4 rows an fp16 scale and bias (FBGEMM's fused rowwise
  /// formats).
  Bytes row_bytes() const;
  Bytes bytes() const { return {rows * row_bytes().count}; }
};

/// Fully connected layers, or any operator of known time.
struct Layers {
  std::vector<int> layers;
  Duration time{};
  Duration time_per_item{};
  std::vector<int> outputs{};  ///< of a top MLP, instead of `layers`: without the input's width, which is worked out
};

/// Layers that a row goes through several times: for each element of a history, each step of a recurrent net, each
/// task.
struct RepeatedLayers {
  std::vector<int> layers;
  int times = 1;
};

enum class InteractionKind { concat, dot, low_rank_cross };
template <>
struct EnumNames<InteractionKind> {
  static constexpr std::array<std::pair<InteractionKind, std::string_view>, 3> names{
      {{InteractionKind::concat, "concat"},
       {InteractionKind::dot, "dot"},
       {InteractionKind::low_rank_cross, "low-rank-cross"}}};
};

/// How dense and pooled sparse features are combined.
struct Interaction {
  InteractionKind kind = InteractionKind::concat;
  int layers = 3;
  int rank = 512;
  std::optional<int> output;  ///< width of what it hands to the top MLP; empty: as the kind says
  Duration time{};
  Duration time_per_item{};
};

/// Sizes of every RPC of a net, where they are known by measurement.
struct RpcSizes {
  Bytes request;
  Bytes response;
};

/// How many of a query's items a net sees, which an earlier one has ranked highest: one of the two.
struct KeptItems {
  std::optional<double> share;  ///< in (0, 1]
  std::optional<int> at_most;
  /// Of so many, at least 1: the share is rounded.
  int of(int items) const;
};

struct Net {
  std::string name;
  std::vector<std::string> depends_on;
  Per per = Per::item;
  std::optional<Layers> bottom_mlp;
  std::optional<Interaction> interaction;
  std::vector<RepeatedLayers> repeated;
  std::optional<Layers> top_mlp;
  std::optional<RpcSizes> rpc;
  std::vector<Table> tables;
  std::vector<Attention> attention;
  std::vector<Recurrent> recurrent;
  Choice<Distribution> repeat;     ///< how often a query walks it, one time after the other; empty: once
  double probability = 1;          ///< that a query needs it at all
  std::optional<KeptItems> items;  ///< empty: all
};

struct Model {
  std::string name;
  std::string description;
  Remarks sources;
  std::vector<Net> nets;

  /// Bytes of all tables.
  Bytes table_bytes() const;
  /// Bytes of the dense layers' weights, fp32.
  Bytes dense_bytes() const;
};

/// Width of all of a net's vectors side by side: the pooled ones of its tables and what the bottom MLP gives, where its
/// layers say.
std::int64_t features_width(const Net& net);

/// Width of what the top MLP of a net takes in, and how it comes about. Nothing where the net does not say.
struct DenseInput {
  std::int64_t width = 0;
  std::string sum;
};
std::optional<DenseInput> top_input(const Net& net);

/// Widths of the top MLP's layers, the input's first; empty without layers.
std::vector<int> top_widths(const Net& net);

/// Nets in an order that respects `after`; among those that are ready, the one written first. Throws InputError on a
/// cycle or an unknown name.
std::vector<std::size_t> evaluation_order(const Model& model);

/// A table with its place: tables are numbered over the whole model, net by net.
struct PlacedTable {
  const Table* table;
  std::size_t net;
};
std::vector<PlacedTable> tables_of(const Model& model);

template <>
void describe(Describe<Table>& d);
template <>
void describe(Describe<Layers>& d);
template <>
void describe(Describe<RepeatedLayers>& d);
template <>
void describe(Describe<Interaction>& d);
template <>
void describe(Describe<RpcSizes>& d);
template <>
void describe(Describe<KeptItems>& d);
template <>
void describe(Describe<Net>& d);
template <>
void describe(Describe<Model>& d);

}  // namespace shardsim
