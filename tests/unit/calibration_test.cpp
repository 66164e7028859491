// SPDX-License-Identifier: Apache-2.0
// The parts of a calibration on errors of known shape: where the least is, how far each field may move, what conflicts.
#include <catch2/catch.hpp>
#include <cmath>

#include "experiment/calibration/evaluation.hpp"
#include "experiment/calibration/field_values.hpp"
#include "experiment/calibration/profile.hpp"

using namespace shardsim;

namespace {

// Residuals that are straight lines: r_i = sum_j slopes[i][j] (x_j - truth_j) + offset_i.
struct Lines {
  std::vector<std::vector<double>> slopes;
  CubePoint truth;
  std::vector<double> offsets;
  mutable std::int64_t calls = 0;

  ErrorSample at(const CubePoint& x) const {
    ++calls;
    ErrorSample out;
    for (std::size_t i = 0; i < slopes.size(); ++i) {
      double r = offsets.empty() ? 0 : offsets[i];
      for (std::size_t j = 0; j < x.size(); ++j) r += slopes[i][j] * (x[j] - truth[j]);
      out.residuals.push_back(r);
      out.error += r * r;
    }
    return out;
  }
  std::vector<ErrorSample> at_all(const std::vector<CubePoint>& points) const {
    std::vector<ErrorSample> out;
    for (const CubePoint& p : points) out.push_back(at(p));
    return out;
  }
};

ErrorProfile profile_at(const Lines& lines, const CubePoint& best) {
  return profile_of({best, lines.at(best)}, std::vector<double>(lines.slopes.size(), 1.0),
                    [&](const std::vector<CubePoint>& points) { return lines.at_all(points); });
}

// Samples of a function of a place that gives residuals.
SamplesAt samples_of(std::function<std::vector<double>(const CubePoint&)> residuals_at) {
  return [residuals_at = std::move(residuals_at)](const std::vector<CubePoint>& points) {
    std::vector<ErrorSample> out;
    for (const CubePoint& p : points) {
      ErrorSample sample{0, residuals_at(p)};
      for (const double r : sample.residuals) sample.error += r * r;
      out.push_back(std::move(sample));
    }
    return out;
  };
}

FreeField field(const Json& from, const Json& to, FieldScale scale = FieldScale::linear) {
  FreeField out;
  out.path = "a.b";
  out.from = from;
  out.to = to;
  out.scale = scale;
  out.prior = "a test";
  return out;
}

}  // namespace

TEST_CASE("the least error is found within the budget, the same way each time") {
  // Rosenbrock's valley, its least at (0.7, 0.49).
  std::vector<CubePoint> seen;
  const SamplesAt samples_at = samples_of([&](const CubePoint& x) {
    seen.push_back(x);
    return std::vector<double>{30 * (0.7 - x[0]), 300 * (x[1] - x[0] * x[0])};
  });
  const FoundPoint found = least_error(2, {1, 1}, 60, samples_at);
  CHECK(found.point[0] == Approx(0.7).margin(0.002));
  CHECK(found.point[1] == Approx(0.49).margin(0.003));
  CHECK(seen.size() <= 60);
  const std::vector<CubePoint> first = std::move(seen);
  seen.clear();
  least_error(2, {1, 1}, 60, samples_at);
  CHECK(seen == first);
}

TEST_CASE("five fields are found with few evaluations where the residuals are nearly lines") {
  const CubePoint truth{0.2, 0.35, 0.5, 0.65, 0.9};
  const FoundPoint found = least_error(5, std::vector<double>(8, 1.0), 90, samples_of([&](const CubePoint& x) {
                                         std::vector<double> out(8, 0.0);
                                         for (std::size_t i = 0; i < out.size(); ++i)
                                           for (std::size_t j = 0; j < 5; ++j)
                                             out[i] += (1 + static_cast<double>((3 * i + 5 * j) % 7)) *
                                                       (std::exp(x[j]) - std::exp(truth[j]));
                                         return out;
                                       }));
  for (std::size_t j = 0; j < 5; ++j) CHECK(found.point[j] == Approx(truth[j]).margin(0.01));
}

TEST_CASE("the deeper of two valleys is found, a least at the end of a range, and one that no line shows") {
  const FoundPoint deeper = least_error(1, {1}, 40, samples_of([](const CubePoint& x) {
                                          return std::vector<double>{std::sqrt(std::min(
                                              1 + 40 * std::pow(x[0] - 0.2, 2), 90 * std::pow(x[0] - 0.83, 2)))};
                                        }));
  CHECK(deeper.point[0] == Approx(0.83).margin(0.01));
  const FoundPoint corner = least_error(3, {1, 1, 1}, 80, samples_of([](const CubePoint& x) {
                                          return std::vector<double>{1 + x[0], 3 - x[1], 1 + x[2]};
                                        }));
  CHECK(corner.point[0] == Approx(0).margin(1e-3));
  CHECK(corner.point[1] == Approx(1).margin(1e-3));
  CHECK(corner.point[2] == Approx(0).margin(1e-3));
  // Steps, as a field of whole numbers has them: flat for whoever takes slopes.
  const FoundPoint steps = least_error(
      2, {1, 1}, 150, samples_of([](const CubePoint& x) {
        return std::vector<double>{std::floor(20 * std::abs(x[0] - 0.31)), std::floor(20 * std::abs(x[1] - 0.77))};
      }));
  CHECK(steps.sample.error == 0);
}

