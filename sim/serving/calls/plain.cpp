// SPDX-License-Identifier: Apache-2.0
#include "serving/call.hpp"

namespace shardsim {
namespace {

class PlainCall final : public CallPolicy {
 public:
  bool withdraw = false;

  void make(Caller& caller, const Rpc& rpc, Calls& calls) const override { caller.call(rpc, calls); }
};

}  // namespace

template <>
void describe(Describe<PlainCall>& d) {
  d.object("plain", "waits for the answer for as long as it takes");
  d.optional("withdraw", &PlainCall::withdraw, "false: what is waited for is never withdrawn");
  d.check([](const PlainCall& c) -> std::optional<Complaint> {
    if (!c.withdraw) return std::nullopt;
    return Complaint{"withdraw",
                     "'plain' gives no RPC up, so that none can be withdrawn; expected false, or a 'type' "
                     "that gives up: 'retry', 'give-up'"};
  });
}

namespace calls {
Alternative<CallPolicy> plain() { return alternative<PlainCall, CallPolicy>(); }
}  // namespace calls

}  // namespace shardsim
