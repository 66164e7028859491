// SPDX-License-Identifier: Apache-2.0
// Flow completion times of ns-3: packets over point-to-point channels, along the paths given.
//
// usage: ns3_flows --network=NETWORK.txt --routes=ROUTES.csv --flows=FLOWS.csv [--transport=dctcp|newreno|udp] ...
//
//   dctcp, newreno  ns-3's TCP, one bulk transfer a flow, over a connection that is open already (--handshake opens it
//                   when the flow starts). dctcp marks packets above --mark packets at every port, switches and hosts.
//   udp             the sender gives its port all packets at once: line rate, no feedback, and queues without end
//
// A flow is finished when its last byte is at the receiver, in order. On the wire a packet is its payload and 42 bytes
// (TCP 20, IP 20, PPP 2) or 30 (UDP 8); switches store and forward, and take no time for it.
#include <ns3/command-line.h>
#include <ns3/config.h>
#include <ns3/data-rate.h>
#include <ns3/double.h>
#include <ns3/inet-socket-address.h>
#include <ns3/internet-stack-helper.h>
#include <ns3/ipv4-l3-protocol.h>
#include <ns3/ipv4-static-routing-helper.h>
#include <ns3/node-container.h>
#include <ns3/point-to-point-helper.h>
#include <ns3/simulator.h>
#include <ns3/socket.h>
#include <ns3/string.h>
#include <ns3/tcp-socket-factory.h>
#include <ns3/traffic-control-helper.h>
#include <ns3/udp-socket-factory.h>
#include <ns3/uinteger.h>

#include <algorithm>
#include <memory>

#include "input.hpp"

using namespace ns3;
using crosscheck::Input;
using crosscheck::Pair;

struct Options {
  std::string network, routes, flows;
  std::string transport = "dctcp";
  std::uint32_t mtu = 1500;
  std::uint32_t queue = 200;     // packets a port holds: 300 kB, as the shallow buffers of a top-of-rack switch
  std::uint32_t mark = 65;       // packets; the DCTCP paper's K for 10 Gbps
  std::uint32_t window = 10;     // segments at first, RFC 6928
  std::uint32_t rto_min = 5000;  // us; datacenters set some ms, the standard's 1 s would be all one sees after a loss
  bool handshake = false;

  bool tcp() const { return transport != "udp"; }
};

static Options parse(int argc, char** argv) {
  Options o;
  CommandLine line;
  line.AddValue("network", "nodes and links", o.network);
  line.AddValue("routes", "paths", o.routes);
  line.AddValue("flows", "flows", o.flows);
  line.AddValue("transport", "dctcp, newreno or udp", o.transport);
  line.AddValue("mtu", "bytes of a packet with its IP header", o.mtu);
  line.AddValue("queue", "packets a port holds; 0: no limit", o.queue);
  line.AddValue("mark", "dctcp: queue in packets above which a port marks", o.mark);
  line.AddValue("window", "initial congestion window in segments", o.window);
  line.AddValue("rto-min", "least retransmission timeout in us", o.rto_min);
  line.AddValue("handshake", "open the connection when the flow starts; a lost SYN costs 3 s", o.handshake);
  line.Parse(argc, argv);
  if (o.transport != "dctcp" && o.transport != "newreno" && o.transport != "udp")
    crosscheck::fail("transport is dctcp, newreno or udp, not " + o.transport);
  if (!o.queue || !o.tcp()) o.queue = 100'000'000;
  return o;
}

static void configure(const Options& o) {
  Time::SetResolution(Time::PS);        // a packet takes 1.2016 us at 10 Gbps
  const UintegerValue buffer(1 << 26);  // never what limits a flow
  Config::SetDefault("ns3::TcpL4Protocol::SocketType",
                     StringValue(o.transport == "dctcp" ? "ns3::TcpDctcp" : "ns3::TcpNewReno"));
  Config::SetDefault("ns3::TcpSocket::SegmentSize", UintegerValue(o.mtu - 40));
  Config::SetDefault("ns3::TcpSocketBase::Timestamp", BooleanValue(false));  // else 12 bytes more than the 40
  Config::SetDefault("ns3::TcpSocket::SndBufSize", buffer);
  Config::SetDefault("ns3::TcpSocket::RcvBufSize", buffer);
  Config::SetDefault("ns3::TcpSocket::InitialCwnd", UintegerValue(o.window));
  Config::SetDefault("ns3::TcpSocket::DelAckCount", UintegerValue(1));  // no pause for the ack of an odd segment
  Config::SetDefault("ns3::TcpSocketBase::MinRto", TimeValue(MicroSeconds(o.rto_min)));
  Config::SetDefault("ns3::TcpSocketBase::ClockGranularity", TimeValue(MicroSeconds(1)));
}

