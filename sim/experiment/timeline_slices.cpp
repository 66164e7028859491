// SPDX-License-Identifier: Apache-2.0
#include "experiment/timeline_slices.hpp"

#include <algorithm>

#include "serving/walks.hpp"

namespace shardsim {
namespace {

// What queries did, as slices and flows.
class Drawer {
 public:
  Drawer(const std::map<std::uint64_t, TimelineQuery>& queries, const TimelineNames& names) : names_(names) {
    for (const auto& [id, query] : queries) draw(query);
  }
  TimelineDrawing result() { return std::move(drawing_); }

 private:
  void draw(const TimelineQuery& query) {
    first_of_.clear();
    last_of_.clear();
    span_of_.clear();
    for (const TimelineRead& read : query.reads) draw(read);
    for (const TimelinePiece& piece : query.pieces) draw(piece);
    for (const TimelineMessage& message : query.messages) draw(message);
    draw_rows(query);
  }

  void draw(const TimelineRead& read) {
    span_of_.emplace(gather_of(read.activity), read.span);  // that of the fetch, before a wait for it
    const bool of_tiers = read.span == Span::cache || read.span == Span::ssd || read.span == Span::far_memory;
    const Row row = of_tiers ? Row{Row::Of::host, read.host, kReading, "reading from tiers"}
                             : Row{Row::Of::host, read.host, kDevice, "accelerator, and shared batches"};
    add_if_any(row, read.waiting, wait_for(read), std::string(name_of(read.span)), args_of(read.activity, Step::read));
  }

  void draw(const TimelinePiece& piece) {
    const Json args = args_of(piece);
    if (piece.waiting.length() > Duration::zero())
      add({Row::Of::host, piece.host, kWaiting, "waiting for a core"}, piece.waiting,
          fmt::format("wait: {}", name_of(piece.step)), "queueing", args);
    if (piece.service_time.length() > Duration::zero())
      add({Row::Of::host, piece.host, kCores, "core"}, piece.service_time, std::string(name_of(piece.step)),
          category_of(piece), args);
    first_of_[{chain_of(piece.activity), piece.waiting.from}] = slices_.size() - 1;
    last_of_[{chain_of(piece.activity), piece.service_time.to}] = slices_.size() - 1;
  }

  void draw(const TimelineMessage& message) {
    const std::string name = fmt::format("{}{}", name_of(message.step), message.lost ? " (lost)" : "");
    const std::size_t first = slices_.size();
    for (const TimelineMessage::AtLink& link : message.links)
      add(row_of(link), link.stretch, name, "network", args_of(message, link));
    if (message.lost || slices_.size() == first) return;
    // From the work that sent it to the work it is for; where that took no time, from link to link.
    const Chain chain = chain_of(message.activity);
    const auto sender = last_of_.find({chain, message.transit.from});
    const auto receiver = first_of_.find({chain, message.transit.to});
    const TimelineFlow flow{name, sender != last_of_.end() ? sender->second : first,
                            receiver != first_of_.end() ? receiver->second : slices_.size() - 1};
    if (flow.from != flow.to) drawing_.flows.push_back(flow);
  }

  static Row row_of(const TimelineMessage::AtLink& link) {
    if (link.from_host) return {Row::Of::host, link.from, kPortOut, "out: " + link.name};
    if (link.to_host) return {Row::Of::host, link.to, kPortIn, "in: " + link.name};
    return {Row::Of::network, "", 0, link.name};
  }

  // Rows of the process "queries".
  void draw_rows(const TimelineQuery& query) {
    const Outcome& o = query.outcome;
    const std::string name = fmt::format("query {}", o.id);
    add({Row::Of::queries, "", rows_++, name}, {o.arrived, o.arrived + o.latency}, name, "query", args_of(o));
    draw_critical_path(query, {Row::Of::queries, "", rows_++, name + ": critical path"});
    for (std::uint32_t batch = 0; batch < o.batches; ++batch)
      draw_batch(query, batch, {Row::Of::queries, "", rows_++, fmt::format("{}: batch {}", name, batch), true});
  }

