// SPDX-License-Identifier: Apache-2.0
// Flow completion times of SimGrid's flow model, with its TCP corrections off.
//
// usage: simgrid_flows NETWORK.txt ROUTES.csv FLOWS.csv [first|last|native]
//
// SimGrid's CM02 divides a link among flows in inverse proportion to their latencies, to imitate TCP. Plain max-min
// fairness is what remains when its links have no latency, so the path's latency is slept through instead:
//   first   before the transfer (the default; CM02 itself puts it there)
//   last    after the transfer: the flow takes its share at once, the last byte then travels
//   native  the links have their latency, shares are CM02's
#include <xbt/log.h>
#include <simgrid/s4u.hpp>

#include "input.hpp"

namespace sg = simgrid::s4u;
using crosscheck::Cable;
using crosscheck::Flow;
using crosscheck::Input;
using crosscheck::Pair;

enum class Latency { first, last, native };

static Latency parse_latency(const std::string& word) {
  if (word == "first") return Latency::first;
  if (word == "last") return Latency::last;
  if (word == "native") return Latency::native;
  crosscheck::fail("latency is first, last or native, not " + word);
}

static void configure() {
  xbt_log_control_set("xbt_cfg.thresh:warning");  // else a line for each setting
  for (const char* setting : {"network/model:CM02", "network/crosstraffic:0", "network/bandwidth-factor:1",
                              "network/latency-factor:1", "network/weight-S:0", "network/TCP-gamma:0",
                              // The defaults would round every event to 10 us.
                              "surf/precision:1e-12", "maxmin/precision:1e-9"})
    sg::Engine::set_config(setting);
}

// One link for each direction of a cable: with cross traffic off they do not disturb each other.
struct Platform {
  std::map<Pair, sg::Link*> links;
  std::map<Pair, double> latency_s;

  void add(sg::NetZone* zone, const Cable& c, const Pair& way, Latency mode) {
    auto* link = zone->create_link(way.first + ">" + way.second, c.bits_per_second / 8);
    links[way] = link->set_latency(mode == Latency::native ? c.latency_ns * 1e-9 : 0);
    latency_s[way] = c.latency_ns * 1e-9;
  }
};

static Platform build(const Input& input, Latency mode) {
  Platform platform;
  auto* zone = sg::create_full_zone("network");
  std::map<std::string, sg::Host*> hosts;
  for (const auto& n : input.nodes)
    if (n.is_host) hosts[n.name] = zone->create_host(n.name, 1e9);
  for (const Cable& c : input.cables) {
    platform.add(zone, c, {c.a, c.b}, mode);
    platform.add(zone, c, {c.b, c.a}, mode);
  }
  for (const auto& [ends, path] : input.routes) {
    std::vector<sg::LinkInRoute> links;
    for (std::size_t i = 1; i < path.size(); ++i) links.emplace_back(platform.links.at({path[i - 1], path[i]}));
    zone->add_route(hosts.at(ends.first)->get_netpoint(), hosts.at(ends.second)->get_netpoint(), nullptr, nullptr,
                    links, false);
  }
  zone->seal();
  return platform;
}

static double path_latency(const Platform& platform, const crosscheck::Path& path) {
  double sum = 0;
  for (std::size_t i = 1; i < path.size(); ++i) sum += platform.latency_s.at({path[i - 1], path[i]});
  return sum;
}

static void send(const Flow& flow, double latency_s, Latency mode, double* finish_us) {
  sg::this_actor::sleep_until(flow.start_us * 1e-6);
  if (mode == Latency::first) sg::this_actor::sleep_for(latency_s);
  sg::Comm::sendto(sg::Host::by_name(flow.from), sg::Host::by_name(flow.to), flow.bytes);
  if (mode == Latency::last) sg::this_actor::sleep_for(latency_s);
  *finish_us = sg::Engine::get_clock() * 1e6;
}

int main(int argc, char** argv) {
  sg::Engine engine(&argc, argv);
  if (argc < 4) crosscheck::fail("usage: simgrid_flows NETWORK.txt ROUTES.csv FLOWS.csv [first|last|native]");
  const Latency mode = parse_latency(argc > 4 ? argv[4] : "first");
  configure();
  const Input input = crosscheck::read_input(argv[1], argv[2], argv[3]);
  const Platform platform = build(input, mode);
  std::vector<double> finish_us(input.flows.size(), -1);
  for (std::size_t i = 0; i < input.flows.size(); ++i) {
    const Flow& f = input.flows[i];
    const double latency_s = path_latency(platform, input.routes.at({f.from, f.to}));
    sg::Actor::create("flow" + std::to_string(i), sg::Host::by_name(f.from),
                      [&f, latency_s, mode, out = &finish_us[i]] { send(f, latency_s, mode, out); });
  }
  engine.run();
  return crosscheck::print_finishes(finish_us);
}
