// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>

#include "caches/admission.hpp"
#include "caches/invalidation.hpp"

namespace shardsim {
namespace {

// How many sets of how many places, each of the largest row's bytes.
struct SetShape {
  std::int64_t sets = 0;
  std::int64_t ways = 0;
  std::int64_t place_bytes = 0;

  template <class Tables, class BytesOf>
  static SetShape of(const Tables& tables, Bytes capacity, std::int64_t ways, const BytesOf& bytes_of) {
    SetShape shape;
    for (const auto& table : tables) shape.place_bytes = std::max(shape.place_bytes, bytes_of(table).count);
    const std::int64_t places = shape.place_bytes > 0 ? capacity.count / shape.place_bytes : 0;
    shape.ways = std::min(ways, places);
    shape.sets = shape.ways > 0 ? places / shape.ways : 0;
    return shape;
  }
};

// A set is its rows from the one that was used last to the one used the longest ago; a place is 0 or a key and 1.
class SetAssociativeCache final : public RowCache {
 public:
  SetAssociativeCache(const CacheSetup& setup, std::int64_t ways, const AdmissionFields& admission)
      : RowCache(setup.capacity),
        shape_(SetShape::of(setup.tables, setup.capacity, ways, [](const CachedTable& t) { return t.row_bytes; })),
        places_(static_cast<std::size_t>(shape_.sets * shape_.ways)),
        admission_(admission_of(admission)) {}

  bool access(std::size_t table, std::int64_t row) override {
    if (shape_.sets == 0) return false;
    const RowKey key = row_key(table, row);
    RowKey* const set = set_of(key);
    RowKey* const at = std::find(set, set + shape_.ways, key + 1);
    const bool hit = at != set + shape_.ways;
    if (!hit && admission_ != nullptr && !admission_->admits(key)) return false;
    RowKey* const goes = hit ? at : set + shape_.ways - 1;
    if (!hit && *goes == 0) ++entries_;
    std::copy_backward(set, goes, goes + 1);
    *set = key + 1;
    return hit;
  }
  bool contains(std::size_t table, std::int64_t row) const override {
    if (shape_.sets == 0) return false;
    const RowKey key = row_key(table, row);
    const RowKey* const set = set_of(key);
    return std::find(set, set + shape_.ways, key + 1) != set + shape_.ways;
  }
  bool invalidate(std::size_t table, std::int64_t row) override {
    if (!contains(table, row)) return false;
    const RowKey key = row_key(table, row);
    RowKey* const end = set_of(key) + shape_.ways;
    RowKey* const at = std::find(set_of(key), end, key + 1);
    std::copy(at + 1, end, at);
    *(end - 1) = 0;
    --entries_;
    return true;
  }
  std::int64_t entries() const override { return entries_; }
  Bytes bytes() const override { return {entries_ * shape_.place_bytes}; }

 private:
  std::size_t first_of(RowKey key) const {
    __extension__ using Wide = unsigned __int128;
    const Wide product = static_cast<Wide>(split_mix(key, 0)) * static_cast<std::uint64_t>(shape_.sets);
    return static_cast<std::size_t>(product >> 64) * static_cast<std::size_t>(shape_.ways);
  }
  RowKey* set_of(RowKey key) { return &places_[first_of(key)]; }
  const RowKey* set_of(RowKey key) const { return &places_[first_of(key)]; }

  SetShape shape_;
  LazyArray<RowKey> places_;
  std::unique_ptr<SecondTouch> admission_;
  std::int64_t entries_ = 0;
};

// A row leaves when as many others of its set were asked for as there are ways. Of N different rows asked for, about a
// Poisson number is of its set, so that N / sets is gamma distributed when that happens: a cache of that many rows, by
// quantiles. With few sets the number is binomial, which varies less.
std::vector<double> capacities_seen(const SetShape& shape) {
  constexpr int kQuantiles = 16;
  const auto ways = static_cast<double>(shape.ways);
  const double spread = std::sqrt(1 - 1 / static_cast<double>(shape.sets));
  std::vector<double> out;
  for (int i = 0; i < kQuantiles; ++i)
    out.push_back(1 + (boost::math::gamma_p_inv(ways, (i + 0.5) / kQuantiles) / ways - 1) * spread);
  return out;
}

class SetAssociative final : public CachePolicy, public AdmissionFields {
 public:
  std::int64_t ways = 32;

  std::unique_ptr<RowCache> exact(const CacheSetup& setup) const override {
    return std::make_unique<SetAssociativeCache>(setup, ways, *this);
  }
  HitRatios formula(std::span<const BandedTable> tables, Bytes capacity) const override {
    const auto row_bytes = [](const BandedTable& t) { return t.table.row_bytes; };
    const SetShape shape = SetShape::of(tables, capacity, ways, row_bytes);
    if (shape.sets == 0) return {std::vector<double>(tables.size()), {}};
    std::vector<BandedTable> in_places(tables.begin(), tables.end());
    for (BandedTable& t : in_places) t.table.row_bytes = Bytes{shape.place_bytes};
    const Bytes places{shape.sets * shape.ways * shape.place_bytes};
    return hits_of_stays(in_places, places, {lru_hits, admission_window, capacities_seen(shape), lru_present});
  }
};

}  // namespace

template <>
void describe(Describe<SetAssociative>& d) {
  d.object("set-associative",
           "as 'lru' within sets: a hash of the row says in which. All places have the largest row's bytes. By "
           "formula: Che's approximation over the capacities that a set's rows see");
  d.optional("ways", &SetAssociative::ways, "places of a set; FBGEMM's caches have 32").at_least(1).at_most(1024);
  describe_admission(d);
}

namespace cache_policies {
Alternative<CachePolicy> set_associative() { return alternative<SetAssociative, CachePolicy>(); }
}  // namespace cache_policies

}  // namespace shardsim
