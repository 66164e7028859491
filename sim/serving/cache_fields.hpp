// SPDX-License-Identifier: Apache-2.0
// What a scenario says of a cache of rows, wherever in the system it is.
#pragma once

#include "caches/capacity_split.hpp"
#include "serving/tiers.hpp"

namespace shardsim {

/// How what a cache answers is found out.
///   analytic  by formula, from how popular rows are; hits are drawn for each gather
///   exact     row by row, from an empty cache on
enum class CacheMode { analytic, exact };
template <>
struct EnumNames<CacheMode> {
  static constexpr std::array<std::pair<CacheMode, std::string_view>, 2> names{
      {{CacheMode::analytic, "analytic"}, {CacheMode::exact, "exact"}}};
};

/// A cache before tables whose rows are elsewhere.
struct CacheFields {
  Choice<CachePolicy> policy;
  std::optional<Bytes> capacity;
  std::optional<Share> share;  ///< instead of `capacity`: of all bytes that could be in it
  CapacitySplit split = CapacitySplit::shared;
  CacheMode mode = CacheMode::analytic;
  Bytes overhead;  ///< memory that a row takes beside its own bytes
  Duration lookup_time{};

  bool is_exact() const { return mode == CacheMode::exact; }
  /// Memory that it takes before these tables: never more than all of their rows.
  Bytes bytes_for(std::span<const TieredTable> tables) const;
  /// Sets the hit ratio of each table by formula, with a cache of so many bytes. An exact cache leaves them where
  /// nothing says how popular rows are, or there is no formula; else throws ScenarioError. `pointer`: where the fields
  /// are in the scenario.
  void set_hit_ratios(std::span<TieredTable> tables, Bytes bytes, const std::string& pointer) const;
  /// The cache row by row: one for each table, or one for all. The tables are to outlive it. Throws ScenarioError where
  /// it has to know how popular rows are and does not.
  std::vector<std::unique_ptr<RowCache>> make(std::span<const TieredTable> tables, Bytes bytes,
                                              const std::string& pointer) const;

 private:
  std::vector<CachedTable> cached(std::span<const TieredTable> tables) const;
};

/// `whole`: what `share` is a share of; `overhead`: of `row_overhead`.
template <class Spec>
void describe_cache(Describe<Spec>& d, const std::string& whole, const std::string& overhead) {
  d.optional("capacity", &Spec::capacity, "of the cache of each server, at most; its memory is taken from the host's");
  d.optional("share", &Spec::share, "instead: its capacity as a share of " + whole)
      .more_than(Share{0})
      .at_most(Share{1});
  d.optional(
      "split", &Spec::split,
      "whether all tables of a server share its cache, or each has a part of it: an equal one, one by its lookups, "
      "or one by what more bytes bring it");
  d.optional("cache_mode", &Spec::mode,
             "analytic: hits by formula, from how popular rows are; exact: row by row, from an empty cache on; needs "
             "'traffic.rows' or a trace with rows");
  d.optional("row_overhead", &Spec::overhead, overhead);
  d.optional("lookup_time", &Spec::lookup_time, "core time of looking for one row in the cache");
  d.check([](const Spec& s) -> std::optional<Complaint> {
    if (s.capacity && s.share) return Complaint{"share", "is given beside 'capacity'; expected one of them"};
    if (!s.capacity && !s.share) return Complaint{"capacity", "is missing: give 'capacity' or 'share'"};
    if (s.capacity && s.capacity->count <= 0) return Complaint{"capacity", "expected more than 0"};
    return std::nullopt;
  });
}

}  // namespace shardsim
