// SPDX-License-Identifier: Apache-2.0
// A process of the system: a gRPC server whose completion queue is served by so many threads.
#pragma once

#include <grpcpp/grpcpp.h>

#include <functional>
#include <string>
#include <vector>

#include "server/clock.hpp"
#include "server/rank.pb.h"

namespace shardsim::real {

/// CPU time by kind of work, and what was answered.
struct Counters {
  std::atomic<std::uint64_t> dense_ns{0};
  std::atomic<std::uint64_t> sparse_ns{0};
  std::atomic<std::uint64_t> requests{0};

  Usage usage() const;
};

/// Serves until a signal says to stop.
class Host {
 public:
  /// Listens at `address` ("127.0.0.1:5000"; port 0 is a free one). Throws std::runtime_error where it cannot.
  Host(grpc::Service& service, const std::string& address);
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  grpc::ServerCompletionQueue& queue() { return *queue_; }
  /// Says on standard output that it is ready, and where, and serves with `threads` threads until SIGINT or SIGTERM,
  /// which must have been blocked by block_signals().
  void serve(int threads);

  /// Before any thread begins: SIGINT and SIGTERM wait for serve().
  static void block_signals();

 private:
  std::string address_;
  std::unique_ptr<grpc::ServerCompletionQueue> queue_;
  std::unique_ptr<grpc::Server> server_;
};

/// A channel that shares nothing with others, and has no limit on the size of a message.
std::shared_ptr<grpc::Channel> channel_to(const std::string& address);

/// Waits for the other end, so many seconds. Throws std::runtime_error when it does not come in time.
void await_peer(grpc::Channel& channel, const std::string& what, const std::string& address, double patience_s);

}  // namespace shardsim::real
