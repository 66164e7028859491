// SPDX-License-Identifier: Apache-2.0
// The TCP of the packet transport as Linux has it: what it does at a loss, and what it keeps. Right values by hand.
#include "network/hystart.hpp"
#include "network_lab.hpp"

using namespace shardsim;
using namespace shardsim::testing;

namespace {

/// Packets of 1000 B, 1 us each at 1 GB/s; timers ring at their times, and each packet is acknowledged at once.
std::string linux_stack(const std::string& stack = "", const std::string& more = "") {
  return R"({"type": "packet", "mtu": "1 kB", "headers": "0 B", "framing": "0 B", "stack": {"type": "linux",
             "tick": "0 s", "delayed_ack": "0 s")" +
         (stack.empty() ? "" : ", " + stack) + "}" + (more.empty() ? "" : ", " + more) + "}";
}

// A packet takes 22 us, and its acknowledgement 20 more. One that is given to the port of 'a' as the k-th at time 0 is
// at 's' at 11 + k, and acknowledged at 42 + k.
const std::vector<Wire> kWires{{"a", "s", 1, 10}, {"s", "b", 1, 10}};

std::unique_ptr<Congestion> congestion(const std::string& json) {
  return (*parsed<Choice<CongestionSpec>>(json)).make();
}

}  // namespace

