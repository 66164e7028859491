// SPDX-License-Identifier: Apache-2.0
// Whole runs in a few bytes: the trajectory of small runs may change only on purpose. When it does, say why in the
// commit that changes the number.
#include <catch2/catch.hpp>
#include <set>

#include "../serving/scenarios.hpp"
#include "experiment/report.hpp"
#include "experiment/sweep.hpp"
#include "recorded.hpp"

using namespace shardsim;
using namespace shardsim::testing;

namespace {

std::string fingerprint(const std::string& text, const std::vector<std::pair<std::string, std::string>>& changes = {}) {
  return fmt::format("{:016x}", run(scenario(text, changes)).fingerprint);
}

class Hash {
 public:
  void mix(std::uint64_t value) {
    hash_ = (hash_ ^ value) * 0x9e3779b97f4a7c15ULL;
    hash_ ^= hash_ >> 29;
  }
  void mix(const std::string& text) {
    for (const char c : text) mix(static_cast<unsigned char>(c));
  }
  std::string text() const { return fmt::format("{:016x}", hash_); }

 private:
  std::uint64_t hash_ = 0;
};

// What is written of a run, without what it was given and what belongs to its trajectory.
std::string reports_of(const PointResult& point) {
  if (!point.result) return std::string(name_of(point.verdict));
  Json report = result_json(*point.scenario, *point.result, SHARDSIM_SOURCE_FOLDER);
  for (const char* const key : {"scenario", "program", "fingerprint", "events"}) report.erase(key);
  return report.dump() + summary_text(*point.result);
}

struct Observed {
  std::string trajectory;
  Texts texts;
};

const std::filesystem::path kExperiments = std::filesystem::path(SHARDSIM_SOURCE_FOLDER) / "workloads/experiments";

// All points of a shipped sweep, with fewer queries.
Observed observe(const std::string& file) {
  const Sweep sweep = load_sweep(kExperiments / file, {{"traffic.queries", "120"}, {"traffic.warmup", "\"auto\""}}, {});
  std::vector<std::uint64_t> fingerprints(sweep.points.size());
  std::vector<std::string> reports(sweep.points.size());
  SweepControl control;
  control.jobs = 2;
  control.finished = [&](std::size_t i, const PointResult& p) {
    fingerprints[i] = p.result ? p.result->fingerprint : 1;
    reports[i] = reports_of(p);
  };
  Hash table;
  table.mix(sweep_csv(sweep, run_sweep(sweep, control)));
  Hash trajectory;
  for (const std::uint64_t f : fingerprints) trajectory.mix(f);
  Hash report;
  for (const std::string& r : reports) report.mix(r);
  return {trajectory.text(), {table.text(), report.text()}};
}

std::string line_of(const std::string& file, const Texts& texts) {
  return fmt::format(R"(    {{"{}", {{"{}", "{}"}}}},)", file, texts.table, texts.reports);
}

// In words, as the two have different causes.
std::string difference(const std::string& file, const Observed& now) {
  const bool same_way = now.trajectory == kTrajectories.at(file);
  const Texts& texts = kTexts.at(file);
  const bool same_table = now.texts.table == texts.table;
  const bool same_reports = now.texts.reports == texts.reports;
  const auto words = [](bool same) { return same ? "as recorded" : "CHANGED"; };
  std::string why;
  if (!same_way && same_table && same_reports)
    why = "all results are the same: an event more or less, or another order of simultaneous events";
  else if (!same_way)
    why = "runs take another way";
  else
    why =
        "runs are the same: figures are worked out or written in another way. If that is meant, paste this into "
        "kTexts:\n" +
        line_of(file, now.texts);
  return fmt::format("trajectory {} ({}), sweep.csv {}, reports {}: {}", words(same_way), now.trajectory,
                     words(same_table), words(same_reports), why);
}

}  // namespace

TEST_CASE("trajectories of two nets under each strategy are as recorded") {
  CHECK(fingerprint(kTwoNets, {{"sharding", R"({"strategy": "singular"})"}}) == "e98f486f5293e421");
  CHECK(fingerprint(kTwoNets, {{"sharding", R"({"strategy": "one-shard"})"}}) == "86e01515ca1692eb");
  CHECK(fingerprint(kTwoNets, {{"sharding", R"({"strategy": "capacity-balanced", "shards": 3})"}}) ==
        "07fdae9647e7906e");
  CHECK(fingerprint(kTwoNets, {{"sharding", R"({"strategy": "load-balanced", "shards": 2})"}}) == "15567ab56c3534cb");
  CHECK(fingerprint(kTwoNets, {{"sharding", R"({"strategy": "nsbp", "shards": 2})"}}) == "f65770d7191f9f7b");
  CHECK(fingerprint(kTwoNets, {{"sharding", R"({"strategy": "row-wise", "shards": 3})"}}) == "d885ba75db1854a2");
}

TEST_CASE("trajectories with replicas, serial replay and stored messages are as recorded") {
  CHECK(fingerprint(kTwoNets, {{"cluster.main.replicas", "2"},
                               {"cluster.sparse.replicas", "2"},
                               {"serving.sparse_balancer", R"({"type": "power-of-two"})"}}) == "5e77598abe7a797b");
  CHECK(fingerprint(kTwoNets, {{"traffic.arrivals", R"({"type": "serial"})"}}) == "423d683e4a73da67");
  CHECK(fingerprint(kTwoNets, {{"transport.type", "port"}, {"transport.forwarding", "store-and-forward"}}) ==
        "597390a6b6f2b50f");
}

TEST_CASE("every shipped experiment takes the recorded way, and what is written of it has the recorded bytes") {
  for (const auto& [file, trajectory] : kTrajectories) {
    const Observed now = observe(file);
    if (now.trajectory != trajectory || now.texts != kTexts.at(file)) FAIL_CHECK(file << ": " << difference(file, now));
  }
}

TEST_CASE("lines for kTexts of recorded.hpp", "[.texts]") {
  for (const auto& [file, trajectory] : kTrajectories) fmt::print("{}\n", line_of(file, observe(file).texts));
}

TEST_CASE("every shipped experiment is in the test above") {
  const std::set<std::string> scenarios{"drm1.json",
                                        "drm1-load.json",
                                        "mlperf-dlrm-v2-scenario.json",
                                        "deeprecsys-load.json",
                                        "triton-dlrm.json",
                                        "fleet.json",               // bases of them
                                        "paper-calibration.json"};  // takes minutes
  for (const auto& entry : std::filesystem::directory_iterator(kExperiments)) {
    const std::string name = entry.path().filename().string();
    CAPTURE(name);
    CHECK((scenarios.count(name) > 0 || (kTrajectories.count(name) > 0 && kTexts.count(name) > 0)));
  }
}