// Marks by the queue at this moment, and drops only what does not fit.
static TrafficControlHelper marking_queue(const Options& o) {
  TrafficControlHelper h;
  h.SetRootQueueDisc("ns3::RedQueueDisc", "MinTh", DoubleValue(o.mark), "MaxTh", DoubleValue(o.mark), "QW",
                     DoubleValue(1), "Gentle", BooleanValue(false), "UseEcn", BooleanValue(true), "UseHardDrop",
                     BooleanValue(false), "MeanPktSize", UintegerValue(o.mtu), "MaxSize",
                     QueueSizeValue(QueueSize(QueueSizeUnit::PACKETS, o.queue)));
  return h;
}

class Network {
 public:
  Network(const Input& input, const Options& o) : o_(o) {
    for (const auto& n : input.nodes) nodes_[n.name] = CreateObject<Node>();
    InternetStackHelper internet;
    internet.SetIpv6StackInstall(false);
    for (const auto& [name, node] : nodes_) internet.Install(node);
    for (const auto& c : input.cables) add(c);
    for (const auto& [ends, path] : input.routes) add_route(ends, path);
  }

  Ptr<Node> node(const std::string& name) const { return nodes_.at(name); }
  Ipv4Address source(const Pair& p) const { return addresses_.at(p).first; }
  Ipv4Address destination(const Pair& p) const { return addresses_.at(p).second; }

 private:
  void add(const crosscheck::Cable& c) {
    PointToPointHelper h;
    h.SetDeviceAttribute("DataRate", DataRateValue(DataRate(static_cast<std::uint64_t>(c.bits_per_second))));
    h.SetDeviceAttribute("Mtu", UintegerValue(o_.mtu));
    h.SetChannelAttribute("Delay", TimeValue(NanoSeconds(c.latency_ns)));
    // With marking, packets are to queue where they are marked: the device keeps next to none.
    const std::uint32_t device = o_.transport == "dctcp" ? 2 : o_.queue;
    h.SetQueue("ns3::DropTailQueue", "MaxSize", QueueSizeValue(QueueSize(QueueSizeUnit::PACKETS, device)));
    NetDeviceContainer d = h.Install(nodes_.at(c.a), nodes_.at(c.b));
    if (o_.transport == "dctcp") marking_queue(o_).Install(d);
    interfaces_[{c.a, c.b}] = add_interface(d.Get(0));
    interfaces_[{c.b, c.a}] = add_interface(d.Get(1));
  }

  // ns-3 wants an address at every interface, though no packet here goes to these.
  std::uint32_t add_interface(Ptr<NetDevice> device) {
    Ptr<Ipv4> ip = device->GetNode()->GetObject<Ipv4>();
    const std::uint32_t i = ip->AddInterface(device);
    ip->AddAddress(i, Ipv4InterfaceAddress(Ipv4Address(unused_address_++), Ipv4Mask::GetOnes()));
    ip->SetUp(i);
    return i;
  }

  // Routes go by destination, and two flows to one host may have to go different ways; so each pair has addresses of
  // its own at both ends, in a subnet of their own (ns-3's TCP sends from the address in the destination's subnet).
  // Answers go back along the same path.
  void add_route(const Pair& ends, const crosscheck::Path& path) {
    const Ipv4Address from(next_subnet_ + 1), to(next_subnet_ + 2);
    next_subnet_ += 4;
    add_address(from, path[0], path[1]);
    add_address(to, path[path.size() - 1], path[path.size() - 2]);
    addresses_[ends] = {from, to};
    for (std::size_t i = 1; i < path.size(); ++i) {
      add_hop(to, path[i - 1], path[i]);
      add_hop(from, path[i], path[i - 1]);
    }
  }

