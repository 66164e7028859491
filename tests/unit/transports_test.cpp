// SPDX-License-Identifier: Apache-2.0
#include <map>

#include "engine/random.hpp"
#include "network_lab.hpp"

using namespace shardsim;
using namespace shardsim::testing;

namespace {

const std::string kIdeal = R"({"type": "ideal"})";
const std::string kFluid = R"({"type": "fluid"})";
const std::string kStored = R"({"type": "port", "forwarding": "store-and-forward"})";
const std::string kCutThrough = R"({"type": "port", "forwarding": "cut-through"})";

/// Packets of 1000 B without headers, so that n kB are n packets; 1 us each at 1 GB/s. Linux' are in
/// linux_tcp_test.cpp.
std::string packets(const std::string& more) {
  return R"({"type": "packet", "mtu": "1 kB", "headers": "0 B", "framing": "0 B", "min_rto": "1 ms", "stack": "newreno")" +
         (more.empty() ? "" : ", " + more) + "}";
}

std::string linux_packets(const std::string& more) {
  return R"({"type": "packet", "mtu": "1 kB", "headers": "0 B", "framing": "0 B", "min_rto": "1 ms")" +
         (more.empty() ? "" : ", " + more) + "}";
}

// 10 us and then 20 us away; 10 kB take 10 us and 20 us.
const std::vector<Wire> kPath{{"a", "s", 1, 10}, {"s", "b", 0.5, 20}};
const std::vector<Wire> kEqual{{"a", "s", 1, 10}, {"s", "b", 1, 10}};

}  // namespace

