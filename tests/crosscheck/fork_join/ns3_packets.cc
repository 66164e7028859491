// SPDX-License-Identifier: Apache-2.0
// The fork-join workload over ns-3's point-to-point devices: messages are cut in packets of 1500 bytes, which cross one
// store-and-forward switch. No IP, no congestion control, and queues without end; cores are stations on ns-3's clock.
//
// usage: ns3_packets NAME=VALUE...        (workload.hpp)
#include <ns3/data-rate.h>
#include <ns3/node-container.h>
#include <ns3/packet.h>
#include <ns3/point-to-point-helper.h>
#include <ns3/tag.h>

#include "ns3_service.hpp"

using namespace ns3;
using fork_join::Rpc;
using fork_join::Workload;

constexpr std::uint32_t most_bytes = 1500;  // of a packet; PPP adds 2

// Whose packet it is, and whether it ends its message.
class RpcTag : public Tag {
 public:
  RpcTag() = default;
  RpcTag(const Rpc& rpc, bool last) : rpc(rpc), last(last) {}

  static TypeId GetTypeId() {
    static const TypeId id = TypeId("fork_join::RpcTag").SetParent<Tag>().AddConstructor<RpcTag>();
    return id;
  }
  static RpcTag of(const Ptr<const Packet>& packet) {
    RpcTag tag;
    packet->PeekPacketTag(tag);
    return tag;
  }

  TypeId GetInstanceTypeId() const override { return GetTypeId(); }
  std::uint32_t GetSerializedSize() const override { return 9; }
  void Serialize(TagBuffer b) const override {
    b.WriteU32(rpc.request);
    b.WriteU32(rpc.shard);
    b.WriteU8(last);
  }
  void Deserialize(TagBuffer b) override {
    rpc.request = b.ReadU32();
    rpc.shard = b.ReadU32();
    last = b.ReadU8() != 0;
  }
  void Print(std::ostream&) const override {}

  Rpc rpc;
  bool last = false;
};

using Device = Ptr<NetDevice>;

static void send(const Device& device, const Ptr<Packet>& packet) {
  if (!device->Send(packet, device->GetBroadcast(), 0x0800)) fork_join::fail("a device refused a packet");
}

// A star: main, the shards, and a switch between them, at the middle of each way.
class Star : public fork_join::Network {
 public:
  explicit Star(const Workload& w) : w_(w), nodes_(w.shards + 2) {
    PointToPointHelper h;
    h.SetDeviceAttribute("DataRate", DataRateValue(DataRate(w.bits_per_s)));
    h.SetChannelAttribute("Delay", TimeValue(NanoSeconds(w.latency_ns / 2)));
    h.SetQueue("ns3::DropTailQueue", "MaxSize", QueueSizeValue(QueueSize(QueueSizeUnit::PACKETS, 100'000'000)));
    connect(h, nodes_.Get(1), main_, to_main_);
    shards_.resize(w.shards);
    to_shard_.resize(w.shards);
    for (std::uint32_t i = 0; i < w.shards; ++i) connect(h, nodes_.Get(2 + i), shards_[i], to_shard_[i]);
    to_main_->SetReceiveCallback(MakeCallback(&Star::down, this));
    for (const Device& port : to_shard_) port->SetReceiveCallback(MakeCallback(&Star::up, this));
    main_->SetReceiveCallback(MakeCallback(&Star::at_main, this));
    for (const Device& shard : shards_) shard->SetReceiveCallback(MakeCallback(&Star::at_shard, this));
  }

  void to_shard(const Rpc& rpc) override { send_message(main_, rpc, w_.request_bytes); }
  void to_main(const Rpc& rpc) override { send_message(shards_[rpc.shard], rpc, w_.response_bytes); }

 private:
  void connect(PointToPointHelper& h, const Ptr<Node>& host, Device& card, Device& port) const {
    const NetDeviceContainer ends = h.Install(host, nodes_.Get(0));
    card = ends.Get(0);
    port = ends.Get(1);
  }

  static void send_message(const Device& card, const Rpc& rpc, std::uint32_t bytes) {
    while (bytes > 0) {
      const std::uint32_t n = std::min(bytes, most_bytes);
      bytes -= n;
      const Ptr<Packet> packet = Create<Packet>(n);
      packet->AddPacketTag(RpcTag(rpc, bytes == 0));
      send(card, packet);
    }
  }

  bool down(Device, Ptr<const Packet> packet, std::uint16_t, const Address&) {
    send(to_shard_[RpcTag::of(packet).rpc.shard], packet->Copy());
    return true;
  }
  bool up(Device, Ptr<const Packet> packet, std::uint16_t, const Address&) {
    send(to_main_, packet->Copy());
    return true;
  }
  bool at_shard(Device, Ptr<const Packet> packet, std::uint16_t, const Address&) {
    const RpcTag tag = RpcTag::of(packet);
    if (tag.last) shard_received(tag.rpc);
    return true;
  }
  bool at_main(Device, Ptr<const Packet> packet, std::uint16_t, const Address&) {
    const RpcTag tag = RpcTag::of(packet);
    if (tag.last) main_received(tag.rpc);
    return true;
  }

  const Workload& w_;
  NodeContainer nodes_;
  Device main_, to_main_;  // the card, and the switch's port to it
  std::vector<Device> shards_, to_shard_;
};

int main(int argc, char** argv) {
  const Workload w = fork_join::parse(argc, argv);
  Time::SetResolution(Time::PS);  // a packet takes 480.64 ns at 25 Gbps
  Star star(w);
  return fork_join::simulate(w, star);
}
