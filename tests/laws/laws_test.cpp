// SPDX-License-Identifier: Apache-2.0
// Laws on scenarios that nobody chose. A violation comes with its scenario as JSON, for `shardsim run`, and with its
// seed. The environment says how many are tried (SHARDSIM_LAWS_SCENARIOS) and the first seed (SHARDSIM_LAWS_SEED).
#include <catch2/catch.hpp>
#include <cstdlib>

#include "../serving/scenarios.hpp"
#include "experiment/report.hpp"
#include "random_scenario.hpp"
#include "watch.hpp"

using namespace shardsim;
using namespace shardsim::testing;

namespace {

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* const text = std::getenv(name);
  return text == nullptr ? otherwise : std::stoull(text);
}

bool may_lose(const Scenario& s) {
  return std::any_of(s.faults.begin(), s.faults.end(), [](const Fault& f) { return f.loses_messages(); });
}
bool has_packets(const Json& json) { return json["transport"]["type"] == "packet"; }
// Then a run may end before all that is done for a query is: nobody waits for it any more.
bool works_in_vain(const Json& json) {
  const Json& serving = json["serving"];
  return serving.contains("call") || serving.contains("query_timeout");
}

void check_queries(const Watch& w, const RunResult& r, Violations& v) {
  v.equal("queries offered", "run", static_cast<std::int64_t>(w.asked.size()), r.offered);
  v.equal("offered = completed + failed", "run", r.completed + r.failed, r.offered);
  v.equal("failed", "run", w.failed, r.failed);
  v.equal("queries with an outcome", "run", w.outcomes.size(), w.asked.size());
  for (const auto& [id, count] : w.outcomes) v.equal("one outcome a query", fmt::format("query {}", id), count, 1);
  v.equal("Little's law of queries", "run", w.queries_present.count(), w.latencies.count());
}

void check_hosts(const Watch& w, const RunResult& r, const Json& json, Violations& v) {
  Duration all{};
  for (std::size_t h = 0; h < r.hosts.size() && h < w.cores.size(); ++h) {
    const HostResult& host = r.hosts[h];
    const CoreAccount& cores = w.cores[h];
    const Duration cpu = std::accumulate(host.cpu.begin(), host.cpu.end(), Duration::zero());
    all += cpu;
    v.equal("core time of a host is that of its pieces of work", host.name, cpu.count(), cores.pieces.count());
    if (cores.busy_now == 0) v.equal("busy cores x time = core time", host.name, cores.busy.count(), cpu.count());
    v.at_most("core time booked was busy", host.name, cpu.count(), cores.busy.count());
    v.at_most("utilisation is at most 1", host.name, host.utilisation, 1 + 1e-12);
  }
  v.at_most("core time of queries is of hosts", "run", w.cpu.count(), all.count());
  if (!works_in_vain(json)) v.equal("core time of queries = of hosts", "run", w.cpu.count(), all.count());
}

// Bytes and messages at links; with packets, acknowledgements and repetitions go there too.
void check_links(const Watch& w, const RunResult& r, const Scenario& s, const Json& json, Violations& v) {
  const bool nothing_else = s.cross_traffic.empty() && !works_in_vain(json);
  std::int64_t lost = 0;
  std::map<std::uint32_t, Crossed> left = w.crossed;
  for (const LinkResult& l : r.links) {
    const std::string name = l.from + " -> " + l.to;
    const Crossed c = left[l.link];
    left.erase(l.link);
    lost += l.lost_messages;
    v.at_most("messages that arrived were carried", name, c.messages, l.messages - l.lost_messages);
    v.at_most("bytes that arrived were carried", name, c.bytes, (l.bytes - l.lost_bytes).count);
    if (!nothing_else) continue;
    v.equal("messages carried arrived", name, c.messages, l.messages - l.lost_messages);
    v.equal("bytes carried arrived", name, c.bytes, (l.bytes - l.lost_bytes).count);
  }
  for (const auto& [link, crossed] : left)
    v.add("links that messages cross are in the result", fmt::format("link {}", link));
  std::int64_t lost_in_background = 0;
  for (const BackgroundResult& b : r.background) {
    lost_in_background += b.lost;
    v.at_most("background: delivered + lost were sent", "run", b.delivered + b.lost, b.sent);
  }
  v.equal("messages lost at links", "run", lost, w.lost + lost_in_background);
  if (!may_lose(s)) v.equal("nothing is lost without a fault", "run", lost, 0);
}

