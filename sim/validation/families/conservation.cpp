// SPDX-License-Identifier: Apache-2.0
// Nothing is made or vanishes, with and without losses: a cable flaps in the first half of the run, callers ask again
// and some queries fail. (Not under the packet transport, where acknowledgements are still under way at the end of a
// run.)
#include <algorithm>
#include <cmath>

#include "topology/topology.hpp"
#include "validation/family.hpp"

namespace shardsim {
namespace {

const char* const kFlapping =
    R"([{"links": "leaf0 -> spine*", "state": "flapping", "down_for": "2 ms", "up_for": "8 ms", "until": "2 s"}])";

class Conservation final : public Family {
 public:
  std::vector<Case> cases() const override {
    std::vector<Case> cases;
    for (const std::string transport : {"port", "fluid"})
      for (const bool faults : {false, true}) {
        Case c{fmt::format("conservation-{}{}", transport, faults ? "-faults" : ""),
               "system.json",
               {{"transport.type", transport}},
               2,
               {{"queries with one outcome / queries offered", "", 1, true},
                {"(completed + failed) / offered", "", 1, true},
                {"bytes out / (bytes in - lost) at switches", "", 1, true},
                {"messages out / (messages in - lost) at switches", "", 1, true}},
               [faults](const Scenario& s, const RunControl& control) { return count(s, control, faults); }};
        if (faults) {
          c.changes.emplace_back("faults", kFlapping);
          c.changes.emplace_back("serving.call", R"({"type": "retry", "per_try_timeout": "9 ms", "retries": 1})");
        }
        cases.push_back(std::move(c));
      }
    return cases;
  }

 private:
  static Sample count(const Scenario& scenario, const RunControl& outer, bool losses_expected) {
    std::vector<int> outcomes;  // by query
    RunControl control = outer;
    control.on_offer = [&](const Query& q, Time) { outcomes.resize(std::max<std::size_t>(outcomes.size(), q.id + 1)); };
    control.on_outcome = [&](const Outcome& o) { ++outcomes.at(o.id); };
    const RunResult r = run(scenario, control);
    const double once = static_cast<double>(std::count(outcomes.begin(), outcomes.end(), 1));

    struct Traffic {
      double bytes = 0;
      double messages = 0;
    };
    Traffic in;
    Traffic out;
    std::int64_t lost = 0;
    for (const LinkResult& l : r.links) {
      lost += l.lost_messages;
      if (is_switch(l.to)) {
        in.bytes += static_cast<double>((l.bytes - l.lost_bytes).count);
        in.messages += static_cast<double>(l.messages - l.lost_messages);
      }
      if (is_switch(l.from)) {
        out.bytes += static_cast<double>(l.bytes.count);
        out.messages += static_cast<double>(l.messages);
      }
    }
    // Where nothing was lost or failed that should have been, nothing was tested.
    const bool tested = losses_expected ? lost > 0 && r.failed > 0 : lost == 0 && r.failed == 0;
    const double valid = tested ? 1 : std::nan("");
    const auto offered = static_cast<double>(r.offered);
    return {valid * once / offered, valid * static_cast<double>(r.completed + r.failed) / offered,
            valid * out.bytes / in.bytes, valid * out.messages / in.messages};
  }
  static bool is_switch(const std::string& node) { return matches("leaf*", node) || matches("spine*", node); }
};

}  // namespace

template <>
void describe(Describe<Conservation>& d) {
  d.object("conservation",
           "queries offered = completed + failed; bytes into a switch = bytes out of it, or lost on the way");
}

namespace families {
Alternative<Family> conservation() { return alternative<Conservation, Family>(); }
}  // namespace families

}  // namespace shardsim
