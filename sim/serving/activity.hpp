// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "config/choice.hpp"

namespace shardsim {

/// The steps of a request: those on a core, then the messages. Their order is part of the draws of jitter.
enum class Step : std::uint8_t {
  receive,   ///< deserialise the query, or an RPC's request
  overhead,  ///< of the main shard's service
  bottom,    ///< bottom MLP
  gather,    ///< gather and pool: from local tables, or on a shard
  top,       ///< interaction and top MLP
  reply,     ///< serialise the scores
  net,       ///< overheads of service and net on a shard
  partial,   ///< add partial sums of split tables
  call,      ///< serialise an RPC's request
  answer,    ///< serialise its response
  collect,   ///< deserialise the response
  query,     ///< message from the frontend
  request,   ///< message to a shard
  response,  ///< message from a shard
  scores     ///< message to the frontend
};
template <>
struct EnumNames<Step> {
  static constexpr std::array<std::pair<Step, std::string_view>, 15> names{{{Step::receive, "receive"},
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
                                                                            {Step::scores, "scores"}}};
};

/// What pieces of work and messages are for; with a Step, it names one.
struct Activity {
  std::uint64_t query = 0;
  std::uint32_t batch = 0;
  int attempt = 0;
  std::size_t net = 0;
  std::size_t target = 0;  ///< 0: the main shard itself, s + 1: sparse shard s

  /// Tells the calls of a query apart.
  std::uint64_t call() const { return (std::uint64_t{batch} << 40 | net << 32 | target) ^ of_attempt(); }
  /// Tells the pieces of work of a query apart.
  std::uint64_t piece(Step step) const {
    return (std::uint64_t{batch} << 44 | net << 32 | target << 8 | static_cast<std::uint64_t>(step)) ^ of_attempt();
  }

 private:
  // Spreads the random draws of repeated attempts; 0 for the first.
  std::uint64_t of_attempt() const { return static_cast<std::uint64_t>(attempt) * 0x9e3779b97f4a7c15ULL; }
};

}  // namespace shardsim
