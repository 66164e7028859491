// SPDX-License-Identifier: Apache-2.0
// Who waits for a device that works on batches, and which of them share one.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "engine/simulation.hpp"

namespace shardsim {

/// When those who wait become a batch. A stream of the device has to be idle; then, as soon as `max_items` wait, or one
/// of the `preferred` numbers of items does, or somebody has waited for `max_delay`. After Triton's dynamic batcher
/// (docs/user_guide/model_configuration.md of triton-inference-server/server).
struct BatchRules {
  int max_items = 0;  ///< 0: no two share a batch
  Duration max_delay{};
  std::vector<int> preferred;       ///< rising, at most max_items
  bool keeps_order = false;         ///< whether nobody is told before those who came before
  std::optional<int> most_waiting;  ///< beside one who finds an idle stream, and nobody before it
};

/// The line before a device of some streams, and what they work on. Those of one group only share a batch, and in one
/// group the smallest rank comes first. Of groups with a batch to begin, the one does whose first in line came first.
class BatchQueue {
 public:
  struct Member {
    int items = 1;
    std::size_t group = 0;
    double rank = 0;
    EventTarget on_done;
    // From its entry on:
    std::uint64_t number = 0;
    Time came{};
    Duration idle_before{};
    // From its batch's begin on:
    Duration filling{};  ///< of its wait, that with an idle stream
    Duration waited{};   ///< that while all streams worked
    // From its end on:
    Time ended{};
    bool has_ended = false;
  };
  using Batch = std::vector<Member*>;

  /// Does what a batch is for, and calls ended() at its end.
  class Worker {
   public:
    virtual void begin(std::size_t stream, const Batch& batch) = 0;

   protected:
    ~Worker() = default;
  };

  /// streams >= 1. The worker must outlive the queue.
  BatchQueue(Simulation& sim, int streams, const BatchRules& rules, Worker& worker);
  BatchQueue(const BatchQueue&) = delete;
  BatchQueue& operator=(const BatchQueue&) = delete;

  /// False: there is no room. Else the member is told when its batch has ended, and must stay in place until then.
  bool enter(Member& member);
  /// The batch of a stream has ended.
  void ended(std::size_t stream);

  struct Totals {
    std::int64_t batches = 0;
    std::int64_t members = 0;
    std::int64_t items = 0;
    std::int64_t turned_away = 0;
    double filling_s = 0;
    double waited_s = 0;
    std::map<int, std::int64_t> sizes;  ///< batches by items
    Totals& operator+=(const Totals& other);
  };
  const Totals& totals() const { return totals_; }
  int waiting() const { return waiting_; }

 private:
  struct ByRank {
    bool operator()(const Member* a, const Member* b) const {
      return a->rank != b->rank ? a->rank < b->rank : a->number < b->number;
    }
  };
  struct Line {
    std::set<Member*, ByRank> members;
    std::int64_t items = 0;
  };
  // The delay of somebody is over.
  struct Alarm final : Timer {
    explicit Alarm(BatchQueue& owner) : queue(owner) {}
    void fire() override {
      if (queue.alarm_at_ == queue.sim_.now()) queue.begin_batches();
    }
    BatchQueue& queue;
  };

  void begin_batches();
  /// How many of a line, from its front, are to begin now; where none are, `due_` says when to look again.
  std::size_t ready(const Line& line);
  static std::size_t front_of(const Line& line, std::int64_t most_items);
  void begin(Line& line, std::size_t count);
  void tell(Member& member);
  void tell_in_order();
  bool any_idle() const { return busy_ < static_cast<int>(streams_.size()); }
  Duration idle() const;
  void change_busy(int by);

  Simulation& sim_;
  BatchRules rules_;
  Worker& worker_;
  std::vector<Batch> streams_;  // what they work on; empty: nothing
  int busy_ = 0;
  Time idle_since_{};
  Duration idle_{};  // time with an idle stream, before that
  std::map<std::size_t, Line> lines_;
  int waiting_ = 0;
  std::uint64_t entries_ = 0;
  Alarm alarm_{*this};
  Time alarm_at_ = Time::max();
  Time due_{};
  std::deque<Member*> in_order_;  // where order is kept: all who have entered and not been told
  Totals totals_;
};

}  // namespace shardsim
