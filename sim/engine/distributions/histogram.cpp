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

class Histogram final : public ByInversion {
 public:
  std::vector<Bin> bins;

  // The uniform number that finds the bin has the place in it left over.
  double quantile(double p) const override {
    const double weight = p * sums_.back();
    auto at = std::upper_bound(sums_.begin(), sums_.end(), weight);
    if (at == sums_.end()) at = std::lower_bound(sums_.begin(), sums_.end(), sums_.back());  // rounded up to the sum
    const Bin& bin = bins[static_cast<std::size_t>(at - sums_.begin())];
    const double place = 1 - std::max(0.0, *at - weight) / bin.weight;
    return std::clamp(bin.from() + (bin.to() - bin.from()) * place, bin.from(), bin.to());
  }
  double mean() const override {
    double sum = 0;
    for (const Bin& bin : bins) sum += bin.weight / sums_.back() * (bin.from() + (bin.to() - bin.from()) / 2);
    return sum;
  }
  void prepare() {
    double sum = 0;
    sums_.clear();
    for (const Bin& bin : bins) sums_.push_back(sum += bin.weight);
  }

 private:
  std::vector<double> sums_;  // of the weights up to each bin, so that one is found in logarithmic time
};

}  // namespace

template <>
void describe(Describe<Histogram>& d) {
  d.object("histogram", "a histogram: bins by weight, uniform within a bin");
  d.required("bins", &Histogram::bins, "[{\"value\": v or \"low\": l, \"high\": h, \"weight\": w}, ...]");
  d.check([](const Histogram& h) -> std::optional<Complaint> {
    if (h.bins.empty()) return Complaint{"bins", "found an empty list; expected at least one bin"};
    if (std::all_of(h.bins.begin(), h.bins.end(), [](const Bin& bin) { return bin.weight == 0; }))
      return Complaint{"bins", "all weights are 0; expected one above 0"};
    return std::nullopt;
  });
  d.finish([](Histogram& h) { h.prepare(); });
}

namespace distributions {
Alternative<Distribution> histogram() { return alternative<Histogram, Distribution>(); }
}  // namespace distributions

}  // namespace shardsim