TEST_CASE("one message over two links, by hand") {
  SECTION("ideal: 30 us of latency, and 20 us on the slower link") {
    Lab lab(kIdeal, kPath);
    lab.send("a", "b", 10'000);
    CHECK(lab.run() == std::vector<double>{50});
    CHECK(lab.time_at(lab.messages[0], "a -> s") == Approx(10));
    CHECK(lab.time_at(lab.messages[0], "s -> b") == Approx(40));
  }
  SECTION("fluid: the same") {
    Lab lab(kFluid, kPath);
    lab.send("a", "b", 10'000);
    CHECK(lab.run() == std::vector<double>{50});
    CHECK(lab.time_at(lab.messages[0], "s -> b") == Approx(40));
  }
  SECTION("store-and-forward: 10 + 10 us to the switch, then 20 + 20") {
    Lab lab(kStored, kPath);
    lab.send("a", "b", 10'000);
    CHECK(lab.run() == std::vector<double>{60});
    CHECK(lab.time_at(lab.messages[0], "a -> s") == Approx(20));
  }
  SECTION("cut-through: the first byte is at b after 30 us, the last 20 us later: the slower port counts once") {
    Lab lab(kCutThrough, kPath);
    lab.send("a", "b", 10'000);
    CHECK(lab.run() == std::vector<double>{50});
  }
  SECTION("cut-through, the slower port first: its last byte leaves after 20 us, and travels 30") {
    Lab lab(kCutThrough, kPath);
    lab.send("b", "a", 10'000);
    CHECK(lab.run() == std::vector<double>{50});
  }
  SECTION("packet: one of 1460 B is 1538 B on the wire: 1.538 + 10 + 3.076 + 20") {
    Lab lab(R"({"type": "packet"})", kPath);
    lab.send("a", "b", 1460);
    CHECK(lab.run() == std::vector<double>{34.614});
    CHECK(lab.state("a -> s").bytes.count == 1538);
    CHECK(lab.time_at(lab.messages[0], "a -> s") == Approx(11.538));
  }
  SECTION("packet: 1461 B are two, of 1538 B and 79 B; the second follows on the slower link after 0.158") {
    Lab lab(R"({"type": "packet"})", kPath);
    lab.send("a", "b", 1461);
    CHECK(rounded(lab.run()) == std::vector<double>{34.772});
    CHECK(lab.state("s -> b").messages == 2);
    CHECK(lab.state("s -> b").bytes.count == 1538 + 79);
  }
}

TEST_CASE("an empty message takes the latency, and as a packet that of its headers too") {
  for (const std::string& transport : {kIdeal, kFluid, kStored, kCutThrough, packets("")}) {
    Lab lab(transport, kPath);
    lab.send("a", "b", 0);
    CHECK(lab.run() == std::vector<double>{30});
  }
  Lab lab(R"({"type": "packet"})", kPath);  // 78 B: 0.078 + 0.156
  lab.send("a", "b", 0);
  CHECK(rounded(lab.run()) == std::vector<double>{30.234});
}

TEST_CASE("links without limit cost their latency only") {
  const double unlimited = std::numeric_limits<double>::infinity();
  for (const std::string& transport : {kIdeal, kFluid, kStored, kCutThrough, packets(R"("initial_cwnd": 1000)")}) {
    Lab lab(transport, {{"a", "s", unlimited, 10}, {"s", "b", unlimited, 20}});
    lab.send("a", "b", 1'000'000);
    lab.send("a", "b", 1'000'000);
    CHECK(lab.run() == std::vector<double>{30, 30});
  }
}

TEST_CASE("ideal: messages never meet") {
  Lab lab(kIdeal, kPath);
  for (int i = 0; i < 3; ++i) lab.send("a", "b", 10'000);
  CHECK(lab.run() == std::vector<double>{50, 50, 50});
}

TEST_CASE("port: messages queue in order of arrival, and the port counts their waits") {
  // Two messages of 10 kB at once, store-and-forward. Port a: 0-10 and 10-20. Port s: 20-40 and, after waiting from 30
  // to 40, 40-60. Delivered at 60 and 80.
  Lab lab(kStored, kPath);
  lab.send("a", "b", 10'000);
  lab.send("a", "b", 10'000);
  CHECK(lab.run() == std::vector<double>{60, 80});
  for (const char* name : {"a -> s", "s -> b"}) {
    const LinkState& l = lab.state(name);
    CHECK(l.bytes.count == 20'000);
    CHECK(l.waited == us(10));
    CHECK(l.longest_wait == us(10));
  }
  CHECK(lab.state("a -> s").busy == us(20));
  CHECK(lab.state("s -> b").busy == us(40));
  CHECK(lab.state("a -> s").queue_peak.count == 20'000);  // all of the first, and the second
  CHECK(lab.state("s -> b").queue_peak.count == 15'000);  // half of the first is left when the second comes
  CHECK(lab.time_at(lab.messages[1], "a -> s") == Approx(30));
}

TEST_CASE("fluid: two flows on one link have half of it each, and the second all of it when the first has ended") {
  // 1 GB/s. 10 kB and 20 kB at 0.5 GB/s: the first ends after 20 us, when 10 kB of the second are left: 10 us more.
  Lab lab(kFluid, {{"a", "b", 1, 5}});
  SECTION("begun together") {
    lab.send("a", "b", 10'000);
    lab.send("a", "b", 20'000);
    CHECK(lab.run() == std::vector<double>{25, 35});
  }
  SECTION("the second 10 us later: the first has 10 kB left and ends at 30, the second at 40") {
    lab.send("a", "b", 20'000);
    lab.send("a", "b", 20'000, 10);
    CHECK(lab.run() == std::vector<double>{35, 35});
  }
  SECTION("both ways at once: directions do not share") {
    lab.send("a", "b", 10'000);
    lab.send("b", "a", 10'000);
    CHECK(lab.run() == std::vector<double>{15, 15});
  }
  SECTION("one after the other: nothing is shared") {
    lab.send("a", "b", 10'000);
    lab.send("a", "b", 10'000, 10);
    CHECK(lab.run() == std::vector<double>{15, 15});
  }
}

TEST_CASE("fluid: the parking lot") {
  // s0 - s1 - s2 - s3, with 1, 2 and 4 GB/s. The long flow and the short one on the first link have 0.5 each; the
  // others have the rest of theirs, 1.5 and 3.5. All take 20 us at these rates.
  Lab lab(kFluid, {{"a", "s0", 100, 0},
                   {"s0", "s1", 1, 0},
                   {"s1", "s2", 2, 0},
                   {"s2", "s3", 4, 0},
                   {"s3", "d", 100, 0},
                   {"b", "s1", 100, 0},
                   {"c", "s2", 100, 0}});
  lab.send("a", "d", 10'000);
  lab.send("a", "b", 10'000);
  lab.send("b", "c", 30'000);
  SECTION("all end together") {
    lab.send("c", "d", 70'000);
    CHECK(rounded(lab.run()) == std::vector<double>{20, 20, 20, 20});
    CHECK(lab.time_at(lab.messages[0], "s0 -> s1") == Approx(20));
    CHECK(lab.time_at(lab.messages[3], "s2 -> s3") == Approx(20));
  }
  SECTION("the last has 10 kB more to send, alone, at 4 GB/s: 2.5 us") {
    lab.send("c", "d", 80'000);
    CHECK(rounded(lab.run()) == std::vector<double>{20, 20, 20, 22.5});
  }
}

TEST_CASE("fluid: a message travels before it flows") {
  // b is 10 us farther away: when its flow begins, a's has ended.
  Lab lab(kFluid, {{"a", "s", 100, 0}, {"b", "s", 100, 10}, {"s", "d", 1, 0}});
  lab.send("a", "d", 10'000);
  lab.send("b", "d", 10'000);
  CHECK(lab.run() == std::vector<double>{10, 20});
}

TEST_CASE("packet: within the window packets follow each other at the pace of the slowest link") {
  // The first of ten takes 1 + 10 + 2 + 20 = 33 us, the others come 2 us apart.
  Lab lab(packets(""), kPath);
  SECTION("which is the second") { lab.send("a", "b", 10'000); }
  SECTION("or the first") { lab.send("b", "a", 10'000); }
  CHECK(lab.run() == std::vector<double>{33 + 9 * 2});
}

TEST_CASE("packet: a window of one doubles every round trip") {
  // One link of 1 GB/s, 50 us away: a packet is acknowledged 101 us after it was sent.
  // 1 packet: 51. 2 and 3: sent at 101, there at 152 and 153. 4 to 7: the acknowledgement at 202 opens the window to 3,
  // that at 203 to 4, so that the port sends from 202 to 206; the last is there at 256.
  const int count = GENERATE(1, 2, 3, 4, 7);
  const std::map<int, double> expected{{1, 51}, {2, 152}, {3, 153}, {4, 253}, {7, 256}};
  Lab lab(packets(R"("initial_cwnd": 1)"), {{"a", "b", 1, 50}});
  lab.send("a", "b", count * 1000);
  CHECK(lab.run() == std::vector<double>{expected.at(count)});
  CHECK(lab.state("a -> b").messages == count);
}

TEST_CASE("packet: a full queue drops, and what is dropped is sent again after a timeout") {
  // Four packets reach s at 11, 12, 13 and 14; each takes 2 us there, and the queue holds one. The first is sent from
  // 11 to 13. The second finds 500 B and has no room, the third nobody, the fourth again 500 B. Two arrive and are
  // acknowledged at 43 and 45; three later ones, which would tell of the loss, are not there. The timer, set at 45 for
  // 1 ms, sends the second at 1045 alone; it takes 33 us, its acknowledgement 20 more, and the window is 2 then. The
  // fourth is sent at 1045 + 53 and arrives 33 later.
  Lab lab(packets(R"("buffer": "1 kB")"), {{"a", "s", 1, 10}, {"s", "b", 0.5, 10}});
  lab.send("a", "b", 4000);
  CHECK(rounded(lab.run()) == std::vector<double>{1045 + 43 + 23});
  const LinkState& port = lab.state("s -> b");
  CHECK(port.lost_messages == 2);
  CHECK(port.lost_bytes.count == 2000);
  CHECK(port.messages == 6);
  CHECK(port.bytes.count == 6000);
  CHECK(port.busy == us(8));
  CHECK(lab.state("a -> s").messages == 6);
  CHECK(lab.state("a -> s").lost_messages == 0);  // a host does not drop its own
  CHECK(lab.time_at(lab.messages[0], "s -> b") > 1000);
}

TEST_CASE("packet: three later arrivals tell of a loss before any timeout") {
  // Six packets reach s at 11, 12, ... 16; the link is down when the second does. The others are acknowledged at 42,
  // 44, 45, 46 and 47. The one of 46 is three places behind the lost one, which is sent at once and takes 22 us.
  Lab lab(packets(""), kEqual);
  lab.send("a", "b", 6000);
  lab.down("s -> b", 11.5, 12.5);
  CHECK(lab.run() == std::vector<double>{68});
  CHECK(lab.state("s -> b").lost_messages == 1);
  CHECK(lab.state("a -> s").messages == 7);
}

TEST_CASE("packet: losses of one round halve the window once") {
  // Twelve packets, a window of 8; the second and the third are lost. Acknowledgements, 42 us after the sending:
  //   at 42 (1st) and 45 (4th): the window is 9 and 10, two more go each time, and with the last four 10 are under way;
  //   at 46 (5th): the second is known lost; the window of 11 becomes 5.5, with 8 under way;
  //   at 47 (6th): the third is known lost, in the same round: the window stays, now 5.5 + 1/5.5; 6 under way;
  //   at 48 (7th): 5.9 and 5 under way; at 49 (8th): 6.03 and 4 under way: both are sent again, there at 71 and 72.
  // Not halved, they would go at 46 and 47 behind the last four; halved twice, only at 85.
  Lab lab(packets(R"("initial_cwnd": 8)"), kEqual);
  lab.send("a", "b", 12'000);
  lab.down("s -> b", 11.5, 13.5);
  CHECK(lab.run() == std::vector<double>{72});
  CHECK(lab.state("s -> b").lost_messages == 2);
  CHECK(lab.state("a -> s").messages == 14);
}

TEST_CASE("packet: timeouts double, and after the last allowed one the message is lost") {
  Lab lab(packets(R"("max_retransmits": 2)"), kEqual);
  SECTION("sent at 0, 1 and 3 ms; given up at 7 ms") {
    lab.down("s -> b", 0);
    lab.send("a", "b", 1000);
    CHECK(lab.run() == std::vector<double>{-1});
    CHECK(lab.messages[0].took == Approx(7000));
    CHECK(lab.state("s -> b").lost_messages == 3);
  }
  SECTION("the link is up again before the third attempt, which takes 22 us") {
    lab.down("s -> b", 0, 2000);
    lab.send("a", "b", 1000);
    CHECK(lab.run() == std::vector<double>{3022});
    CHECK(lab.state("s -> b").lost_messages == 2);
    CHECK(lab.state("s -> b").messages == 3);
  }
  SECTION("the sender's own link counts too") {
    lab.down("a -> s", 0, 500);
    lab.send("a", "b", 1000);
    CHECK(lab.run() == std::vector<double>{1022});
    CHECK(lab.state("a -> s").lost_messages == 1);
  }
}

TEST_CASE("packet: queues above the threshold mark") {
  // The sender's own port, 1 us a packet, holds 0, 1000, 2000 and 3000 B when they are given to it. They reach s 1 us
  // apart and take 2 us there: they find 0, 500, 1000 and 1500 B.
  const auto marked = [](const std::string& more) {
    Lab lab(packets(more), {{"a", "s", 1, 10}, {"s", "b", 0.5, 10}});
    lab.send("a", "b", 4000);
    CHECK(lab.run() == std::vector<double>{23 + 3 * 2});
    return std::pair(lab.state("a -> s").marked, lab.state("s -> b").marked);
  };
  CHECK(marked("") == std::pair<std::int64_t, std::int64_t>(0, 0));
  CHECK(marked(R"("ecn_threshold": "0 B")") == std::pair<std::int64_t, std::int64_t>(3, 3));
  CHECK(marked(R"("ecn_threshold": "900 B")") == std::pair<std::int64_t, std::int64_t>(3, 2));
  CHECK(marked(R"("ecn_threshold": "1000 B")") == std::pair<std::int64_t, std::int64_t>(2, 1));
  CHECK(marked(R"("ecn_threshold": "2 kB")") == std::pair<std::int64_t, std::int64_t>(1, 0));
}

TEST_CASE("packet: marks keep the queue short where loss alone fills it") {
  // Two flows of 5000 packets to one port. DCTCP holds the queue at its threshold, 20 packets of 1 us, once the first
  // rounds are over; without marks it grows until the 200th packet is dropped, and then from half of that.
  const auto port = [](const std::string& more) {
    Lab lab(packets(R"("buffer": "200 kB")" + more), {{"a", "s", 1, 5}, {"b", "s", 1, 5}, {"s", "c", 1, 5}});
    lab.send("a", "c", 5'000'000);
    lab.send("b", "c", 5'000'000);
    lab.run();
    return lab.state("s -> c");
  };
  const auto mean_wait = [](const LinkState& link) {
    return to_microseconds(link.waited) / static_cast<double>(link.messages);
  };
  const LinkState by_loss = port("");
  const LinkState by_marks = port(R"(, "ecn_threshold": "20 kB")");
  CHECK(by_loss.lost_messages > 0);
  CHECK(by_loss.queue_peak.count > 190'000);
  CHECK(mean_wait(by_loss) > 60);
  CHECK(by_marks.lost_messages == 0);
  CHECK(by_marks.marked > 0);
  CHECK(mean_wait(by_marks) < 30);
}

TEST_CASE("packet: many senders to one overflow its port, and are repaired") {
  // 40 senders of 10 packets each, within their windows, at once: 400 packets reach s within 10 us, which sends 10 of
  // them meanwhile and stores 100.
  std::vector<Wire> wires{{"sink", "s", 1, 1}};
  wires[0].from = "z";
  for (int i = 0; i < 40; ++i) wires.push_back({fmt::format("h{}", i), "s", 1, 1});
  Lab lab(packets(R"("buffer": "100 kB")"), wires);
  for (int i = 0; i < 40; ++i) lab.send(fmt::format("h{}", i), "z", 10'000);
  const std::vector<double> took = lab.run();
  CHECK(lab.state("s -> z").lost_messages >= 400 - 111);
  CHECK(lab.state("s -> z").queue_peak.count <= 100'000);
  for (const double t : took) CHECK(t > 0);
  CHECK(lab.state("s -> z").bytes.count - lab.state("s -> z").lost_bytes.count == 400'000);
}

TEST_CASE("a link that is down loses messages") {
  SECTION("ideal: those that would cross it, at once") {
    Lab lab(kIdeal, kPath);
    lab.send("a", "b", 10'000, 5);
    lab.down("s -> b", 0);
    CHECK(lab.run() == std::vector<double>{-1});
    CHECK(lab.messages[0].took == 0);
    CHECK(lab.state("a -> s").messages == 1);
    CHECK(lab.state("s -> b").lost_messages == 1);
    CHECK(lab.state("s -> b").lost_bytes.count == 10'000);
  }
  SECTION("port: those that reach it: after 20 us") {
    Lab lab(kStored, kPath);
    lab.down("s -> b", 15, 100);
    lab.send("a", "b", 10'000);
    lab.send("a", "s", 10'000);
    lab.send("a", "b", 10'000, 200);
    CHECK(lab.run() == std::vector<double>{-1, 30, 60});
    CHECK(lab.messages[0].took == Approx(20));
    CHECK(lab.state("s -> b").lost_messages == 1);
    CHECK(lab.state("s -> b").messages == 2);
  }
  SECTION("fluid: those under way on it, at once; what they had is the others'") {
    // Both have 0.5 GB/s from 10 us on. At 16 each has moved 3 kB; the first is lost, the second has 7 kB left.
    Lab lab(kFluid, {{"a", "s", 1, 10}, {"s", "b", 1, 0}, {"s", "c", 1, 0}});
    lab.send("a", "b", 10'000);
    lab.send("a", "c", 10'000);
    lab.down("s -> b", 16);
    CHECK(rounded(lab.run()) == std::vector<double>{-1, 23});
    CHECK(lab.messages[0].took == Approx(16));
    CHECK(lab.state("s -> b").lost_messages == 1);
    CHECK(lab.state("s -> b").lost_bytes.count == 10'000);
    CHECK(lab.state("s -> c").lost_messages == 0);
  }
  SECTION("fluid: also those sent while it is down") {
    Lab lab(kFluid, kPath);
    lab.down("s -> b", 0);
    lab.send("a", "b", 10'000, 5);
    CHECK(lab.run() == std::vector<double>{-1});
    CHECK(lab.messages[0].took <= 30);  // no later than its first byte would have arrived
    CHECK(lab.state("s -> b").lost_messages == 1);
  }
}

TEST_CASE("a link that is slower than described takes longer") {
  SECTION("ideal, port: messages that begin now") {
    // 0.25 GB/s instead of 0.5: 40 us instead of 20.
    for (const auto& [transport, whole] :
         {std::pair(kIdeal, 50.0), std::pair(kCutThrough, 50.0), std::pair(kStored, 60.0)}) {
      Lab lab(transport, kPath);
      lab.slow("s -> b", 2, 0, 500);
      lab.send("a", "b", 10'000);
      lab.send("a", "b", 10'000, 1000);
      CHECK(lab.run() == std::vector<double>{whole + 20, whole});
    }
  }
  SECTION("fluid: also those under way") {
    // 10 kB from 5 us on at 1 GB/s; at 10 half is left, which goes at 0.25 GB/s until 18: 3 kB more.
    Lab lab(kFluid, {{"a", "b", 1, 5}});
    lab.send("a", "b", 10'000);
    SECTION("for good") {
      lab.slow("a -> b", 4, 10);
      CHECK(rounded(lab.run()) == std::vector<double>{10 + 20});
    }
    SECTION("for 8 us: 3 kB are left then") {
      lab.slow("a -> b", 4, 10, 18);
      CHECK(rounded(lab.run()) == std::vector<double>{18 + 3});
    }
  }
  SECTION("packet: packets that begin now") {
    // 1 + 10 + 4 + 20, then nine more 4 us apart.
    Lab lab(packets(""), kPath);
    lab.slow("s -> b", 2, 0);
    lab.send("a", "b", 10'000);
    CHECK(lab.run() == std::vector<double>{35 + 36});
  }
}

TEST_CASE("fluid: what is lost at the second link came over the first", "") {
  Lab lab(kFluid, kPath);
  lab.down("s -> b", 0);
  lab.send("a", "b", 10'000);
  lab.run();
  CHECK(lab.state("a -> s").messages == lab.state("s -> b").messages);
}

TEST_CASE("packet: no time at a link is negative, also when it is slowed behind the packet", "") {
  // The packet has left a's port after 1 us; at 2 us that port becomes a thousand times slower.
  Lab lab(packets(""), kEqual);
  lab.slow("a -> s", 1000, 2);
  lab.send("a", "b", 1000);
  CHECK(lab.run() == std::vector<double>{22});
  for (const LinkTimes::Entry& e : lab.messages[0].times.entries()) CHECK(e.time >= Duration::zero());
}

TEST_CASE("port and packet agree where nothing meets") {
  // Over h equal links cut-through takes h latencies and size/bandwidth. Packets, whose last one is stored at h - 1
  // switches, take as many full packets' sending more (a short last packet waits for the full one before it).
  const int hops = GENERATE(1, 2, 3, 5);
  std::vector<Wire> wires;
  for (int i = 0; i < hops; ++i)
    wires.push_back({i == 0 ? "a" : fmt::format("s{}", i), i + 1 == hops ? "b" : fmt::format("s{}", i + 1), 1, 10});
  for (const std::int64_t size : {2'000, 50'000, 123'456, 1'000'000}) {
    INFO(hops << " hops, " << size << " B");
    Lab port(kCutThrough, wires);
    Lab packet(packets(R"("initial_cwnd": 100000)"), wires);
    for (Lab* lab : {&port, &packet}) lab->send("a", "b", size);
    const double whole = hops * 10 + static_cast<double>(size) / 1000;
    CHECK(port.run().front() == Approx(whole));
    CHECK(packet.run().front() == Approx(whole + (hops - 1)));
    CHECK(packet.state("a -> " + wires[0].to).lost_messages == 0);
  }
}

namespace {

/// Three leaves of four hosts, two spines.
BuiltTopology fabric() {
  return build_topology(*parsed<Choice<Topology>>(R"({"type": "leaf-spine", "leaves": 3, "hosts_per_leaf": 4,
    "spines": 2, "host_bandwidth": "1 GB/s", "host_latency": "1 us", "uplink": {"bandwidth": "2 GB/s", "latency": "2 us"}})"),
                        {});
}

struct Load {
  int messages;
  double span_us;
  std::uint64_t most_bytes;
};
void send_at_random(Lab& lab, const Load& load, RandomStream& random) {
  const auto host = [&] { return fmt::format("leaf{}/host{}", random.below(3), random.below(4)); };
  for (int i = 0; i < load.messages; ++i) {
    const std::string from = host();
    const std::string to = host();
    const auto size = static_cast<std::int64_t>(random.below(load.most_bytes));
    if (from != to) lab.send(from, to, size, random.uniform() * load.span_us);
  }
}

/// What a node took in and what it passed on, in messages (packets) and bytes.
struct Flux {
  std::int64_t in = 0, bytes_in = 0;    // carried to it
  std::int64_t out = 0, bytes_out = 0;  // offered to its links
};
std::vector<Flux> fluxes(const Network& network) {
  std::vector<Flux> flux(boost::num_vertices(network.graph()));
  for (const LinkState& l : network.links()) {
    flux[l.from].out += l.messages;
    flux[l.from].bytes_out += l.bytes.count;
    flux[l.to].in += l.messages - l.lost_messages;
    flux[l.to].bytes_in += l.bytes.count - l.lost_bytes.count;
  }
  return flux;
}

}  // namespace

TEST_CASE("what enters the network leaves it or is lost") {
  const bool with_faults = GENERATE(false, true);
  const std::string transport = GENERATE(
      as<std::string>{}, kIdeal, kFluid, kStored, kCutThrough, packets(R"("buffer": "30 kB", "max_retransmits": 3)"),
      packets(R"("buffer": "30 kB", "ecn_threshold": "10 kB", "max_retransmits": 3)"),
      linux_packets(R"("buffer": "30 kB", "max_retransmits": 3)"),
      linux_packets(R"("buffer": "30 kB", "ecn_threshold": "10 kB", "max_retransmits": 3)"));
  INFO(transport << (with_faults ? " with faults" : ""));
  if (with_faults && transport == kFluid) return;
  RandomStream random(17, 0, Purpose::topology, 0);
  Lab lab(fabric(), transport);
  if (with_faults) {
    lab.down("leaf0 -> spine0", 500, 700);
    lab.down("spine1 -> leaf1", 900, 1000);
    lab.down("leaf2/host3 -> leaf2", 0, 100);
    lab.down("leaf2 -> leaf2/host1", 1500);
    lab.slow("spine0 -> leaf2", 3, 100, 2500);
  }
  send_at_random(lab, {600, 3000, 100'000}, random);
  lab.run();
  std::int64_t lost = 0;
  std::map<NodeId, std::int64_t> bytes_to;
  for (const Lab::Message& m : lab.messages) {
    lost += m.lost ? 1 : 0;
    if (!m.lost) bytes_to[lab.node(m.name.substr(m.name.size() / 2))] += m.size.count;
  }
  CHECK((lost > 0) == with_faults);
  const bool packets = transport.find("packet") != std::string::npos;
  const std::vector<Flux> flux = fluxes(lab.network);
  std::int64_t entered = 0, left = 0;
  for (const NodeId node : boost::make_iterator_range(boost::vertices(lab.network.graph()))) {
    INFO(lab.network.graph()[node].name);
    if (lab.network.graph()[node].kind == NodeKind::switching) {
      CHECK(flux[node].in == flux[node].out);
      CHECK(flux[node].bytes_in == flux[node].bytes_out);
      continue;
    }
    entered += flux[node].out;
    left += flux[node].in;
    // A packet may come twice, when its message timed out too early, and packets of a message given up come as well.
    if (!packets)
      CHECK(flux[node].bytes_in == bytes_to[node]);
    else
      CHECK(flux[node].bytes_in >= bytes_to[node]);
  }
  std::int64_t dropped = 0;
  for (const LinkState& l : lab.network.links()) {
    dropped += l.lost_messages;
    CHECK(l.lost_messages <= l.messages);
    CHECK(l.lost_bytes <= l.bytes);
    CHECK(l.busy >= Duration::zero());
  }
  CHECK(entered == left + dropped);
  if (!packets) {
    CHECK(entered == static_cast<std::int64_t>(lab.messages.size()));
    CHECK(dropped == lost);
  }
}

TEST_CASE("packet: without early timeouts every byte arrives once, however crowded it is") {
  const std::string crowded = R"("buffer": "20 kB", "min_rto": "500 ms")";
  const bool is_linux = GENERATE(false, true);
  RandomStream random(18, 0, Purpose::topology, 0);
  Lab lab(fabric(), is_linux ? linux_packets(crowded) : packets(crowded));
  send_at_random(lab, {600, 3000, 100'000}, random);
  lab.run();
  std::int64_t sent = 0;
  for (const Lab::Message& m : lab.messages) {
    CHECK_FALSE(m.lost);
    sent += m.size.count;
  }
  const std::vector<Flux> flux = fluxes(lab.network);
  std::int64_t arrived = 0;
  std::int64_t dropped = 0;
  for (const NodeId node : boost::make_iterator_range(boost::vertices(lab.network.graph())))
    if (lab.network.graph()[node].kind == NodeKind::host) arrived += flux[node].bytes_in;
  for (const LinkState& l : lab.network.links()) dropped += l.lost_messages;
  if (is_linux)
    CHECK(arrived >= sent);  // a probe may bring what was there
  else
    CHECK(arrived == sent);
  CHECK(dropped > 0);
}

TEST_CASE("no transport is faster than ideal, and a crowd is served no faster than its links allow") {
  RandomStream random(19, 0, Purpose::topology, 0);
  Lab ideal(fabric(), kIdeal);
  send_at_random(ideal, {300, 2000, 100'000}, random);
  ideal.run();
  for (const std::string& transport : {kFluid, kStored, kCutThrough, packets(""), linux_packets("")}) {
    RandomStream again(19, 0, Purpose::topology, 0);
    Lab lab(fabric(), transport);
    send_at_random(lab, {300, 2000, 100'000}, again);
    lab.run();
    INFO(transport);
    for (std::size_t i = 0; i < lab.messages.size(); ++i) CHECK(lab.messages[i].took >= ideal.messages[i].took - 1e-5);
  }
}

namespace {

Process send_in_background(Lab& lab, Route route, Bytes size) {
  LinkTimes times;
  co_await lab.network.send_in_background(route, size, times);
}
Process stop(Lab& lab, double at) {
  co_await lab.sim.until(Time(us(at)));
  lab.sim.stop();
}

}  // namespace

TEST_CASE("a link is asked for every message whose route has it, also one that never came or is still on its way") {
  const std::string transport = GENERATE(as<std::string>{}, kIdeal, kFluid, kStored, kCutThrough);
  INFO(transport);
  Lab lab(transport, kPath);
  lab.down("a -> s", 100, 200);
  lab.send("a", "b", 1000);
  lab.send("a", "b", 20'000, 150);  // lost at the first link
  lab.send("a", "b", 300'000, 300);
  lab.send("b", "a", 4000, 300);
  const std::vector<LinkNumber> route = lab.network.route_of_flow({lab.node("a"), lab.node("b")}, 1);
  send_in_background(lab, route, Bytes{50'000'000});
  stop(lab, 305);  // no byte is at 's' yet
  lab.sim.run();
  lab.network.settle();
  for (const char* link : {"a -> s", "s -> b"}) {
    INFO(link);
    CHECK(lab.state(link).asked.count == 321'000);
    CHECK(lab.state(link).asked_by_background.count == 50'000'000);
  }
  for (const char* link : {"b -> s", "s -> a"}) CHECK(lab.state(link).asked.count == 4000);
}

TEST_CASE("port: time between first and last byte is the slowest link's, the first of several") {
  // 100 us at 'a', 200 us at 's', 200 us at 't', each 10 us long.
  Lab lab(kCutThrough, {{"a", "s", 1, 10}, {"s", "st", 0.5, 10}, {"st", "b", 0.5, 10}});
  lab.send("a", "b", 100'000);
  CHECK(rounded(lab.run()) == std::vector<double>{230});
  CHECK(lab.time_at(lab.messages[0], "a -> s") == Approx(10));
  CHECK(lab.time_at(lab.messages[0], "s -> st") == Approx(210));
  CHECK(lab.time_at(lab.messages[0], "st -> b") == Approx(10));
}

TEST_CASE("port: who comes first is served first, though the other's time was foreseen before") {
  // Both have 10 kB for 'b'. The message of 'a' sets out at 0 and is at 's' at 10 + 30 us; that of 'c', sent at 5, is
  // there at 5 + 1 + 10 us, and keeps the port until 36. A third is sent by 'c' at 20, is there at 31, and has to wait
  // until 36, and the port until 56; the first then waits for 16 us.
  Lab lab(kStored, {{"a", "s", 1, 30}, {"c", "s", 1, 1}, {"s", "b", 0.5, 0}});
  lab.send("a", "b", 10'000);
  lab.send("c", "b", 10'000, 5);
  lab.send("c", "b", 10'000, 20);
  CHECK(rounded(lab.run()) == std::vector<double>{76, 31, 36});
  CHECK(to_microseconds(lab.state("s -> b").waited) == Approx(16 + 5));
  CHECK(to_microseconds(lab.state("s -> b").longest_wait) == Approx(16));
  CHECK(to_microseconds(lab.state("s -> b").busy) == Approx(60));
  // 5 us before it begins to send the third at 36 us, it still has 2.5 kB to send: with the third 12.5 kB. At 40 it has
  // 8 kB of the third, with the first 18 kB.
  CHECK(lab.state("s -> b").queue_peak.count == 18'000);
}

TEST_CASE("port: what is foreseen is what happens event by event") {
  const std::string transport = GENERATE(as<std::string>{}, kStored, kCutThrough);
  INFO(transport);
  // At a port that is going to change, nothing is foreseen.
  const auto run = [&](bool foreseen) {
    auto lab = std::make_unique<Lab>(fabric(), transport);
    for (const LinkState& link : lab->network.links())
      if (!foreseen) lab->network.expect_changes(link);
    RandomStream random(18, 0, Purpose::topology, 0);
    send_at_random(*lab, {3000, 3000, 100'000}, random);
    lab->run();
    return lab;
  };
  const std::unique_ptr<Lab> foreseen = run(true);
  const std::unique_ptr<Lab> event_by_event = run(false);
  CHECK(foreseen->sim.events_fired() < event_by_event->sim.events_fired());
  for (std::size_t m = 0; m < foreseen->messages.size(); ++m) {
    CHECK(foreseen->messages[m].took == event_by_event->messages[m].took);
    for (const LinkState& link : foreseen->network.links()) {
      const std::string name = foreseen->network.name_of(link);
      CHECK(foreseen->time_at(foreseen->messages[m], name) ==
            event_by_event->time_at(event_by_event->messages[m], name));
    }
  }
  Duration waited{};
  for (const LinkState& link : foreseen->network.links()) {
    const LinkState& other = event_by_event->network.links()[link.number()];
    CHECK(link.messages == other.messages);
    CHECK(link.bytes == other.bytes);
    CHECK(link.busy == other.busy);
    CHECK(link.waited == other.waited);
    CHECK(link.longest_wait == other.longest_wait);
    CHECK(link.queue_peak == other.queue_peak);
    waited += link.waited;
  }
  CHECK(waited > Duration::zero());
}
