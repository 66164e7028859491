// SPDX-License-Identifier: Apache-2.0
// Description of what a result holds: its figures, each with name, unit, what it is, where it is found, and how
// replications are put together. From it come the JSON, the merging, and what docs/metrics.md has to say.
//
//     template <> void describe(FigureList<HostResult>& f) {
//       f.of("hosts[]");
//       f.add("cores", "", "cores of the machine", &HostResult::cores, Merge::same,
//             [](const HostSource& s) { return s.cores().servers(); });
//       f.add("visits", "", "pieces of work", Merge::sum,              // no code reads it: it needs no member
//             [](const HostSource& s) { return s.cores().visits(); });
//     }
#pragma once

#include <functional>

#include "experiment/results/figure_json.hpp"
#include "stats/histogram.hpp"

namespace shardsim {

/// How a figure of several replications is made of theirs.
enum class Merge {
  same,               ///< as in the first
  sum,                ///< added up
  most,               ///< the highest
  mean_over_time,     ///< mean, weighted by simulated time
  mean_over_queries,  ///< mean, weighted by completed queries
  mean_over_count,    ///< mean, weighted by T::count()
};

/// What the means of a run are weighted by.
struct Extent {
  double simulated_s = 0;
  double completed = 0;
};

/// A figure, without the types of its result and value.
struct FigureText {
  std::string name;  ///< key in the JSON; "rpcs.attempts" is the key `attempts` of the object `rpcs`
  std::string unit;
  std::string doc;
  std::string column;  ///< in sweep.csv; empty: not there
};

namespace detail {
void put(Json& object, const std::string& path, Json value);

template <class V>
requires(!std::is_same_v<V, bool>) && requires(V& a, const V& b) { a += b; }
void add_up(V& ours, const V& theirs) { ours += theirs; }
template <class V, std::size_t N>
void add_up(std::array<V, N>& ours, const std::array<V, N>& theirs) {
  for (std::size_t i = 0; i < N; ++i) ours[i] += theirs[i];
}
inline void add_up(Histogram& ours, const Histogram& theirs) { ours.merge(theirs); }

// Towards `theirs` by its share of the weight.
inline void mix(double& ours, double theirs, double share) { ours += (theirs - ours) * share; }
inline void mix(std::optional<double>& ours, const std::optional<double>& theirs, double share) {
  if (ours && theirs) mix(*ours, *theirs, share);
}
template <std::size_t N>
void mix(std::array<double, N>& ours, const std::array<double, N>& theirs, double share) {
  for (std::size_t i = 0; i < N; ++i) mix(ours[i], theirs[i], share);
}
}  // namespace detail

template <class T>
class FigureList;
/// To be specialised for every result that has figures.
template <class T>
void describe(FigureList<T>& f);

/// The figures of T. It has `T::Source`, what they are collected from, and `std::vector<double> more` for those without
/// a member of their own.
template <class T>
class FigureList {
 public:
  using Source = typename T::Source;

  static const FigureList& all() {
    static const FigureList list;
    return list;
  }

  /// A figure that is a member of T. `from`: what it is collected from; without it, it is filled in elsewhere.
  template <class V>
  void add(std::string name, std::string unit, std::string doc, V T::*member, Merge merge,
           std::type_identity_t<std::function<V(const Source&)>> from = {}) {
    hidden(member, merge, std::move(from));
    Figure& f = figures_.back();
    f.text = {std::move(name), std::move(unit), std::move(doc), {}};
    f.write = [member](const T& t) { return figure_json(t.*member); };
  }

  /// A figure that only reports know.
  template <class From>
  requires std::is_arithmetic_v<std::invoke_result_t<From, const Source&>>
  void add(std::string name, std::string unit, std::string doc, Merge merge, From from) {
    using Value = std::invoke_result_t<From, const Source&>;
    Figure f = described(std::move(name), std::move(unit), std::move(doc));
    const auto at = [place = extras_++](auto& t) -> auto& { return t.more.at(place); };
    f.write = [at](const T& t) { return Json(static_cast<Value>(at(t))); };
    f.collect = [at, from](T& t, const Source& source) { at(t) = static_cast<double>(from(source)); };
    merge_by(f, merge, at);
    figures_.push_back(std::move(f));
  }

  /// A figure made of others.
  template <class From>
  void derived(std::string name, std::string unit, std::string doc, From from) {
    Figure f = described(std::move(name), std::move(unit), std::move(doc));
    f.write = [from](const T& t) { return figure_json(std::invoke(from, t)); };
    figures_.push_back(std::move(f));
  }

