// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>

#include "config/choice.hpp"

namespace shardsim {

/// The steps of a request: those on a core, then the messages, then what came later. The values are part of every draw:
/// append, never renumber.
enum class Step : std::uint8_t {
  receive,   ///< deserialize the query, or an RPC's request
  overhead,  ///< of the main shard's service
  bottom,    ///< bottom MLP
  gather,    ///< gather and pool: from local tables, or on a shard
  top,       ///< interaction and top MLP
  reply,     ///< serialize the scores
  net,       ///< overheads of service and net on a shard
  partial,   ///< add partial sums of split tables
  call,      ///< serialize an RPC's request
  answer,    ///< serialize its response
  collect,   ///< deserialize the response
  query,     ///< message from the frontend
  request,   ///< message to a shard
  response,  ///< message from a shard
  scores,    ///< message to the frontend
  look_up,   ///< look for rows in a cache
  read,      ///< ask a tier for rows that are not in memory
  near       ///< look in a near cache for what a batch would ask of sparse shards
};
template <>
struct EnumNames<Step> {
  static constexpr std::array<std::pair<Step, std::string_view>, 18> names{{{Step::receive, "receive"},
                                                                            {Step::overhead, "overhead"},
                                                                            {Step::bottom, "bottom MLP"},
                                                                            {Step::gather, "gather"},
                                                                            {Step::top, "top MLP"},
                                                                            {Step::reply, "reply"},
                                                                            {Step::net, "net overhead"},
                                                                            {Step::partial, "partial sums"},
                                                                            {Step::call, "call"},
                                                                            {Step::answer, "answer"},
                                                                            {Step::collect, "collect"},
                                                                            {Step::query, "query"},
                                                                            {Step::request, "request"},
                                                                            {Step::response, "response"},
                                                                            {Step::scores, "scores"},
                                                                            {Step::look_up, "cache lookup"},
                                                                            {Step::read, "tier read"},
                                                                            {Step::near, "near cache lookup"}}};
};

// The ranges in which keys of random streams tell activities apart. Serving refuses more nets and shards. A query has
// at most 10^6 items and as many batches, 'retries' are at most 100, and no run lives to see as many queries.
inline constexpr std::uint64_t kMostQueries = std::uint64_t{1} << 40;
inline constexpr std::uint64_t kMostBatches = 1 << 20;
inline constexpr std::uint64_t kMostNets = 1 << 16;
inline constexpr std::uint64_t kMostRepetitions = 1 << 8;
inline constexpr std::uint64_t kMostTargets = 1 << 24;
inline constexpr std::uint64_t kMostAttempts = 1 << 8;

/// What tells random streams of one purpose apart: unlike keys, unlike streams.
struct StreamKey {
  std::uint64_t id;
  std::uint64_t sub;
  auto operator<=>(const StreamKey&) const = default;
};

/// A net, and how often the batch has walked it before: its number, and from bit 16 on that. The first time is the
/// net's number alone.
inline std::size_t visit_of(std::size_t net, std::size_t repetition) { return repetition << 16 | net; }
inline std::size_t net_of(std::size_t visit) { return visit & (kMostNets - 1); }
inline std::size_t repetition_of(std::size_t visit) { return visit >> 16; }

/// What pieces of work and messages are for; with a Step, it names one.
struct Activity {
  std::uint64_t query = 0;
  std::uint32_t batch = 0;
  int attempt = 0;
  std::size_t net = 0;     ///< with the repetition: visit_of()
  std::size_t target = 0;  ///< 0: the main shard itself, s + 1: sparse shard s

  /// Tells activities apart. That of target 0, batch 0 and net 0 is the query's, and the frontend's call, too.
  ///   sub  batch (from bit 40), net (its low 8 bits, from 32), target
  ///   id   net (the rest, from 48; its repetition, from 56), attempt (from 40), query
  StreamKey key() const {
    const std::uint64_t rest_of_net = net >> 8;
    return {rest_of_net << 48 | static_cast<std::uint64_t>(attempt) << 40 | query,
            std::uint64_t{batch} << 40 | (net & 0xff) << 32 | target};
  }
};

/// Tells apart the draws of how many of a table's lookups fall in each of its parts.
///   sub  batch (from bit 32), table
inline StreamKey key_of_split(std::uint64_t query, std::uint32_t batch, std::size_t table) {
  return {query, std::uint64_t{batch} << 32 | table};
}

}  // namespace shardsim