TEST_CASE("what an evaluation throws ends the search") {
  struct Enough {};
  for (const int last : {3, 23, 45, 70}) {
    int calls = 0;
    const SamplesAt samples_at = samples_of([&](const CubePoint& x) {
      if (++calls == last) throw Enough();
      return std::vector<double>{std::sin(9 * x[0]), std::cos(5 * x[1]), x[0] * x[1]};
    });
    CHECK_THROWS_AS(least_error(2, {1, 1, 1}, 100, samples_at), Enough);
    CHECK(calls == last);
  }
}

TEST_CASE("lines learn from what they are shown, and stay in the cube") {
  LineModel model{{0.5, 0.5}, {8, {2, 2}}, {{4, 0}, {0, 1}}, {1, 1}};
  // By hand: the first residual is 0 at x = 0, the second beyond the side y = 0.
  CHECK(model.least(0)[0] == Approx(0).margin(1e-12));
  CHECK(model.least(0)[1] == 0);
  CHECK(model.least(0, LineModel::Held{0, 0.25})[0] == 0.25);
  CHECK(model.error_at({0.25, 0.5}) == Approx(1 + 4));
  // A step along x alone says nothing of the slopes along y.
  model.move_to({0.25, 0.5}, {5, {0.5, 2.5}});
  CHECK(model.slopes[0][0] == Approx(6));
  CHECK(model.slopes[1][0] == Approx(-2));
  CHECK(model.slopes[0][1] == 0);
  CHECK(model.slopes[1][1] == 1);
}

TEST_CASE("a range ends where the error has risen by one") {
  // r = 10 (x - 0.4): one at 0.3 and 0.5.
  const Lines steep{{{10}}, {0.4}, {}};
  const ErrorProfile p = profile_at(steep, {0.4});
  CHECK(p.alone[0].low == Approx(0.3).margin(1e-6));
  CHECK(p.alone[0].high == Approx(0.5).margin(1e-6));
  CHECK(p.slopes[0][0] == Approx(10));
  CHECK(steep.calls - 1 <= evaluations_of_profile(1));
  // r = 1.2 (x - 0.4) is 0.72 at most.
  const ErrorProfile flat = profile_at({{{1.2}}, {0.4}, {}}, {0.4});
  CHECK(flat.alone[0].low == 0);
  CHECK(flat.alone[0].high == 1);
}

TEST_CASE("two fields of which only the sum is known are each determined alone, and not together") {
  const Lines sum{{{20, 20}}, {0.5, 0.5}, {}};
  const ErrorProfile p = profile_at(sum, {0.5, 0.5});
  for (const FieldRange& r : p.alone) CHECK(r.high - r.low == Approx(0.1).margin(1e-6));
  for (const FieldRange& r : p.together) {
    CHECK(r.low < 0.01);
    CHECK(r.high > 0.99);
  }
  CHECK(sum.calls - 1 <= evaluations_of_profile(2));
  // With the difference known too, to within a tenth, by hand: sum and difference within 1/20 and 1/10 each, so that
  // a field is known to within sqrt((1/20)^2 + (1/10)^2) / 2 = 0.0559.
  const ErrorProfile both = profile_at({{{20, 20}, {10, -10}}, {0.5, 0.5}, {}}, {0.5, 0.5});
  for (const FieldRange& r : both.together) CHECK((r.high - r.low) / 2 == Approx(0.0559).epsilon(0.01));
}

TEST_CASE("a valley that bends is followed") {
  // The sum of a and 2 b is known to 5 %, a and b from 20 to 1000 on a logarithmic scale. By hand: a is 560 at most,
  // where b is 20; and b 290 at most, give or take the spread.
  const auto at = [](double share) { return 20 * std::pow(50, share); };
  const auto share = [](double value) { return std::log(value / 20) / std::log(50); };
  const SamplesAt samples_at = samples_of(
      [&](const CubePoint& x) { return std::vector<double>{std::log((at(x[0]) + 2 * at(x[1])) / 600) / 0.05}; });
  const CubePoint best{share(300), share(150)};
  const ErrorProfile p = profile_of({best, samples_at({best}).front()}, {1}, samples_at);
  CHECK(p.together[0].low == Approx(0).margin(0.01));
  CHECK(p.together[0].high == Approx(share(560)).margin(0.03));
  CHECK(p.together[1].low == Approx(0).margin(0.01));
  CHECK(p.together[1].high == Approx(share(290)).margin(0.03));
}

