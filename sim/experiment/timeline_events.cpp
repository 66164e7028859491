// SPDX-License-Identifier: Apache-2.0
#include "experiment/timeline_events.hpp"

#include <algorithm>

#include "experiment/timeline_slices.hpp"
#include "topology/natural_order.hpp"

namespace shardsim {
namespace {

class EventWriter {
 public:
  EventWriter(const std::vector<TimelineSlice>& slices, Time origin) : origin_(origin) {
    for (const TimelineSlice& slice : slices) threads_[key_of(slice)] = {};
    std::vector<Process> processes;
    for (const auto& [key, thread] : threads_)
      if (processes.empty() || processes.back() != std::get<Process>(key)) processes.push_back(std::get<Process>(key));
    std::stable_sort(processes.begin(), processes.end(), in_order);
    for (const Process& process : processes) {
      const auto id = static_cast<int>(processes_.size()) + 1;
      processes_[process] = id;
      metadata("process_name", {{"pid", id}}, {{"name", label_of(process)}});
      metadata("process_sort_index", {{"pid", id}}, {{"sort_index", id}});
    }
    int number = 0;
    for (auto& [key, thread] : threads_) {
      thread = ++number;
      const Json where{{"pid", processes_.at(std::get<0>(key))}, {"tid", thread}};
      metadata("thread_name", where, {{"name", label_of(key)}});
      metadata("thread_sort_index", where, {{"sort_index", thread}});
    }
  }

  void slice(const TimelineSlice& s) {
    Json event = place(s);
    event.update({{"ph", "X"},
                  {"ts", us(s.at.from)},
                  {"dur", to_microseconds(s.at.length())},
                  {"name", s.name},
                  {"cat", s.category},
                  {"args", s.args}});
    write(event);
  }
  // It leaves at the end of one slice, and arrives at the beginning of the other.
  void flow(const TimelineFlow& f, const TimelineSlice& from, const TimelineSlice& to) {
    constexpr Duration kWithin = std::chrono::nanoseconds(1);
    const Json common{{"name", f.name}, {"cat", "message"}, {"id", ++flows_}};
    Json start = place(from);
    start.update(common);
    start.update({{"ph", "s"}, {"ts", us(std::max(from.at.from, from.at.to - kWithin))}});
    write(start);
    Json end = place(to);
    end.update(common);
    end.update({{"ph", "f"}, {"bp", "e"}, {"ts", us(to.at.from)}});
    write(end);
  }
  std::string text(const Json& about) const {
    return fmt::format("{{\"displayTimeUnit\": \"ns\",\n\"otherData\": {},\n\"traceEvents\": [\n{}\n]}}\n",
                       about.dump(), events_);
  }

 private:
  // Process, row and lane.
  using Process = std::pair<Row::Of, std::string>;
  using Key = std::tuple<Process, std::size_t, std::string, std::size_t>;
  static Key key_of(const TimelineSlice& s) { return {{s.row.of, s.row.host}, s.row.order, s.row.name, s.lane}; }
  static std::string label_of(const Process& process) {
    const auto& [of, host] = process;
    return of == Row::Of::host ? "host " + host : of == Row::Of::queries ? "queries" : "network";
  }
  static std::string label_of(const Key& key) {
    const auto& [process, order, name, lane] = key;
    if (process.first == Row::Of::host && order == kCores) return fmt::format("{} {}", name, lane + 1);
    return lane == 0 ? name : fmt::format("{} ({})", name, lane + 1);
  }
  static bool in_order(const Process& a, const Process& b) {
    return a.first != b.first ? a.first < b.first : natural_less(a.second, b.second);
  }

  Json place(const TimelineSlice& s) const {
    return {{"pid", processes_.at(std::get<Process>(key_of(s)))}, {"tid", threads_.at(key_of(s))}};
  }
  void metadata(const char* name, Json event, const Json& args) {
    event.update({{"ph", "M"}, {"name", name}, {"args", args}});
    write(event);
  }
  void write(const Json& event) { events_ += (events_.empty() ? "" : ",\n") + event.dump(); }
  double us(Time t) const { return to_microseconds(t - origin_); }

  Time origin_;
  std::map<Process, int> processes_;
  std::map<Key, int> threads_;
  std::string events_;
  int flows_ = 0;
};

}  // namespace

std::string trace_events(const std::map<std::uint64_t, TimelineQuery>& queries, const TimelineNames& names,
                         const Json& about) {
  const TimelineDrawing drawing = draw_timeline(queries, names);
  Time origin = Time::max();
  for (const auto& [id, query] : queries) origin = std::min(origin, query.outcome.arrived);
  EventWriter writer(drawing.slices, origin);
  for (const TimelineSlice& slice : drawing.slices) writer.slice(slice);
  for (const TimelineFlow& flow : drawing.flows) writer.flow(flow, drawing.slices[flow.from], drawing.slices[flow.to]);
  return writer.text(about);
}

}  // namespace shardsim
