// SPDX-License-Identifier: Apache-2.0
#include "serving/call.hpp"

namespace shardsim {
namespace {

class RetryCall final : public CallPolicy {
 public:
  Duration timeout{};
  int most_retries = 0;
  bool withdraw = false;

  void make(Caller& caller, const Rpc& rpc, Calls& calls) const override { until_answered(caller, *this, rpc, calls); }
  std::optional<Duration> per_try_timeout() const override { return timeout; }
  int retries() const override { return most_retries; }

 private:
  // A late answer is worked for all the same, unless it is withdrawn, and then thrown away.
  static Process until_answered(Caller& caller, const RetryCall& policy, Rpc rpc, Calls& calls) {
    RpcPath path{{}, rpc.activity.target};
    for (int& attempt = rpc.activity.attempt; attempt <= policy.most_retries; ++attempt) {
      Attempt& made = caller.attempt(rpc);
      co_await made.within(policy.timeout, caller.simulation());
      if (made.close(path.spans, policy.withdraw)) co_return calls.finish(path);
      path.spans[Span::timeout_wait] += policy.timeout;
    }
    calls.fail(path);
  }
};

}  // namespace

template <>
void describe(Describe<RetryCall>& d) {
  d.object("retry", "gives the RPC up when no answer comes in time, and makes it again");
  d.required("per_try_timeout", &RetryCall::timeout, "time from issuing an RPC until it is given up")
      .more_than(Duration{0});
  d.optional("retries", &RetryCall::most_retries,
             "times that an RPC is made again, to the replica that the balancer picks then; after the last the "
             "query fails. A query that was lost on its way to a main shard is sent again likewise")
      .at_least(0)
      .at_most(100);
  d.optional("withdraw", &RetryCall::withdraw,
             "an RPC that is given up leaves the line in which it waits; left out: it is worked for in vain");
}

namespace calls {
Alternative<CallPolicy> retry() { return alternative<RetryCall, CallPolicy>(); }
}  // namespace calls

}  // namespace shardsim
