// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>

#include "experiment/scenario.hpp"

namespace shardsim {

/// Whether a step belongs to the query as a whole, not to one of its batches.
inline bool is_of_query(const Activity& activity, Step step) {
  if (activity.target > 0) return false;
  return step == Step::query || step == Step::receive || step == Step::overhead || step == Step::reply ||
         step == Step::scores;
}

/// A stretch of time.
struct Stretch {
  Time from{};
  Time to{};
  Duration length() const { return to - from; }
};

/// A piece of work on a core. Where things are is told by name: it outlives the simulation.
struct TimelinePiece {
  Activity activity;
  Step step{};
  Work work{};
  std::string host;
  std::string service;
  Stretch waiting;  ///< for a core
  Stretch service_time;
};

/// A wait for rows from tiers.
struct TimelineRead {
  Activity activity;
  Span span{};  ///< that it is booked to
  std::string host;
  Stretch waiting;     ///< of no length where the gather goes on without the rows
  bool ahead = false;  ///< the gather does not wait; what is fetched for it does, ahead of it
};

/// A message on its way.
struct TimelineMessage {
  Activity activity;
  Step step{};
  Bytes size;
  bool lost = false;
  Stretch transit;
  /// The links of its route, in order, laid end to end: how long it was at each is known, not when.
  struct AtLink {
    std::string name;
    std::string from;
    std::string to;
    bool from_host = false;
    bool to_host = false;
    Stretch stretch;
  };
  std::vector<AtLink> links;
};

/// All that was done for one query.
struct TimelineQuery {
  Outcome outcome;
  std::vector<TimelinePiece> pieces;  ///< without those that took no time
  std::vector<TimelineMessage> messages;
  std::vector<TimelineRead> reads;
  std::set<std::pair<std::uint32_t, std::size_t>> ahead;  ///< batches and nets whose rows main fetched ahead

  /// Whether it was done beside what the batch was busy with.
  bool is_ahead(const TimelinePiece& piece) const {
    return piece.activity.target == 0 && (piece.step == Step::look_up || piece.step == Step::read) &&
           ahead.contains({piece.activity.batch, piece.activity.net});
  }
};

/// Keeps what is done for some queries.
class TimelineRecorder final : public Timeline {
 public:
  explicit TimelineRecorder(const std::set<std::uint64_t>& queries);

  void on_piece(const Piece& piece) override;
  void on_message(const Message& message) override;
  void on_read(const Read& read) override;
  void on_outcome(const Outcome& outcome);

  /// Whether all queries have ended; work for answers that nobody waits for may still be under way.
  bool complete() const { return missing_.empty(); }
  /// Queries that have not ended.
  const std::set<std::uint64_t>& missing() const { return missing_; }
  /// By number.
  const std::map<std::uint64_t, TimelineQuery>& queries() const { return queries_; }

 private:
  TimelineQuery* find(const Activity& activity);

  std::map<std::uint64_t, TimelineQuery> queries_;
  std::set<std::uint64_t> missing_;
};

/// A part of a query's critical path: a piece of work with its wait, a message, a wait for rows from a tier, or time
/// until it was asked again.
struct CriticalPart {
  const TimelinePiece* piece = nullptr;
  const TimelineMessage* message = nullptr;
  const TimelineRead* read = nullptr;
  Stretch stretch;
};

/// The critical path of a query that was answered: parts that follow each other without a gap, from its arrival to its
/// answer. (Of one that failed: those parts of it that are known.)
std::vector<CriticalPart> critical_path(const TimelineQuery& query, const std::vector<std::size_t>& net_order);

}  // namespace shardsim
