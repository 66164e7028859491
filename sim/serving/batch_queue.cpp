// SPDX-License-Identifier: Apache-2.0
#include "serving/batch_queue.hpp"

#include <algorithm>

namespace shardsim {

BatchQueue::Totals& BatchQueue::Totals::operator+=(const Totals& other) {
  batches += other.batches;
  members += other.members;
  items += other.items;
  turned_away += other.turned_away;
  filling_s += other.filling_s;
  waited_s += other.waited_s;
  for (const auto& [size, count] : other.sizes) sizes[size] += count;
  return *this;
}

BatchQueue::BatchQueue(Simulation& sim, int streams, const BatchRules& rules, Worker& worker)
    : sim_(sim), rules_(rules), worker_(worker), streams_(static_cast<std::size_t>(streams)) {}

bool BatchQueue::enter(Member& member) {
  if (rules_.most_waiting && waiting_ >= *rules_.most_waiting && !(any_idle() && waiting_ == 0)) {
    ++totals_.turned_away;
    return false;
  }
  member.number = entries_++;
  member.came = sim_.now();
  member.idle_before = idle();
  Line& line = lines_[member.group];
  line.members.insert(&member);
  line.items += member.items;
  ++waiting_;
  if (rules_.keeps_order) in_order_.push_back(&member);
  begin_batches();
  return true;
}

void BatchQueue::ended(std::size_t stream) {
  const Batch batch = std::move(streams_[stream]);
  streams_[stream].clear();
  change_busy(-1);
  for (Member* member : batch) {
    member->has_ended = true;
    member->ended = sim_.now();
    if (!rules_.keeps_order) tell(*member);
  }
  if (rules_.keeps_order) tell_in_order();
  begin_batches();
}

void BatchQueue::tell(Member& member) { sim_.at(sim_.now(), member.on_done); }

void BatchQueue::tell_in_order() {
  for (; !in_order_.empty() && in_order_.front()->has_ended; in_order_.pop_front()) tell(*in_order_.front());
}

void BatchQueue::begin_batches() {
  const auto came_first = [](const Line& a, const Line& b) {
    return (*a.members.begin())->number < (*b.members.begin())->number;
  };
  while (waiting_ > 0 && any_idle()) {
    due_ = Time::max();
    Line* next = nullptr;
    std::size_t count = 0;
    for (auto& [group, line] : lines_) {
      if (line.members.empty()) continue;
      const std::size_t its = ready(line);
      if (its > 0 && (next == nullptr || came_first(line, *next))) next = &line, count = its;
    }
    if (next == nullptr) {
      if (due_ == alarm_at_) return;
      alarm_at_ = due_;
      return sim_.at(due_, alarm_);
    }
    begin(*next, count);
  }
}

std::size_t BatchQueue::front_of(const Line& line, std::int64_t most_items) {
  std::size_t count = 0;
  std::int64_t items = 0;
  for (const Member* member : line.members) {
    items += member->items;
    if (count > 0 && items > most_items) break;
    ++count;
  }
  return count;
}

std::size_t BatchQueue::ready(const Line& line) {
  if (rules_.max_items == 0) return 1;
  if (line.items >= rules_.max_items) return front_of(line, rules_.max_items);
  for (auto p = rules_.preferred.rbegin(); p != rules_.preferred.rend(); ++p)
    if (line.items >= *p) return front_of(line, *p);
  // Less than a batch's items wait, so they are few.
  const auto came_first = [](const Member* a, const Member* b) { return a->number < b->number; };
  const Time patience_ends =
      (*std::min_element(line.members.begin(), line.members.end(), came_first))->came + rules_.max_delay;
  if (patience_ends <= sim_.now()) return line.members.size();
  due_ = std::min(due_, patience_ends);
  return 0;
}

void BatchQueue::begin(Line& line, std::size_t count) {
  const auto stream = static_cast<std::size_t>(
      std::find_if(streams_.begin(), streams_.end(), [](const Batch& batch) { return batch.empty(); }) -
      streams_.begin());
  Batch& batch = streams_[stream];
  std::int64_t items = 0;
  for (std::size_t i = 0; i < count; ++i) {
    Member& member = **line.members.begin();
    line.members.erase(line.members.begin());
    member.filling = idle() - member.idle_before;
    member.waited = sim_.now() - member.came - member.filling;
    items += member.items;
    totals_.filling_s += to_seconds(member.filling);
    totals_.waited_s += to_seconds(member.waited);
    batch.push_back(&member);
  }
  line.items -= items;
  waiting_ -= static_cast<int>(count);
  ++totals_.batches;
  totals_.members += static_cast<std::int64_t>(count);
  totals_.items += items;
  ++totals_.sizes[static_cast<int>(items)];
  change_busy(1);
  worker_.begin(stream, batch);
}

Duration BatchQueue::idle() const { return any_idle() ? idle_ + (sim_.now() - idle_since_) : idle_; }

void BatchQueue::change_busy(int by) {
  idle_ = idle();
  idle_since_ = sim_.now();
  busy_ += by;
}

}  // namespace shardsim
