// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "engine/alias_table.hpp"
#include "model/popularity.hpp"

namespace shardsim {
namespace {

struct ReuseClass {
  double rows = 0;
  double accesses = 0;
  double density() const { return accesses / rows; }
};

std::vector<double> accesses_of(const std::vector<ReuseClass>& classes) {
  std::vector<double> out;
  for (const ReuseClass& c : classes) out.push_back(c.accesses);
  return out;
}

double sum_of(const std::vector<ReuseClass>& classes, double ReuseClass::*member) {
  double sum = 0;
  for (const ReuseClass& c : classes) sum += c.*member;
  return sum;
}

// A point of the curve's axis is drawn, in units of 2^-64 of the table, and the row it lies in taken: so a row that two
// classes share has its part of both, and a table of fewer rows than there are classes needs no rule of its own.
class ReuseSampler final : public RankSampler {
 public:
  ReuseSampler(const std::vector<ReuseClass>& classes, std::int64_t rows)
      : rows_(static_cast<std::uint64_t>(rows)), table_(accesses_of(classes)) {
    const double all = sum_of(classes, &ReuseClass::rows);
    double below = 0;
    std::uint64_t first = 0;
    const double accesses = sum_of(classes, &ReuseClass::accesses);
    for (const ReuseClass& c : classes) {
      curve_.push_back({below, c.rows / all, c.accesses / accesses});
      below += c.rows / all;
      const bool last = &c == &classes.back() || below >= 1;
      const std::uint64_t end = last ? ~std::uint64_t{0} : static_cast<std::uint64_t>(below * 0x1.0p64);
      stretches_.push_back({first, end - first});
      first = end;
    }
  }

  std::int64_t sample(RandomStream& random) const override {
    const Stretch& stretch = stretches_[table_.pick(random.bits())];
    const std::uint64_t point = stretch.first + random.below(stretch.width);
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::int64_t>((static_cast<Wide>(point) * rows_) >> 64);
  }

  double share_below(std::int64_t rank) const override {
    const double point = static_cast<double>(rank) / static_cast<double>(rows_);
    double share = 0;
    for (const Piece& piece : curve_)
      share += piece.accesses * std::clamp((point - piece.first) / piece.rows, 0.0, 1.0);
    return std::min(share, 1.0);
  }

 private:
  // A class as shares: where on the axis it begins, how wide it is, what it gets.
  struct Piece {
    double first = 0;
    double rows = 0;
    double accesses = 0;
  };
  struct Stretch {
    std::uint64_t first = 0;
    std::uint64_t width = 0;
  };
  std::uint64_t rows_;
  AliasTable table_;
  std::vector<Stretch> stretches_;
  std::vector<Piece> curve_;
};

class Reuse final : public Popularity {
 public:
  std::vector<ReuseClass> classes;
  std::unique_ptr<const RankSampler> over(std::int64_t rows) const override {
    return std::make_unique<ReuseSampler>(classes, rows);
  }
};

// What is wrong with a share that should add up, if anything.
std::optional<Complaint> check_sum(const Reuse& reuse, double ReuseClass::*member, const char* name) {
  constexpr double kTolerance = 1e-6;
  const double sum = sum_of(reuse.classes, member);
  if (std::abs(sum - 1) <= kTolerance) return std::nullopt;
  return Complaint{"classes", fmt::format("the shares '{}' add up to {:.9g}; expected 1", name, sum)};
}

std::optional<Complaint> check_order(const Reuse& reuse) {
  constexpr double kRounding = 1e-9;
  for (std::size_t i = 1; i < reuse.classes.size(); ++i)
    if (reuse.classes[i].density() > reuse.classes[i - 1].density() * (1 + kRounding))
      return Complaint{fmt::format("classes/{}", i),
                       "has more accesses for each row than the class before it; expected the most popular first"};
  return std::nullopt;
}

}  // namespace

template <>
void describe(Describe<ReuseClass>& d) {
  d.object("reuse-class", "rows that are asked for alike");
  d.required("rows", &ReuseClass::rows, "share of the table's rows").more_than(0).at_most(1);
  d.required("accesses", &ReuseClass::accesses, "share of the lookups that go to them").at_least(0).at_most(1);
}

template <>
void describe(Describe<Reuse>& d) {
  d.object("reuse", "a measured reuse curve: so many of the rows get so many of the lookups");
  d.required("classes", &Reuse::classes, "from the most to the least popular rows, all alike within a class");
  d.check([](const Reuse& reuse) -> std::optional<Complaint> {
    if (reuse.classes.empty()) return Complaint{"classes", "found an empty list; expected at least one class"};
    if (const auto wrong = check_sum(reuse, &ReuseClass::rows, "rows")) return wrong;
    if (const auto wrong = check_sum(reuse, &ReuseClass::accesses, "accesses")) return wrong;
    return check_order(reuse);
  });
}

namespace popularities {
Alternative<Popularity> reuse() { return alternative<Reuse, Popularity>(); }
}  // namespace popularities

}  // namespace shardsim