  void add_address(Ipv4Address address, const std::string& host, const std::string& next) {
    Ptr<Ipv4> ip = nodes_.at(host)->GetObject<Ipv4>();
    ip->AddAddress(interfaces_.at({host, next}), Ipv4InterfaceAddress(address, Ipv4Mask("/30")));
  }

  void add_hop(Ipv4Address to, const std::string& at, const std::string& next) {
    Ptr<Ipv4> ip = nodes_.at(at)->GetObject<Ipv4>();
    Ipv4StaticRoutingHelper().GetStaticRouting(ip)->AddHostRouteTo(to, interfaces_.at({at, next}));
  }

  const Options& o_;
  std::map<std::string, Ptr<Node>> nodes_;
  std::map<Pair, std::uint32_t> interfaces_;
  std::map<Pair, std::pair<Ipv4Address, Ipv4Address>> addresses_;
  std::uint32_t next_subnet_ = 0x0a000000;     // 10.0.0.0
  std::uint32_t unused_address_ = 0xc0a80001;  // 192.168.0.1
};

static const Time warm_up = MilliSeconds(100);  // connections open in it; the flows' clock starts after it

// One flow: its two sockets, and how much is still to arrive.
class Transfer {
 public:
  Transfer(const Network& net, const Options& o, const crosscheck::Flow& f, std::uint16_t port, double* finish_us)
      : o_(o), left_(f.bytes), bytes_(f.bytes), finish_us_(finish_us) {
    const Pair ends{f.from, f.to};
    const TypeId kind = o.tcp() ? TcpSocketFactory::GetTypeId() : UdpSocketFactory::GetTypeId();
    receiver_ = Socket::CreateSocket(net.node(f.to), kind);
    receiver_->Bind(InetSocketAddress(net.destination(ends), port));
    receiver_->SetRecvCallback(MakeCallback(&Transfer::receive, this));
    receiver_->SetAcceptCallback(MakeNullCallback<bool, Ptr<Socket>, const Address&>(),
                                 MakeCallback(&Transfer::accept, this));
    if (o.tcp()) receiver_->Listen();
    sender_ = Socket::CreateSocket(net.node(f.from), kind);
    sender_->Bind(InetSocketAddress(net.source(ends), port));
    to_ = InetSocketAddress(net.destination(ends), port);
    const Time start = warm_up + PicoSeconds(static_cast<std::int64_t>(f.start_us * 1e6 + 0.5));
    Simulator::Schedule(o.tcp() && o.handshake ? start : Seconds(0), &Transfer::connect, this);
    Simulator::Schedule(start, &Transfer::send, this);
  }

 private:
  void connect() { sender_->Connect(to_); }

  void send() {
    const std::uint64_t most = o_.tcp() ? bytes_ : o_.mtu - 28;
    for (std::uint64_t left = bytes_; left > 0;) {
      const std::uint64_t n = std::min(left, most);
      if (sender_->Send(Create<Packet>(n)) != static_cast<int>(n)) crosscheck::fail("a socket refused to send");
      left -= n;
    }
  }

  void accept(Ptr<Socket> s, const Address&) { s->SetRecvCallback(MakeCallback(&Transfer::receive, this)); }

  void receive(Ptr<Socket> s) {
    while (Ptr<Packet> p = s->Recv()) {
      if (p->GetSize() == 0) break;
      left_ -= p->GetSize();
      if (left_ == 0) *finish_us_ = (Simulator::Now() - warm_up).GetPicoSeconds() * 1e-6;
    }
  }

  const Options& o_;
  std::uint64_t left_, bytes_;
  double* finish_us_;
  Ptr<Socket> receiver_, sender_;
  Address to_;
};

int main(int argc, char** argv) {
  const Options o = parse(argc, argv);
  const Input input = crosscheck::read_input(o.network, o.routes, o.flows);
  configure(o);
  const Network network(input, o);
  std::vector<double> finish_us(input.flows.size(), -1);
  std::vector<std::unique_ptr<Transfer>> transfers;
  for (std::size_t i = 0; i < input.flows.size(); ++i)
    transfers.push_back(std::make_unique<Transfer>(network, o, input.flows[i], 1000 + i, &finish_us[i]));
  Simulator::Stop(Seconds(60));
  Simulator::Run();
  const int status = crosscheck::print_finishes(finish_us);
  Simulator::Destroy();
  return status;
}
