// SPDX-License-Identifier: Apache-2.0
// A small network under test, and messages over it.
#pragma once

#include <catch2/catch.hpp>
#include <cmath>
#include <deque>

#include "engine/process.hpp"
#include "network/network.hpp"

namespace shardsim::testing {

template <class T>
T parsed(const std::string& json) {
  Document d = Document::wrap(Json::parse(json), "test", {});
  return read_document<T>(d);
}

inline Duration us(double microseconds) { return from_seconds(microseconds * 1e-6); }

/// One direction of a cable by the names of its ends; nodes whose name begins with 's' are switches.
struct Wire {
  std::string from;
  std::string to;
  double gigabytes_per_second;
  double microseconds;
};

inline BuiltTopology wired(const std::vector<Wire>& wires) {
  BuiltTopology built;
  const auto node = [&](const std::string& name) {
    for (const NodeId known : boost::make_iterator_range(boost::vertices(built.graph)))
      if (built.graph[known].name == name) return known;
    return name[0] == 's' ? add_switch(built.graph, name) : add_host(built.graph, name);
  };
  for (const Wire& w : wires) {
    const NodeId from = node(w.from);
    const NodeId to = node(w.to);
    add_cable(built.graph, from, to, Bandwidth{w.gigabytes_per_second * 1e9}, us(w.microseconds));
  }
  return built;
}

inline double sum(const LinkTimes& times) { return to_microseconds(times.total()); }

/// A network, and what became of the messages sent over it.
class Lab {
 public:
  Lab(const std::string& transport, const std::vector<Wire>& wires) : Lab(wired(wires), transport) {}
  Lab(BuiltTopology built, const std::string& transport)
      : transport_(parsed<Choice<TransportSpec>>(transport)),
        network(sim, std::move(built), RoutingSpec{}, *transport_) {}

  struct Message {
    std::string name;
    Bytes size;
    double at;
    int ended = 0;  // how often
    bool lost = false;
    double took = 0;
    LinkTimes times;
  };

  void send(const std::string& from, const std::string& to, std::int64_t bytes, double at = 0) {
    messages.push_back({from + to, Bytes{bytes}, at, 0, false, 0, {}});
    carry(*this, messages.back(), node(from), node(to));
  }
  // To be called before anything is sent.
  void down(const std::string& link, double from, double to = -1) {
    network.expect_changes(state(link));
    fault(*this, state(link), from, to);
  }
  void slow(const std::string& link, double factor, double from, double to = -1) {
    network.expect_changes(state(link));
    slowness(*this, state(link), factor, from, to);
  }
  /// Runs to the end; returns what each message took, -1 where it was lost.
  std::vector<double> run() {
    sim.run();
    std::vector<double> took;
    for (const Message& m : messages) {
      CHECK(m.ended == 1);
      if (m.lost)
        CHECK(m.times.entries().empty());
      else
        CHECK(sum(m.times) == Approx(m.took).margin(1e-3));
      took.push_back(m.lost ? -1 : m.took);
    }
    return took;
  }
  NodeId node(const std::string& name) const { return node_named(network.graph(), name, ""); }
  LinkState& state(const std::string& link) {
    for (LinkState& l : network.links())
      if (network.name_of(l) == link) return l;
    throw std::logic_error("no link " + link);
  }
  /// Microseconds that a message spent at a link.
  double time_at(const Message& m, const std::string& link) {
    double total = 0;
    for (const LinkTimes::Entry& e : m.times.entries())
      if (e.place == state(link).number()) total += to_microseconds(e.time);
    return total;
  }

  Simulation sim;
  Simulation& simulation() { return sim; }

 private:
  Choice<TransportSpec> transport_;

 public:
  Network network;
  std::deque<Message> messages;

 private:
  static Process carry(Lab& lab, Message& m, NodeId from, NodeId to) {
    co_await lab.sim.until(Time(us(m.at)));
    const Network::Transit t = co_await lab.network.send({from, to}, m.size, m.times);
    ++m.ended;
    m.lost = t.lost;
    m.took = to_microseconds(t.took);
  }
  static Process fault(Lab& lab, LinkState& link, double from, double to) {
    co_await lab.sim.until(Time(us(from)));
    lab.network.change_down(link, 1);
    if (to < 0) co_return;
    co_await lab.sim.until(Time(us(to)));
    lab.network.change_down(link, -1);
  }
  static Process slowness(Lab& lab, LinkState& link, double factor, double from, double to) {
    co_await lab.sim.until(Time(us(from)));
    lab.network.change_rate(link, factor);
    if (to < 0) co_return;
    co_await lab.sim.until(Time(us(to)));
    lab.network.change_rate(link, 1);
  }
};

inline std::vector<double> rounded(std::vector<double> values) {
  for (double& v : values) v = std::round(v * 1e3) / 1e3;
  return values;
}

}  // namespace shardsim::testing
