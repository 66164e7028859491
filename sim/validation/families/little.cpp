// SPDX-License-Identifier: Apache-2.0
// J. D. C. Little, "A proof for the queuing formula L = lambda W", Operations Research 9(3), 1961. One account looks
// from outside, after each event, at how many pieces of work hold or await a core, and adds up number x time until the
// next event; the other is each visit's own wait and service. As the system is empty at the end, both are equal to the
// last picosecond. Likewise the time that cores are busy, seen from outside, and the CPU time booked by class of work
// (P. J. Denning, J. P. Buzen, "The operational analysis of queueing network models", 1978: utilisation = throughput x
// demand).
#include <numeric>

#include "validation/family.hpp"

namespace shardsim {
namespace {

// What an observer sees who looks after each event.
struct Account {
  Duration present{};  // work that holds or awaits a core, times time
  Duration busy{};     // cores held, times time
  Duration sojourn{};  // by the station's own account, up to now
  int present_now = 0;
  int busy_now = 0;

  void pass(Duration time) {
    present += present_now * time;
    busy += busy_now * time;
  }
  void look(const Station& cores) {
    busy_now = cores.busy();
    present_now = cores.busy() + cores.waiting();
    sojourn = cores.waited() + cores.served();
  }
};

// Not a number where there is nothing to compare.
double ratio(Duration a, Duration b) { return static_cast<double>(a.count()) / static_cast<double>(b.count()); }

class Little final : public Family {
 public:
  std::vector<Case> cases() const override {
    std::vector<Case> cases;
    const std::vector<std::string> hosts{"main0", "main1", "sparse0.0", "sparse0.1", "sparse1.0", "sparse1.1"};
    for (const std::string transport : {"port", "fluid"}) {
      Case c{"little-" + transport, "system.json", {{"transport.type", transport}}, 2, {}, observe};
      c.expected.push_back({"L / (lambda W) of queries", "", 1, true});
      for (const std::string& host : hosts) c.expected.push_back({"L / (lambda W) at " + host, "", 1, true});
      for (const std::string& host : hosts) c.expected.push_back({"busy / CPU time at " + host, "", 1, true});
      cases.push_back(std::move(c));
    }
    return cases;
  }

 private:
  static Sample observe(const Scenario& scenario, const RunControl& outer) {
    std::vector<Account> accounts;
    Time last{};
    Duration queries_present{};
    Duration latencies{};
    int queries_now = 0;
    RunControl control = outer;
    control.on_offer = [&](const Query&, Time) { ++queries_now; };
    control.on_outcome = [&](const Outcome& o) {
      --queries_now;
      latencies += o.latency;
    };
    int queries_before = 0;
    control.on_event = [&](Time now, const std::deque<Host>& hosts) {
      accounts.resize(hosts.size());
      const Duration time = now - last;
      last = now;
      queries_present += queries_before * time;
      queries_before = queries_now;
      for (std::size_t h = 0; h < hosts.size(); ++h) {
        accounts[h].pass(time);
        accounts[h].look(hosts[h].cores());
      }
    };
    const RunResult result = run(scenario, control);

    Sample sample{ratio(queries_present, latencies)};
    for (const Account& a : accounts) sample.push_back(ratio(a.present, a.sojourn));
    for (std::size_t h = 0; h < accounts.size(); ++h) {
      const CpuTimes& cpu = result.hosts[h].cpu;
      sample.push_back(ratio(accounts[h].busy, std::accumulate(cpu.begin(), cpu.end(), Duration::zero())));
    }
    return sample;
  }
};

}  // namespace

template <>
void describe(Describe<Little>& d) {
  d.object(
      "little",
      "at every host, and for queries: number present = arrival rate x time there (Little's law), from two accounts");
}

namespace families {
Alternative<Family> little() { return alternative<Little, Family>(); }
}  // namespace families

}  // namespace shardsim