  void draw_critical_path(const TimelineQuery& query, const Row& row) {
    const std::vector<CriticalPart> path = critical_path(query, names_.net_order);
    for (std::size_t i = 0; i < path.size(); ++i) {
      const CriticalPart& part = path[i];
      if (part.piece != nullptr) {
        Json args = args_of(*part.piece);
        args["host"] = part.piece->host;
        add_if_any(row, part.piece->waiting, fmt::format("wait for a core of {}", part.piece->host), "queueing", args);
        add_if_any(row, part.piece->service_time, std::string(name_of(part.piece->step)), category_of(*part.piece),
                   args);
      } else if (part.message != nullptr) {
        add(row, part.stretch, std::string(name_of(part.message->step)), "network", args_of(*part.message));
      } else if (part.read != nullptr) {
        Json args = args_of(part.read->activity, Step::read);
        args["host"] = part.read->host;
        add(row, part.stretch, wait_for(*part.read), std::string(name_of(part.read->span)), std::move(args));
      } else {
        const bool for_worker =
            i + 1 < path.size() && path[i + 1].piece != nullptr && path[i + 1].piece->step == Step::receive;
        const std::string wait(name_of(for_worker ? Span::worker_wait : Span::timeout_wait));
        add(row, part.stretch, wait, wait, Json::object());
      }
    }
  }

  // A batch lasts from its first piece of work to its last, and so do its nets within it.
  void draw_batch(const TimelineQuery& query, std::uint32_t batch, const Row& row) {
    const Outcome& o = query.outcome;
    const bool critical = batch == o.last_batch;
    const std::map<std::size_t, Stretch> nets = nets_of(query, batch);
    if (nets.empty()) return;
    Stretch whole = nets.begin()->second;
    for (const auto& [net, at] : nets) whole = {std::min(whole.from, at.from), std::max(whole.to, at.to)};
    add(row, whole, fmt::format("batch {}{}", batch, critical ? " (critical)" : ""), "batch",
        {{"query", o.id}, {"batch", batch}, {"critical", critical}});
    for (const auto& [net, at] : nets) {
      Json args{{"query", o.id}, {"batch", batch}, {"net", net_name(net)}, {"critical", critical}};
      for (std::size_t n = 0; critical && n < o.last_targets.size(); ++n) {
        const LastTarget last = last_target(n, o.last_targets[n]);
        if (visit_of(names_.net_order[last.place], last.repetition) == net)
          args["waited_for"] = target_name(last.target);
      }
      add(row, at, net_name(net), "net", std::move(args));
    }
  }
  static std::map<std::size_t, Stretch> nets_of(const TimelineQuery& query, std::uint32_t batch) {
    const Time end = query.outcome.arrived + query.outcome.latency;
    std::map<std::size_t, Stretch> nets;
    for (const TimelinePiece& p : query.pieces) {
      if (is_of_query(p.activity, p.step) || p.activity.batch != batch || p.waiting.from >= end) continue;
      if (query.is_ahead(p)) continue;
      const auto [it, is_new] = nets.try_emplace(p.activity.net, Stretch{p.waiting.from, p.service_time.to});
      it->second.from = std::min(it->second.from, p.waiting.from);
      it->second.to = std::min(end, std::max(it->second.to, p.service_time.to));
    }
    // Work for an answer that came too late may go on when the next net is under way, or the query has ended.
    for (auto it = nets.begin(); it != nets.end(); ++it)
      for (const auto& [net, at] : nets)
        if (at.from > it->second.from && at.from < it->second.to) it->second.to = at.from;
    return nets;
  }

  void add(const Row& row, Stretch at, std::string name, std::string category, Json args) {
    slices_.push_back({row, at, std::move(name), std::move(category), std::move(args)});
  }
  void add_if_any(const Row& row, Stretch at, std::string name, std::string category, const Json& args) {
    if (at.length() > Duration::zero()) add(row, at, std::move(name), std::move(category), args);
  }

  // The span of a piece of work: what is done for a tier is booked to the tier's, as Spans are.
  std::string category_of(const TimelinePiece& piece) const {
    if (piece.step == Step::look_up || piece.step == Step::near) return std::string(name_of(Span::cache));
    const auto span = span_of_.find(gather_of(piece.activity));
    if (piece.step == Step::read && span != span_of_.end()) return std::string(name_of(span->second));
    return std::string(name_of(piece.work));
  }
  static std::string wait_for(const TimelineRead& read) {
    switch (read.span) {
      case Span::ssd:
        return "wait for the SSD";
      case Span::far_memory:
        return "wait for far memory";
      case Span::batching:
        return "wait for others to share a batch";
      case Span::accelerator_wait:
        return "wait for the accelerator";
      case Span::accelerator:
        return "on the accelerator";
      case Span::host_link:
        return "between host and accelerator";
      case Span::dense:
        return "in a batch with others";
      default:
        return "wait for the cache";
    }
  }

