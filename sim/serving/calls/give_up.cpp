// SPDX-License-Identifier: Apache-2.0
#include "serving/call.hpp"

namespace shardsim {
namespace {

class GiveUpCall final : public CallPolicy {
 public:
  Duration after{};
  bool withdraw = false;

  void make(Caller& caller, const Rpc& rpc, Calls& calls) const override { until_deadline(caller, *this, rpc, calls); }
  bool survives_loss() const override { return true; }

 private:
  static Process until_deadline(Caller& caller, const GiveUpCall& policy, Rpc rpc, Calls& calls) {
    RpcPath path{{}, rpc.activity.target};
    Attempt& made = caller.attempt(rpc);
    co_await made.within(policy.after, caller.simulation());
    if (made.close(path.spans, policy.withdraw)) co_return calls.finish(path);
    path.spans[Span::timeout_wait] += policy.after;
    calls.give_up(path, rpc.demand);
  }
};

}  // namespace

template <>
void describe(Describe<GiveUpCall>& d) {
  d.object("give-up", "goes on without the shard when no answer comes in time: the result is degraded");
  d.required("after", &GiveUpCall::after, "time from issuing an RPC until the batch goes on without its answer")
      .more_than(Duration{0});
  d.optional("withdraw", &GiveUpCall::withdraw,
             "an RPC that is given up leaves the line in which it waits; left out: it is worked for in vain");
}

namespace calls {
Alternative<CallPolicy> give_up() { return alternative<GiveUpCall, CallPolicy>(); }
}  // namespace calls

}  // namespace shardsim
