// SPDX-License-Identifier: Apache-2.0
#include "model/popularity.hpp"

namespace shardsim {
namespace {

class UniformSampler final : public RankSampler {
 public:
  explicit UniformSampler(std::int64_t rows) : rows_(static_cast<std::uint64_t>(rows)) {}
  std::int64_t sample(RandomStream& random) const override { return static_cast<std::int64_t>(random.below(rows_)); }
  double share_below(std::int64_t rank) const override {
    return static_cast<double>(rank) / static_cast<double>(rows_);
  }

 private:
  std::uint64_t rows_;
};

class UniformPopularity final : public Popularity {
 public:
  std::unique_ptr<const RankSampler> over(std::int64_t rows) const override {
    return std::make_unique<UniformSampler>(rows);
  }
};

}  // namespace

template <>
void describe(Describe<UniformPopularity>& d) {
  d.object("uniform", "all rows are asked for alike: the least reuse there can be");
}

namespace popularities {
Alternative<Popularity> uniform() { return alternative<UniformPopularity, Popularity>(); }
}  // namespace popularities

}  // namespace shardsim