  // Of a net's repetition, its number from 2 on: "decoder 2".
  std::string net_name(std::size_t visit) const {
    const std::string& name = names_.nets[net_of(visit)];
    return repetition_of(visit) == 0 ? name : fmt::format("{} {}", name, repetition_of(visit) + 1);
  }
  std::string target_name(std::size_t target) const { return target == 0 ? "own work" : names_.shards[target - 1]; }
  Json args_of(const Activity& a, Step step) const {
    Json args{{"query", a.query}};
    if (is_of_query(a, step)) return args;
    args["batch"] = a.batch;
    args["net"] = net_name(a.net);
    if (a.target > 0) {
      args["shard"] = names_.shards[a.target - 1];
      args["attempt"] = a.attempt;
    }
    return args;
  }
  Json args_of(const TimelinePiece& p) const {
    Json args = args_of(p.activity, p.step);
    args["waited_us"] = to_microseconds(p.waiting.length());
    args["service"] = p.service;
    return args;
  }
  Json args_of(const TimelineMessage& m) const {
    Json args = args_of(m.activity, m.step);
    args["bytes"] = m.size.count;
    return args;
  }
  Json args_of(const TimelineMessage& m, const TimelineMessage::AtLink& link) const {
    Json args = args_of(m);
    args["link"] = link.name;
    return args;
  }
  static Json args_of(const Outcome& o) {
    Json spans = Json::object();
    const SpanTimes::All times = o.spans.all();
    for (std::size_t i = 0; i < kSpans; ++i)
      spans[std::string(name_of(static_cast<Span>(i)))] = to_microseconds(times[i]);
    return {{"query", o.id},        {"items", o.items},
            {"lookups", o.lookups}, {"batches", o.batches},
            {"failed", o.failed},   {"latency_us", to_microseconds(o.latency)},
            {"spans_us", spans},    {"cpu_us", to_microseconds(o.cpu)}};
  }

  // Work and messages that follow each other: those of an RPC, or of the query itself.
  using Chain = std::tuple<std::uint32_t, std::size_t, std::size_t, int>;
  static Chain chain_of(const Activity& a) {
    return a.target == 0 ? Chain{0, 0, 0, 0} : Chain{a.batch, a.net, a.target, a.attempt};
  }

  // A gather, and what is done for it.
  using Gather = std::tuple<std::uint32_t, std::size_t, std::size_t, int>;
  static Gather gather_of(const Activity& a) { return {a.batch, a.net, a.target, a.attempt}; }

  const TimelineNames& names_;
  TimelineDrawing drawing_;
  std::vector<TimelineSlice>& slices_ = drawing_.slices;
  std::size_t rows_ = 0;
  std::map<std::pair<Chain, Time>, std::size_t> first_of_;  // slice of the work that began then
  std::map<std::pair<Chain, Time>, std::size_t> last_of_;   // or ended
  std::map<Gather, Span> span_of_;
};

// Puts each slice on the lowest lane of its row that is free.
void assign_lanes(std::vector<TimelineSlice>& slices) {
  std::vector<TimelineSlice*> sorted;
  for (TimelineSlice& slice : slices)
    if (!slice.row.nests) sorted.push_back(&slice);
  std::stable_sort(sorted.begin(), sorted.end(), [](const TimelineSlice* a, const TimelineSlice* b) {
    return a->row.key() != b->row.key() ? a->row.key() < b->row.key() : a->at.from < b->at.from;
  });
  std::vector<Time> busy_until;
  const TimelineSlice* before = nullptr;
  for (TimelineSlice* slice : sorted) {
    if (before == nullptr || before->row.key() != slice->row.key()) busy_until.clear();
    const auto free =
        std::find_if(busy_until.begin(), busy_until.end(), [&](Time until) { return until <= slice->at.from; });
    slice->lane = static_cast<std::size_t>(free - busy_until.begin());
    if (free == busy_until.end()) busy_until.emplace_back();
    busy_until[slice->lane] = slice->at.to;
    before = slice;
  }
}

}  // namespace

TimelineDrawing draw_timeline(const std::map<std::uint64_t, TimelineQuery>& queries, const TimelineNames& names) {
  TimelineDrawing drawing = Drawer(queries, names).result();
  assign_lanes(drawing.slices);
  return drawing;
}

}  // namespace shardsim