TEST_CASE("linux: a lost tail is found by a probe after two round trips") {
  // Of five packets the fourth and the fifth are lost. The acknowledgements at 42, 43 and 44 are round trips of as
  // much: smoothed (1/8) 42, 42.125, 42.359375. Two of these and 2 ms after 44 the fifth is sent again; when it is
  // acknowledged, 42 us later, the fourth is known to be lost, and takes 22 us.
  const double probe = 44 + 2 * 42.359375 + 2000;
  SECTION("so it takes 2 ms") {
    Lab lab(linux_stack(), kWires);
    lab.send("a", "b", 5000);
    lab.down("s -> b", 13.5, 20);
    CHECK(lab.run().front() == Approx(probe + 42 + 22));
    CHECK(lab.state("a -> s").messages == 7);
  }
  SECTION("without it 200 ms: the fourth is sent alone after the timeout, and its acknowledgement brings the fifth") {
    Lab lab(linux_stack(R"("tail_loss_probe": false)"), kWires);
    lab.send("a", "b", 5000);
    lab.down("s -> b", 13.5, 20);
    CHECK(lab.run().front() == Approx(44 + 42.359375 + 200'000 + 42 + 22));
  }
  SECTION("timers ring at ticks, the one after that in which the time is over") {
    Lab lab(linux_stack(R"("tick": "4 ms")"), kWires);
    lab.send("a", "b", 5000);
    lab.down("s -> b", 13.5, 20);
    CHECK(lab.run().front() == Approx(8000 + 42 + 22));
  }
  SECTION("one packet alone is probed no earlier than the timeout, as its acknowledgement may be delayed") {
    Lab lab(linux_stack(), kWires);
    lab.send("a", "b", 1000);
    lab.down("s -> b", 0, 20);
    CHECK(lab.run().front() == Approx(42 + 200'000 + 22));
  }
}

TEST_CASE("linux: what was sent again and is lost again is found by time") {
  // The first of 18 packets is lost, and known to be at 45, when the fourth is acknowledged. It is sent again at 45
  // and lost at 56. The packet that follows it, sent at 46, is acknowledged at 88: what was sent before is lost. The
  // third time it arrives, 22 us after it was sent.
  const auto took = [](const std::string& stack) {
    Lab lab(linux_stack(stack), kWires);
    lab.send("a", "b", 18'000);
    lab.down("s -> b", 10.5, 11.5);
    lab.down("s -> b", 55.5, 56.5);
    return lab.run().front();
  };
  CHECK(took("") == Approx(88 + 22));
  CHECK(took(R"("rack": false)") > 200'000);
}

TEST_CASE("linux: a packet overtaken by fewer than three is lost only when it is late") {
  // Three packets, the first lost. The others are acknowledged at 43 and 44; a quarter of the least round trip, or an
  // eighth of the smoothed one, is allowed for reordering. Smoothed 42.125 and 42.359375: the first is lost 5.29 us
  // after it would have been back by the last round trip, 44; the timer rings 2 ms later still.
  Lab lab(linux_stack(), kWires);
  lab.send("a", "b", 3000);
  lab.down("s -> b", 10.5, 11.5);
  CHECK(lab.run().front() == Approx(44 + 42.359375 / 8 + 2000 + 22));
}

TEST_CASE("linux: a connection keeps its window") {
  // One link, 101 us there and back, a first window of one. Seven packets take 256 us, as in slow start; then the
  // window is 8, and seven more go at once: 57 us.
  const std::vector<Wire> wires{{"a", "b", 1, 50}};
  const std::string one = R"("initial_cwnd": 1)";
  SECTION("from message to message") {
    Lab lab(linux_stack("", one), wires);
    lab.send("a", "b", 7000);
    lab.send("a", "b", 7000, 1000);
    CHECK(lab.run() == std::vector<double>{256, 57});
  }
  SECTION("unless each message has a connection") {
    Lab lab(linux_stack(R"("kept_connections": false)", one), wires);
    lab.send("a", "b", 7000);
    lab.send("a", "b", 7000, 1000);
    CHECK(lab.run() == std::vector<double>{256, 256});
  }
  SECTION("each direction its own") {
    Lab lab(linux_stack("", one), wires);
    lab.send("a", "b", 7000);
    lab.send("b", "a", 7000, 1000);
    CHECK(lab.run() == std::vector<double>{256, 256});
  }
  SECTION("half of it after a pause of more than a timeout: four at once, the others at 101, 102 and 103") {
    Lab lab(linux_stack("", one), wires);
    lab.send("a", "b", 7000);
    lab.send("a", "b", 7000, 250'000);
    CHECK(lab.run() == std::vector<double>{256, 101 + 3 + 50});
  }
}

TEST_CASE("linux: messages of a connection go out one after the other") {
  // A window of 4: packets 1 to 4 at 0, and two more for each acknowledgement at 42, 43, ...; the port sends packet 10
  // at 47, and the second message's only one, the 11th, at 48.
  const std::string four = R"("initial_cwnd": 4)";
  SECTION("the second waits in the sender's queue") {
    Lab lab(linux_stack("", four), kWires);
    lab.send("a", "b", 10'000);
    lab.send("a", "b", 1000);
    CHECK(lab.run() == std::vector<double>{69, 70});
  }
  SECTION("with a connection of its own it goes behind the first window") {
    Lab lab(linux_stack(R"("kept_connections": false)", four), kWires);
    lab.send("a", "b", 10'000);
    lab.send("a", "b", 1000);
    CHECK(lab.run().back() == 26);
  }
  SECTION("and is delivered in order: a loss of the first delays it") {
    Lab lab(linux_stack(), kWires);
    lab.send("a", "b", 5000);
    lab.send("a", "b", 2000);
    lab.down("s -> b", 10.5, 11.5);
    // The third duplicate comes at 45.
    CHECK(lab.run() == std::vector<double>{67, 67});
  }
}

TEST_CASE("linux: one packet in two is acknowledged, and the last by a timer or by data the other way") {
  // A window of one: the second packet waits until the first is acknowledged, 40 ms after it arrived at 51.
  const std::vector<Wire> wires{{"a", "b", 1, 50}};
  Lab lab(linux_stack(R"("delayed_ack": "40 ms")", R"("initial_cwnd": 1)"), wires);
  lab.send("a", "b", 2000);
  SECTION("by a timer") { CHECK(lab.run() == std::vector<double>{51 + 40'000 + 50 + 51}); }
  SECTION("by data") {
    lab.send("b", "a", 1000, 10'000);
    CHECK(lab.run().front() == Approx(10'000 + 50 + 51));
  }
}

TEST_CASE("linux: a timeout that a connection does not survive loses all its messages, and the next finds a new one") {
  Lab lab(linux_stack("", R"("max_retransmits": 1, "min_rto": "1 ms")"), kWires);
  lab.down("s -> b", 0, 50'000);
  lab.send("a", "b", 1000);
  lab.send("a", "b", 1000, 100);
  lab.send("a", "b", 1000, 60'000);
  const std::vector<double> took = lab.run();
  CHECK(took[0] == -1);
  CHECK(took[1] == -1);
  CHECK(took[2] == Approx(22));
}

TEST_CASE("cubic: after a loss the window comes back by a cubic function of time") {
  // RFC 9438, 4.2: W(t) = 0.4 (t - K)^3 + 100 from 70 on, K = (30 / 0.4)^(1/3) = 4.217 s. At a round trip of 0.2 s
  // Reno's estimate stays below: 70 + 0.53 x 21 = 81 at K, 92 at 2 K.
  const auto control = congestion(R"({"type": "cubic", "hystart": false})");
  CongestionWindow window;
  window.packets = 100;
  window.threshold = control->after_loss(window);
  CHECK(window.threshold == 70);
  window.packets = window.threshold;
  const double k = std::cbrt(30 / 0.4);
  const auto at = [&](double from, double to) {
    for (double t = from; t < to; t += 0.2)
      for (int i = window.packets; i > 0; --i) control->grow(window, 1, Time(from_seconds(t)));
    return window.packets;
  };
  CHECK(at(0, k) == Approx(100).margin(2));
  CHECK(at(k, 2 * k) == Approx(130).margin(4));
}

TEST_CASE("cubic: a window that shrinks again leaves room to others") {
  // Fast convergence (4.7): a loss at 80 after one at 100 aims at 80 x 1.7 / 2 = 68, and 56 are left: K =
  // (12/0.4)^(1/3) = 3.1 s, after which the window is 68 and not 80.
  const auto control = congestion(R"({"type": "cubic", "hystart": false})");
  CongestionWindow window;
  window.packets = 100;
  control->after_loss(window);
  window.packets = 80;
  window.threshold = window.packets = control->after_loss(window);
  CHECK(window.packets == 56);
  for (double t = 0; t < std::cbrt(12 / 0.4); t += 0.5)
    for (int i = window.packets; i > 0; --i) control->grow(window, 1, Time(from_seconds(t)));
  CHECK(window.packets == Approx(68).margin(3));
}

TEST_CASE("hystart: slow start ends when acknowledgements have come for half a round trip, or late") {
  const auto at_ms = [](double ms) { return Time(from_seconds(ms * 1e-3)); };
  const Duration round_trip = std::chrono::milliseconds(40);
  const auto ack = [&](double ms, Duration measured) {
    return Acknowledgement{at_ms(ms), measured, false, 1, 100, Duration::zero()};
  };
  SECTION("a train: 1 ms apart, longer than 20 ms") {
    HyStart hystart;
    int acks = 0;
    while (!hystart.ends(ack(acks, round_trip), round_trip, 20)) ++acks;
    CHECK(acks == 21);
  }
  SECTION("no train: more than 2 ms apart, of unchanged round trips") {
    HyStart hystart;
    for (int i = 0; i < 50; ++i) CHECK_FALSE(hystart.ends(ack(3 * i, round_trip), round_trip, 20));
  }
  SECTION("the least of eight round trips is longer by more than an eighth") {
    HyStart hystart;
    int acks = 0;
    while (!hystart.ends(ack(3 * acks, std::chrono::milliseconds(46)), round_trip, 20)) ++acks;
    CHECK(acks == 8);
  }
  SECTION("never below a window of 16") {
    HyStart hystart;
    for (int i = 0; i < 50; ++i) CHECK_FALSE(hystart.ends(ack(i, round_trip), round_trip, 15));
  }
}

TEST_CASE("dctcp: the window shrinks in proportion to the marks") {
  // All of the first window marked: alpha stays 1, half is left. Then none: alpha falls by 1/16 a window.
  const auto control = congestion(R"("dctcp")");
  CongestionWindow window;
  window.packets = 64;
  for (int i = 0; i < 64; ++i) control->hear({Time{}, Duration{1}, true, i, 64, {}}, window);
  CHECK(control->after_marks(window) == 32);
  for (int i = 64; i <= 128; ++i) control->hear({Time{}, Duration{1}, false, i, 128, {}}, window);
  CHECK(control->after_marks(window) == 34);  // alpha 0.94
  CHECK(control->after_loss(window) == 32);
}