  /// A member that others need, and no report shows.
  template <class V>
  void hidden(V T::*member, Merge merge, std::type_identity_t<std::function<V(const Source&)>> from = {}) {
    Figure f;
    if (from) f.collect = [member, from](T& t, const Source& source) { t.*member = from(source); };
    merge_by(
        f, merge, [member](auto& t) -> auto& { return t.*member; });
    figures_.push_back(std::move(f));
  }

  /// The list's place in result.json.
  void of(std::string place) { place_ = std::move(place); }
  /// The figure just added has a column in sweep.csv, of that name. It is a number.
  void in_table(std::string column) { figures_.back().text.column = std::move(column); }

  /// A result of nothing, which can be written: it has every figure.
  T blank() const {
    T out;
    out.more.resize(extras_);
    return out;
  }
  T collect(const Source& source) const {
    T out;
    collect(out, source);
    return out;
  }
  void collect(T& into, const Source& source) const {
    into.more.resize(extras_);
    for (const Figure& f : figures_)
      if (f.collect) f.collect(into, source);
  }

  Json json(const T& t) const {
    Json out = Json::object();
    write(out, t);
    return out;
  }
  void write(Json& out, const T& t) const {
    for (const Figure& f : figures_)
      if (f.write) detail::put(out, f.text.name, f.write(t));
  }

  /// Adds the same of another replication. Means go first: counts that they are weighted by are added up after.
  void merge(T& ours, const Extent& our_extent, const T& theirs, const Extent& their_extent) const {
    const auto share = [&](Merge how) {
      const double a = weight(ours, our_extent, how);
      const double b = weight(theirs, their_extent, how);
      return a + b > 0 ? b / (a + b) : 0;
    };
    for (const Figure& f : figures_)
      if (f.mix) f.mix(ours, theirs, share(f.merge));
    for (const Figure& f : figures_)
      if (f.join) f.join(ours, theirs);
  }

  /// "hosts[].name", unit and so on of each figure that is shown.
  std::vector<FigureText> texts() const {
    std::vector<FigureText> out;
    for (const Figure& f : figures_) {
      if (!f.write) continue;
      out.push_back(f.text);
      if (!place_.empty()) out.back().name = place_ + "." + f.text.name;
    }
    return out;
  }
  /// The value of each figure that has a column in sweep.csv, in their order.
  std::vector<double> table_values(const T& t) const {
    std::vector<double> out;
    for (const Figure& f : figures_)
      if (!f.text.column.empty()) out.push_back(f.write(t).template get<double>());
    return out;
  }

 private:
  struct Figure {
    FigureText text;
    Merge merge = Merge::same;
    std::function<void(T&, const Source&)> collect;  // empty: filled in elsewhere
    std::function<Json(const T&)> write;             // empty: not shown
    std::function<void(T&, const T&, double)> mix;   // means only
    std::function<void(T&, const T&)> join;          // the others
  };

  FigureList() { describe(*this); }

  static Figure described(std::string name, std::string unit, std::string doc) {
    Figure f;
    f.text = {std::move(name), std::move(unit), std::move(doc), {}};
    return f;
  }

  static double weight(const T& t, const Extent& extent, Merge how) {
    if (how == Merge::mean_over_time) return extent.simulated_s;
    if (how == Merge::mean_over_queries) return extent.completed;
    if constexpr (requires { t.count(); }) return static_cast<double>(t.count());
    return 0;
  }

  template <class At>
  static void merge_by(Figure& f, Merge merge, At at) {
    using V = std::remove_cvref_t<std::invoke_result_t<At, T&>>;
    f.merge = merge;
    if constexpr (requires(V & v) { detail::add_up(v, v); })
      if (merge == Merge::sum) f.join = [at](T& ours, const T& theirs) { detail::add_up(at(ours), at(theirs)); };
    if constexpr (requires(V & v) { v < v; })
      if (merge == Merge::most) f.join = [at](T& ours, const T& theirs) { at(ours) = std::max(at(ours), at(theirs)); };
    if constexpr (requires(V & v) { detail::mix(v, v, 0.0); })
      if (merge >= Merge::mean_over_time)
        f.mix = [at](T& ours, const T& theirs, double share) { detail::mix(at(ours), at(theirs), share); };
    if (merge != Merge::same && !f.join && !f.mix)
      throw std::logic_error("a figure of a type that cannot be put together as its description says");
  }

  std::string place_;
  std::vector<Figure> figures_;
  std::size_t extras_ = 0;
};

template <class T>
Json figures_json(const std::vector<T>& items) {
  Json out = Json::array();
  for (const T& item : items) out.push_back(FigureList<T>::all().json(item));
  return out;
}

}  // namespace shardsim
