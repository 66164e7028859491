// SPDX-License-Identifier: Apache-2.0
// What faults do to links and hosts, and when. States are read after each event of a run, of which every change is one.
#include <catch2/catch.hpp>
#include <map>

#include "scenarios.hpp"

using namespace shardsim;
using namespace shardsim::testing;

namespace {

// The state of one thing over time, by the changes.
template <class T>
class History {
 public:
  void note(Time now, T state) {
    if (states_.empty() || states_.rbegin()->second != state) states_[now] = state;
  }
  T at_ms(double ms) const { return std::prev(states_.upper_bound(Time(from_seconds(ms / 1e3))))->second; }
  T last() const { return states_.rbegin()->second; }
  std::size_t changes() const { return states_.size() - 1; }

 private:
  std::map<Time, T> states_;
};

// Watches one link and one host from the first message on, which is sent at time 0.
class FaultWatch final : public Timeline {
 public:
  FaultWatch(std::string link, std::string host) : link_(std::move(link)), host_(std::move(host)) {}

  History<int> down;       // of the link
  History<double> rate;    // of the link, as a share of its bandwidth
  History<double> slower;  // of the host

  void run(const std::string& faults) {
    // A query a tenth of a millisecond, over 30 ms, which nothing waits for.
    const Scenario s = scenario(queue(1, 0.0001, R"({"type": "fixed", "value": 1})", 300),
                                {{"traffic.arrivals", R"({"type": "deterministic", "rate": "10000 /s"})"},
                                 {"traffic.warmup", "0"},
                                 {"cluster.main.platform.nic.bandwidth", "1 Gbps"},
                                 {"topology.frontend", R"({"cable": {"latency": "0 us"}})"},
                                 {"serving.timeout", R"({"after": "50 us"})"},
                                 {"faults", faults}});
    RunControl control;
    control.timeline = this;
    control.on_event = [this](Time now, const std::deque<Host>& hosts) { look(now, hosts); };
    shardsim::run(s, control);
  }

 private:
  void look(Time now, const std::deque<Host>& hosts) {
    for (const Host& host : hosts)
      if (host.name() == host_) slower.note(now, host.cores().slowdown());
    if (network_ == nullptr) return;
    for (const LinkState& link : network_->links()) {
      if (network_->name_of(link) != link_) continue;
      down.note(now, link.down);
      rate.note(now, link.rate.bytes_per_second / link.link.bandwidth.bytes_per_second);
    }
  }
  void on_piece(const Piece&) override {}
  void on_message(const Message& message) override { network_ = &message.network; }

  std::string link_;
  std::string host_;
  const Network* network_ = nullptr;
};

const std::string kUp = "main0 -> switch";

}  // namespace

TEST_CASE("slow windows that overlap multiply, and each ends by itself") {
  FaultWatch w(kUp, "main0");
  w.run(R"([{"hosts": "main0", "state": "slow", "factor": 2, "from": "2 ms", "until": "10 ms"},
            {"hosts": "main*", "state": "slow", "factor": 3, "from": "6 ms", "until": "14 ms"},
            {"links": "main0 -> *", "state": "slow", "factor": 4, "from": "4 ms", "until": "8 ms"},
            {"links": "* -> switch", "state": "slow", "factor": 4, "from": "6 ms"}])");
  CHECK(w.slower.at_ms(1) == 1);
  CHECK(w.slower.at_ms(3) == 2);
  CHECK(w.slower.at_ms(7) == 6);
  CHECK(w.slower.at_ms(11) == 3);
  CHECK(w.slower.at_ms(15) == 1);
  CHECK(w.slower.changes() == 4);
  // Two windows of one factor are two; one without an end lasts.
  CHECK(w.rate.at_ms(3) == 1);
  CHECK(w.rate.at_ms(5) == Approx(1. / 4));
  CHECK(w.rate.at_ms(7) == Approx(1. / 16));
  CHECK(w.rate.at_ms(9) == Approx(1. / 4));
  CHECK(w.rate.last() == Approx(1. / 4));
  CHECK(w.rate.changes() == 3);
  CHECK(w.down.changes() == 0);
}

TEST_CASE("a link is up again when the last fault that keeps it down is over") {
  FaultWatch w(kUp, "main0");
  w.run(R"([{"links": "main0 -> switch", "state": "down", "from": "2 ms", "until": "10 ms"},
            {"hosts": "main0", "state": "down", "from": "6 ms", "until": "14 ms"},
            {"links": "switch -> main0", "state": "down", "from": "20 ms"}])");
  CHECK(w.down.at_ms(1) == 0);
  CHECK(w.down.at_ms(3) == 1);
  CHECK(w.down.at_ms(7) == 2);
  CHECK(w.down.at_ms(11) == 1);
  CHECK(w.down.at_ms(15) == 0);
  CHECK(w.down.last() == 0);  // the last fault is of the other direction
  CHECK(w.down.changes() == 4);
  CHECK(w.rate.changes() == 0);
  CHECK(w.slower.changes() == 0);
}

TEST_CASE("a host that is down has its links down, both ways, and nobody else's") {
  const auto [link, down] = GENERATE(table<std::string, int>(
      {{"main0 -> switch", 1}, {"switch -> main0", 1}, {"frontend -> switch", 0}, {"switch -> frontend", 0}}));
  CAPTURE(link);
  FaultWatch w(link, "main0");
  w.run(R"([{"hosts": "main0", "state": "down", "from": "2 ms"}])");
  CHECK(w.down.at_ms(1) == 0);
  CHECK(w.down.last() == down);
}

TEST_CASE("a flapping link is down first, then up, by turns until the end of its window") {
  FaultWatch w(kUp, "main0");
  // Down from 2, 7, 12 and 17 ms on, for 3 ms each; the window ends a millisecond into the last.
  w.run(R"([{"links": "main0 -> switch", "state": "flapping", "down_for": "3 ms", "up_for": "2 ms",
             "from": "2 ms", "until": "18 ms"}])");
  for (const double ms : {1.9, 5.1, 6.9, 10.1, 15.1, 18.1, 25.0}) {
    CAPTURE(ms);
    CHECK(w.down.at_ms(ms) == 0);
  }
  for (const double ms : {2.1, 4.9, 7.1, 9.9, 12.1, 17.1, 17.9}) {
    CAPTURE(ms);
    CHECK(w.down.at_ms(ms) == 1);
  }
  CHECK(w.down.changes() == 8);
}

TEST_CASE("faults that lose messages need patience only where they lose them") {
  Fault f;
  f.state = FaultState::slow;
  CHECK_FALSE(f.loses_messages());
  for (const FaultState state : {FaultState::down, FaultState::flapping}) {
    f.state = state;
    CHECK(f.loses_messages());
  }
}
