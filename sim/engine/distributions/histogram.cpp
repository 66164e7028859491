// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "engine/distribution.hpp"

namespace shardsim {
namespace {

struct Bin {
  std::optional<double> value;
  std::optional<double> low;
  std::optional<double> high;
  double weight = 0;

  double from() const { return value ? *value : *low; }
  double to() const { return value ? *value : *high; }
};

}  // namespace

template <>
void describe(Describe<Bin>& d) {
  d.object("histogram-bin", "one value, or the values between two bounds, all alike");
  d.optional("value", &Bin::value, "the value; or give 'low' and 'high'").at_least(0);
  d.optional("low", &Bin::low, "lower bound").at_least(0);
  d.optional("high", &Bin::high, "upper bound").at_least(0);
  d.required("weight", &Bin::weight, "how often, beside the other bins' weights").at_least(0).at_most(1e300);
  d.check([](const Bin& b) -> std::optional<Complaint> {
    if (b.value.has_value() == (b.low || b.high) || b.low.has_value() != b.high.has_value())
      return Complaint{"", "expected either 'value' or both 'low' and 'high'"};
    if (b.low && *b.low > *b.high) return Complaint{"low", fmt::format("{} is above 'high', {}", *b.low, *b.high)};
    return std::nullopt;
  });
}

namespace {

// The bins with the sums of their weights, so that one is found in logarithmic time.
struct Bins {
  std::vector<Bin> list;
  std::vector<double> weight_up_to;  // each bin's included

  void add_up() {
    double sum = 0;
    weight_up_to.clear();
    for (const Bin& bin : list) weight_up_to.push_back(sum += bin.weight);
  }
};

class BinsType final : public ValueType {
 public:
  void read(const Json& value, const At& at, void* target) const override {
    Bins& bins = *static_cast<Bins*>(target);
    list_.read(value, at, &bins.list);
    bins.add_up();
  }
  Json write(const void* source, const FileNames& names) const override {
    return list_.write(&static_cast<const Bins*>(source)->list, names);
  }
  Json schema(SchemaBuilder& builder) const override { return list_.schema(builder); }
  void include_files(Json& value, const std::string& pointer, Document& document) const override {
    list_.include_files(value, pointer, document);
  }

 private:
  ListType<Bin> list_;
};

class Histogram final : public Distribution {
 public:
  Bins bins;

  // The uniform number that finds the bin has the place in it left over.
  double sample(RandomStream& random) const override {
    const std::vector<double>& sums = bins.weight_up_to;
    const double weight = random.uniform() * sums.back();
    auto at = std::upper_bound(sums.begin(), sums.end(), weight);
    if (at == sums.end()) at = std::lower_bound(sums.begin(), sums.end(), sums.back());  // rounded up to the sum
    const Bin& bin = bins.list[static_cast<std::size_t>(at - sums.begin())];
    const double place = 1 - std::max(0.0, *at - weight) / bin.weight;
    return std::clamp(bin.from() + (bin.to() - bin.from()) * place, bin.from(), bin.to());
  }
  double mean() const override {
    double sum = 0;
    for (const Bin& bin : bins.list)
      sum += bin.weight / bins.weight_up_to.back() * (bin.from() + (bin.to() - bin.from()) / 2);
    return sum;
  }
};

}  // namespace

namespace detail {
template <>
struct TypeOf<Bins> : std::type_identity<BinsType> {};
}  // namespace detail

template <>
void describe(Describe<Histogram>& d) {
  d.object("histogram", "a histogram: bins by weight, uniform within a bin");
  d.required("bins", &Histogram::bins, "[{\"value\": v or \"low\": l, \"high\": h, \"weight\": w}, ...]");
  d.check([](const Histogram& h) -> std::optional<Complaint> {
    if (h.bins.list.empty()) return Complaint{"bins", "found an empty list; expected at least one bin"};
    if (h.bins.weight_up_to.back() <= 0) return Complaint{"bins", "all weights are 0; expected one above 0"};
    return std::nullopt;
  });
}

namespace distributions {
Alternative<Distribution> histogram() { return alternative<Histogram, Distribution>(); }
}  // namespace distributions

}  // namespace shardsim
