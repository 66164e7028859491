// SPDX-License-Identifier: Apache-2.0
#include "serving/call.hpp"

namespace shardsim {
namespace {

class PlainCall final : public CallPolicy {
 public:
  void make(Caller& caller, const Rpc& rpc, Calls& calls) const override { caller.call(rpc, calls); }
};

}  // namespace

template <>
void describe(Describe<PlainCall>& d) {
  d.object("plain", "waits for the answer for as long as it takes");
}

namespace calls {
Alternative<CallPolicy> plain() { return alternative<PlainCall, CallPolicy>(); }
}  // namespace calls

}  // namespace shardsim
