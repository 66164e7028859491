// SPDX-License-Identifier: Apache-2.0
#include "serving/batch_queue.hpp"

#include <catch2/catch.hpp>

using namespace shardsim;
using namespace std::chrono_literals;

namespace {

// A device on which a batch takes 10 us, and 1 us for each item.
class Device final : public BatchQueue::Worker {
 public:
  Device(int streams, const BatchRules& rules) : queue(sim, streams, rules, *this) {
    for (int s = 0; s < streams; ++s) ends_.emplace_back(*this, static_cast<std::size_t>(s));
  }

  // Somebody of so many items, at a time in us.
  BatchQueue::Member& at(int us, int items, double rank = 0, std::size_t group = 0) {
    Arrival& a = arrivals_.emplace_back(*this);
    a.member.items = items;
    a.member.rank = rank;
    a.member.group = group;
    a.member.on_done = EventTarget(a.done);
    sim.at(Time{} + std::chrono::microseconds(us), a);
    return a.member;
  }
  void run() { sim.run(); }
  // When the one who came n-th, from 0, was told, in us.
  double told(std::size_t n) const { return arrivals_[n].done.at; }
  bool entered(std::size_t n) const { return arrivals_[n].entered; }

  Simulation sim;
  BatchQueue queue;
  std::vector<std::vector<int>> batches;  // items of each, in the order in which they began

 private:
  struct Done final : Timer {
    explicit Done(Device& owner) : device(owner) {}
    void fire() override { at = to_microseconds(device.sim.now().time_since_epoch()); }
    Device& device;
    double at = -1;
  };
  struct Arrival final : Timer {
    explicit Arrival(Device& owner) : device(owner), done(owner) {}
    void fire() override { entered = device.queue.enter(member); }
    Device& device;
    Done done;
    BatchQueue::Member member;
    bool entered = false;
  };
  struct End final : Timer {
    End(Device& owner, std::size_t its) : device(owner), stream(its) {}
    void fire() override { device.queue.ended(stream); }
    Device& device;
    std::size_t stream;
  };
  void begin(std::size_t stream, const BatchQueue::Batch& batch) override {
    std::vector<int>& items = batches.emplace_back();
    int sum = 0;
    for (const BatchQueue::Member* m : batch) items.push_back(m->items), sum += m->items;
    sim.at(sim.now() + std::chrono::microseconds(10 + sum), ends_[stream]);
  }

  std::deque<Arrival> arrivals_;
  std::deque<End> ends_;
};

using Batches = std::vector<std::vector<int>>;

BatchRules up_to(int items, Duration delay = {}) {
  BatchRules rules;
  rules.max_items = items;
  rules.max_delay = delay;
  return rules;
}

}  // namespace

TEST_CASE("without a size, nobody shares a batch") {
  Device device(1, {});
  for (int i = 0; i < 3; ++i) device.at(0, 5);
  device.run();
  CHECK(device.batches == Batches{{5}, {5}, {5}});
  CHECK(device.told(0) == 15);
  CHECK(device.told(1) == 30);
  CHECK(device.told(2) == 45);
}

TEST_CASE("who waits while the device works shares the next batch, as many as fit") {
  Device device(1, up_to(8));
  device.at(0, 1);                               // 0 .. 11
  for (int i = 1; i <= 4; ++i) device.at(i, 3);  // 11 .. 27: two; 27 .. 43: two
  device.run();
  CHECK(device.batches == Batches{{1}, {3, 3}, {3, 3}});
  CHECK(device.told(2) == 27);
  CHECK(device.told(4) == 43);
  CHECK(device.queue.totals().batches == 3);
  CHECK(device.queue.totals().members == 5);
  CHECK(device.queue.totals().items == 13);
  CHECK(device.queue.totals().sizes == std::map<int, std::int64_t>{{1, 1}, {6, 2}});
}

TEST_CASE("one that is larger than a batch goes alone") {
  Device device(1, up_to(4));
  device.at(0, 1);
  device.at(1, 9);
  device.at(2, 1);
  device.run();
  CHECK(device.batches == Batches{{1}, {9}, {1}});
}

TEST_CASE("beside an idle device a batch waits until it is full, or somebody's patience ends") {
  Device device(1, up_to(6, 20us));
  const BatchQueue::Member& first = device.at(0, 2);
  const BatchQueue::Member& second = device.at(5, 2);  // full at 7
  device.at(7, 2);
  const BatchQueue::Member& alone = device.at(100, 2);  // begins at 120
  device.run();
  CHECK(device.batches == Batches{{2, 2, 2}, {2}});
  CHECK(device.told(0) == 7 + 16);
  CHECK(device.told(3) == 120 + 12);
  CHECK(first.filling == 7us);
  CHECK(second.filling == 2us);
  CHECK(alone.filling == 20us);
  CHECK(first.waited == 0us);
}

TEST_CASE("a wait is for others while a stream is idle, and for a stream else") {
  Device device(1, up_to(4, 30us));
  device.at(0, 4);                                    // 0 .. 14
  const BatchQueue::Member& waits = device.at(4, 1);  // 10 us for the stream, 20 us for others
  device.run();
  CHECK(waits.waited == 10us);
  CHECK(waits.filling == 20us);
  CHECK(device.told(1) == 34 + 11);
}

TEST_CASE("a preferred size does not wait for more") {
  BatchRules rules = up_to(100, 50us);
  rules.preferred = {4, 8};
  Device device(1, rules);
  for (int i = 0; i < 3; ++i) device.at(i, 2);  // 4 at 1
  device.run();
  CHECK(device.batches == Batches{{2, 2}, {2}});
  CHECK(device.told(0) == 1 + 14);
  // The third has waited 13 us for the stream then, and goes on to wait for others.
  CHECK(device.told(2) == 52 + 12);
}

TEST_CASE("the smallest rank comes first; those alike as they came") {
  Device device(1, {});
  device.at(0, 1);
  device.at(1, 2, 1);
  device.at(2, 3, 0);
  device.at(3, 4, 1);
  device.at(4, 5, 0);
  device.run();
  CHECK(device.batches == Batches{{1}, {3}, {5}, {2}, {4}});
}

TEST_CASE("only those of one group share a batch; the group of whom came first goes first") {
  Device device(1, up_to(10));
  device.at(0, 1);
  device.at(1, 2, 0, 7);
  device.at(2, 3, 0, 5);
  device.at(3, 4, 0, 7);
  device.run();
  CHECK(device.batches == Batches{{1}, {2, 4}, {3}});
}

TEST_CASE("streams work at the same time; where order is kept, nobody is told before those who came before") {
  for (const bool keeps : {false, true}) {
    BatchRules rules;
    rules.keeps_order = keeps;
    Device device(2, rules);
    device.at(0, 30);  // until 40
    device.at(1, 5);   // until 16
    device.run();
    CHECK(device.told(0) == 40);
    CHECK(device.told(1) == (keeps ? 40 : 16));
  }
}

TEST_CASE("only so many may wait; one who finds an idle stream does not wait") {
  BatchRules rules;
  rules.most_waiting = 1;
  Device device(1, rules);
  device.at(0, 10);
  device.at(1, 1);
  device.at(2, 1);
  device.at(100, 1);
  device.run();
  CHECK(device.entered(0));
  CHECK(device.entered(1));
  CHECK_FALSE(device.entered(2));
  CHECK(device.entered(3));
  CHECK(device.queue.totals().turned_away == 1);
  CHECK(device.queue.totals().members == 3);
}
