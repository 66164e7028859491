// SPDX-License-Identifier: Apache-2.0
#include <boost/heap/d_ary_heap.hpp>
#include <cmath>

#include "network/max_min.hpp"
#include "network/transport.hpp"

namespace shardsim {
namespace {

// Messages are flows that share links max-min fairly. A message first travels (latency of all links), then flows at
// the rate it is given until all of it is there; that order is SimGrid's, and makes no difference to a flow alone.
class FluidTransport final : public Transport, private Timer {
 public:
  FluidTransport(Simulation& sim, std::span<LinkState> links) : Transport(sim, links) {}

  void start(Transfer& t) override {
    ask(t, t.size);
    Duration latency{};
    for (const LinkNumber number : t.route) {
      latency += link(number).latency;
      t.times->append(number, link(number).latency);
    }
    sim().at(sim().now() + latency, t);
  }

  // The first byte has arrived.
  void advance(Transfer& t) override {
    limiting_.clear();
    for (const LinkNumber number : t.route) {
      const LinkState& link = this->link(number);
      if (link.down > 0) return lose(t, number);
      if (!link.rate.is_unlimited()) limiting_.push_back(use(link));
    }
    if (limiting_.empty() || t.size.count == 0) return deliver(t);
    const MaxMin::FlowId id = rates_.add(limiting_);
    if (id >= flows_.size()) flows_.resize(id + 1);
    flows_[id] = {&t, static_cast<double>(t.size.count), 0, 0, sim().now(), {}, {}, false};
    ask_for_solution();
  }

  void link_changed(LinkState& link) override {
    if (link.number() >= used_.size() || !used_[link.number()]) return;
    if (link.down > 0) fail_flows_on(link.number());
    rates_.set_capacity(static_cast<MaxMin::LinkId>(link.number()), link.rate.bytes_per_second);
    ask_for_solution();
  }

 private:
  struct Due {
    Time time;
    MaxMin::FlowId flow;
    bool operator<(const Due& other) const {  // Boost's heaps keep the greatest on top
      return time != other.time ? time > other.time : flow > other.flow;
    }
  };
  using Heap = boost::heap::d_ary_heap<Due, boost::heap::arity<4>, boost::heap::mutable_<true>>;
  struct Flow {
    Transfer* transfer = nullptr;  // null: no flow has this number
    double left = 0;               // bytes
    double rate = 0;
    MaxMin::LinkId bottleneck = 0;
    Time updated{};
    LinkTimes times;  // as the bottleneck changes
    Heap::handle_type due;
    bool has_due = false;
  };

  MaxMin::LinkId use(const LinkState& link) {
    const auto id = static_cast<MaxMin::LinkId>(link.number());
    if (id >= used_.size()) used_.resize(id + 1);
    if (!used_[id]) {
      used_[id] = true;
      rates_.set_capacity(id, link.rate.bytes_per_second);
    }
    return id;
  }

  // Rates count from the next instant on, so that all that happens in this one is solved at once.
  void ask_for_solution() { schedule(sim().now()); }
  void schedule(Time time) {
    if (scheduled_ && *scheduled_ <= time) return;
    scheduled_ = time;
    sim().at(time, static_cast<Timer&>(*this));
  }

  void fire() override {
    if (scheduled_ && *scheduled_ <= sim().now()) scheduled_.reset();
    while (!due_.empty() && due_.top().time <= sim().now()) {
      const MaxMin::FlowId id = due_.top().flow;
      Flow& flow = flows_[id];
      catch_up(flow);
      for (const auto& [link, time] : flow.times.entries()) flow.transfer->times->append(link, time);
      deliver(*flow.transfer);
      end(id);
    }
    for (const MaxMin::FlowId id : rates_.solve()) {
      Flow& flow = flows_[id];
      catch_up(flow);
      flow.rate = rates_.rate(id);
      flow.bottleneck = rates_.bottleneck(id);
      set_due(id, flow);
    }
    if (!due_.empty()) schedule(due_.top().time);
  }

  void catch_up(Flow& flow) {
    const Duration passed = sim().now() - flow.updated;
    flow.left = std::max(0.0, flow.left - flow.rate * to_seconds(passed));
    if (flow.rate > 0) flow.times.add(flow.bottleneck, passed);
    flow.updated = sim().now();
  }
  void set_due(MaxMin::FlowId id, Flow& flow) {
    const Due due{sim().now() + from_seconds(flow.left / flow.rate), id};
    if (flow.has_due)
      due_.update(flow.due, due);
    else
      flow.due = due_.push(due);
    flow.has_due = true;
  }
  void end(MaxMin::FlowId id) {
    Flow& flow = flows_[id];
    if (flow.has_due) due_.erase(flow.due);
    flow = Flow{};
    rates_.remove(id);
  }

  static void carry(const Transfer& t, LinkState& link) { link.carry(t.size, t.size / link.rate); }
  void deliver(Transfer& t) {
    for (const LinkNumber number : t.route) carry(t, link(number));
    sim().at(sim().now(), t.on_delivered);
  }
  // Links before the one that is down have carried the message; those behind it were never offered any.
  void lose(Transfer& t, LinkNumber at) {
    for (const LinkNumber number : t.route) {
      if (number == at) {
        link(number).lose(t.size);
        break;
      }
      carry(t, link(number));
    }
    t.lost = true;
    sim().at(sim().now(), t.on_delivered);
  }
  void fail_flows_on(LinkNumber link) {
    for (MaxMin::FlowId id = 0; id < flows_.size(); ++id) {
      Transfer* t = flows_[id].transfer;
      if (t == nullptr || std::ranges::find(t->route, link) == t->route.end()) continue;
      catch_up(flows_[id]);
      lose(*t, link);
      end(id);
    }
  }

  MaxMin rates_;
  std::vector<Flow> flows_;  // by MaxMin's numbers
  Heap due_;
  std::optional<Time> scheduled_;  // of the earliest event under way
  std::vector<bool> used_;         // links that MaxMin knows
  std::vector<MaxMin::LinkId> limiting_;
};

class FluidSpec final : public TransportSpec {
 public:
  std::unique_ptr<Transport> make(Simulation& sim, std::span<LinkState> links) const override {
    return std::make_unique<FluidTransport>(sim, links);
  }
};

}  // namespace

template <>
void describe(Describe<FluidSpec>& d) {
  d.object("fluid", "messages are flows that share links max-min fairly; no packets, no queues");
}

namespace transports {
Alternative<TransportSpec> fluid() { return alternative<FluidSpec, TransportSpec>(); }
}  // namespace transports

}  // namespace shardsim