TEST_CASE("a target that gets worse where another gets better is a conflict, if both are missed") {
  // One field, two targets that want it 0.2 higher and lower: the least is between them.
  const Lines apart{{{10}, {10}}, {0.5}, {2, -2}};
  const std::vector<TargetConflict> found = conflicts_of({0.5}, apart.at({0.5}).residuals, apart.slopes);
  REQUIRE(found.size() == 1);
  CHECK(found[0].first == 0);
  CHECK(found[0].second == 1);
  CHECK(found[0].cosine == Approx(-1));
  // Within their spreads they are at peace; where they depend on other fields, too; and where neither can move on.
  CHECK(conflicts_of({0.5}, {0.9, -0.9}, apart.slopes).empty());
  CHECK(conflicts_of({0.5, 0.5}, {2, -2}, {{10, 0}, {0, 10}}).empty());
  CHECK(conflicts_of({1.0}, {-2, -3}, apart.slopes).empty());
}

TEST_CASE("values of a field are written as their range is") {
  const FieldValues times(field("10 us", "1 ms", FieldScale::logarithmic));
  CHECK(times.at(0) == Json("10 us"));
  CHECK(times.at(0.5) == Json("100 us"));
  CHECK(times.at(1) == Json("1000 us"));
  CHECK(FieldValues(field("0 us", "1 ms")).at(0.25) == Json("0.25 ms"));
  CHECK(FieldValues(field(1, 8)).at(0.5) == Json(5));
  CHECK(FieldValues(field(0.5, 1)).at(0.5) == Json(0.75));
  CHECK(FieldValues(field("1 Gbps", "1 GB/s")).at(1) == Json("8 Gbps"));
}

TEST_CASE("what is wrong with a range is said") {
  CHECK_FALSE(wrong_range(field("1 us", "2 us")));
  CHECK(wrong_range(field("2 us", "1 us"))->key == "to");
  CHECK(wrong_range(field("1 us", "1 GB"))->key == "to");
  CHECK(wrong_range(field("1 us", 5))->key == "to");
  CHECK(wrong_range(field("x", "y"))->key == "from");
  CHECK(wrong_range(field("0 us", "1 us", FieldScale::logarithmic))->key == "from");
}

TEST_CASE("figures are known by the names of result.json, and by short ones") {
  CHECK(find_figure("p99")->name == "latency_us.p99");
  CHECK(find_figure("latency.p50")->name == "latency_us.p50");
  CHECK(find_figure("cpu")->name == "cpu_us_per_query");
  CHECK(find_figure("cpu")->unit == "us");
  CHECK_FALSE(find_figure("cpu")->tells_of_latency());
  CHECK(find_figure("spans_us.network.mean")->tells_of_latency());
  CHECK(find_figure("spans_us.network.p99_share")->unit == "fraction");
  CHECK(find_figure("completed_per_s")->unit == "1/s");
  CHECK(find_figure("hosts.main0.utilisation")->unit == "fraction");
  CHECK(find_figure("goodput"));
  CHECK_FALSE(find_figure("hosts.main0.colour"));
  CHECK_FALSE(find_figure("verdict"));
  CHECK_THAT(no_such_figure("latency_us.p98"), Catch::Contains("did you mean 'latency_us.p9"));
  CHECK(measured_value("12 ms", "us").value == Approx(12000));
  CHECK(measured_value("25 %", "fraction").value == Approx(0.25));
  CHECK_FALSE(measured_value(12, "us").error.empty());
  CHECK_FALSE(measured_value("0 ms", "us").error.empty());
}

TEST_CASE("orders by a factor and by a share") {
  CalibrationTarget order;
  order.relation = Relation::above;
  CHECK(ratio_wanted(order) == Approx(1));
  order.by = "25 %";
  CHECK(ratio_wanted(order) == Approx(1.25));
  order.by = 1.5;
  CHECK(ratio_wanted(order) == Approx(1.5));
  order.relation = Relation::below;
  CHECK(ratio_wanted(order) == Approx(1 / 1.5));
  order.by = "25 %";
  CHECK(ratio_wanted(order) == Approx(0.75));
  order.relation = Relation::within;
  CHECK(ratio_wanted(order) == Approx(1.25));
  TargetParts parts;
  parts.wanted = 1.25;
  CHECK(limits_of(order, parts).least == Approx(0.8));  // the one at most 1.25 times the other, and the other the one
  CHECK(limits_of(order, parts).most == Approx(1.25));
  order.by = Json();
  CHECK_FALSE(ratio_wanted(order));  // how far apart has to be said
  order.relation = Relation::below;
  for (const Json& wrong : {Json(0.5), Json("100 %"), Json("two"), Json::array()}) {
    order.by = wrong;
    CHECK_FALSE(ratio_wanted(order));
  }
}