// What goes into a switch comes out of it, is lost there, or is still under way when the run ends.
void check_switches(const Watch& w, const RunResult& r, const Scenario& s, const Json& json, Violations& v) {
  std::map<std::string, std::int64_t> bytes;
  std::map<std::string, std::int64_t> messages;
  for (const LinkResult& l : r.links) {
    bytes[l.to] += (l.bytes - l.lost_bytes).count;
    messages[l.to] += l.messages - l.lost_messages;
    bytes[l.from] -= l.bytes.count;
    messages[l.from] -= l.messages;
  }
  const bool all_arrived = s.cross_traffic.empty() && !works_in_vain(json);
  for (const auto& [node, kind] : w.kinds) {
    if (kind != NodeKind::switching) continue;
    v.at_most("messages out of a switch came into it", node, 0, messages[node]);
    v.at_most("bytes out of a switch came into it", node, 0, bytes[node]);
    if (!all_arrived) continue;
    v.equal("messages into a switch come out of it", node, messages[node], 0);
    v.equal("bytes into a switch come out of it", node, bytes[node], 0);
  }
}

// Somebody who watches changes nothing, and the same scenario is the same run.
void check_again(const Scenario& s, const RunResult& watched, Violations& v) {
  const RunResult again = run(s);
  v.equal("the same scenario is the same run, watched or not", "fingerprint", again.fingerprint, watched.fingerprint);
  v.equal("the same scenario gives the same bytes", "result.json", result_json(s, again, {}).dump(),
          result_json(s, watched, {}).dump());
}

// Another system is asked the same.
void check_common_random_numbers(const Json& json, const Watch& first, Violations& v) {
  Draw d(json["seed"].get<std::uint64_t>() + 1'000'000'007);
  Json other = json;
  other["sharding"] = {{"strategy", d.one_of({"singular", "one-shard"})}};
  other["serving"] = random_serving(d, fewest_cores(json["cluster"]));
  if (has_walks(json["model"])) other["serving"].erase("issue");
  other["transport"] = random_transport(d);
  other.erase("faults");
  const Scenario s = scenario(other.dump());
  Violations of_the_other;
  Watch w(of_the_other);
  w.run(s);
  v.equal("queries under another system", "number", w.asked.size(), first.asked.size());
  for (const auto& [id, a] : first.asked) {
    const std::string query = fmt::format("query {}", id);
    const Asked& b = w.asked[id];
    v.equal("the same items whatever serves them", query, a.items, b.items);
    if (a.lookups != b.lookups) v.add("the same lookups whatever serves them", query);
    // Which rows are drawn depends on where they matter.
    if (a.rows.size() == b.rows.size() && a.rows != b.rows) v.add("the same rows whatever serves them", query);
    if (!s.traffic.arrivals->closed_loop())
      v.equal("the same arrivals whatever serves them", query, a.arrived.time_since_epoch().count(),
              b.arrived.time_since_epoch().count());
  }
}

// What is not as the laws want it; empty: all is. Throws InputError when the scenario is none.
std::string violations_of(const Json& json) {
  const Scenario s = scenario(json.dump());
  Violations v;
  Watch w(v);
  const Json& serving = json["serving"];
  w.leaves_lines = serving.contains("call") && serving["call"].value("withdraw", false);
  w.issues_eagerly = serving.value("issue", "per-net") == "eager";
  const RunResult r = w.run(s);
  check_queries(w, r, v);
  check_hosts(w, r, json, v);
  if (!has_packets(json)) {
    check_links(w, r, s, json, v);
    check_switches(w, r, s, json, v);
  }
  check_again(s, r, v);
  check_common_random_numbers(json, w, v);
  return v.text();
}

// What a draw cannot know: whether a pattern of a fault matches anything, and how many hosts there are.
bool is_bad_luck(const InputError& e) {
  const std::string_view what = e.what();
  return what.find("/faults/") != std::string_view::npos || what.find("/cross_traffic/") != std::string_view::npos;
}

}  // namespace

TEST_CASE("laws hold in scenarios that nobody chose") {
  const std::uint64_t first = from_environment("SHARDSIM_LAWS_SEED", 1);
  const std::uint64_t scenarios = from_environment("SHARDSIM_LAWS_SCENARIOS", 100);
  std::uint64_t tried = 0;
  for (std::uint64_t seed = first; seed < first + scenarios; ++seed) {
    const Json json = random_scenario(seed);
    const auto report = [&](const std::string& what) {
      FAIL_CHECK("seed " << seed << "\n" << what << "the scenario, for `shardsim run`:\n" << json.dump());
    };
    try {
      if (const std::string violations = violations_of(json); !violations.empty()) report(violations);
      ++tried;
    } catch (const InputError& e) {
      if (!is_bad_luck(e)) report(fmt::format("  the generator made no valid scenario: {}\n", e.what()));
    } catch (const std::exception& e) {
      report(fmt::format("  {}\n", e.what()));
    }
  }
  CHECK(tried >= scenarios * 3 / 4);
}
