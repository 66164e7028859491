// SPDX-License-Identifier: Apache-2.0
// How a main shard makes an RPC: the interface of the policies in calls/.
#pragma once

#include "config/choice.hpp"
#include "engine/join.hpp"
#include "engine/process.hpp"
#include "serving/attempt.hpp"
#include "serving/demand.hpp"

namespace shardsim {

/// What one RPC asks; by value, as it may outlive the query that gave it up.
struct Rpc {
  Activity activity;
  Demand demand;
  GatherOps ops;
};

/// What an RPC hands to the batch that made it.
struct RpcPath {
  Spans spans;
  std::size_t target = 0;
  Duration work() const { return spans.work(); }
};

/// The RPCs of a batch for one net, which run at the same time. Each ends with one of finish(), give_up() and fail().
class Calls {
 public:
  /// Before an RPC is made.
  void fork(const Demand& demand) {
    partial_ += demand.partial;
    join_.fork();
  }
  /// The answer is there.
  void finish(const RpcPath& path) { join_.finish(path); }
  /// The batch goes on without the answer: the bags that it would have brought are missing.
  void give_up(const RpcPath& path, const Demand& demand) {
    partial_ -= demand.partial;
    missing_bags_ += demand.bags;
    join_.finish(path);
  }
  /// The batch cannot go on.
  void fail(const RpcPath& path) { join_.fail(path); }

  /// `co_await calls.all()`: until every RPC has ended.
  Join<RpcPath>& all() { return join_; }
  /// Bytes of partial sums among the answers.
  Bytes partial() const { return partial_; }
  std::int64_t missing_bags() const { return missing_bags_; }

 private:
  Join<RpcPath> join_;
  Bytes partial_;
  std::int64_t missing_bags_ = 0;
};

class Serving;
struct MainReplica;

/// Who makes RPCs: a replica of the main shard.
class Caller {
 public:
  Caller() = default;
  Caller(Serving& serving, MainReplica& main) : serving_(&serving), main_(&main) {}

  Simulation& simulation();
  /// Makes the RPC and waits for its answer for as long as it takes.
  void call(const Rpc& rpc, Calls& calls);
  /// Makes the RPC; the answer can be waited for, or not. Close the attempt when it is of no more interest.
  Attempt& attempt(const Rpc& rpc);

 private:
  Serving* serving_ = nullptr;
  MainReplica* main_ = nullptr;
};

/// How an RPC is made.
class CallPolicy {
 public:
  virtual ~CallPolicy() = default;
  /// Makes the RPC, which `calls` have forked, and sees to it that they are told of its end.
  virtual void make(Caller& caller, const Rpc& rpc, Calls& calls) const = 0;
  /// How long it waits for one answer; nothing: for as long as it takes, so that a lost message fails its query at
  /// once.
  virtual std::optional<Duration> per_try_timeout() const { return std::nullopt; }
  /// How often it asks again after that.
  virtual int retries() const { return 0; }
  /// Whether every RPC ends, also where messages are lost.
  virtual bool survives_loss() const { return per_try_timeout().has_value(); }
};

const Registry<CallPolicy>& call_registry();

template <>
struct ChoiceTraits<CallPolicy> {
  static constexpr const char* name = "call";
  static constexpr const char* doc = "how a main shard makes an RPC";
  static constexpr const char* tag = "type";
  static const Registry<CallPolicy>& registry() { return call_registry(); }
};

}  // namespace shardsim
