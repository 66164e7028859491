// SPDX-License-Identifier: Apache-2.0
#include "network/reno.hpp"

namespace shardsim {
namespace {

// net/ipv4/tcp_dctcp.c, RFC 8257.
class Dctcp final : public Reno {
 public:
  void hear(const Acknowledgement& ack, CongestionWindow&) override {
    ++acknowledged_;
    marked_ += ack.marked ? 1 : 0;
    if (ack.first_unacknowledged < window_end_) return;
    constexpr double kGain = 1.0 / 16;
    share_ += kGain * (static_cast<double>(marked_) / static_cast<double>(acknowledged_) - share_);
    acknowledged_ = marked_ = 0;
    window_end_ = ack.next;
  }
  int after_marks(const CongestionWindow& window) override {
    return std::max(static_cast<int>(window.packets * (1 - share_ / 2)), kLeast);
  }

 private:
  double share_ = 1;  // of packets marked; at first as in Linux, so that the first mark halves
  std::int64_t acknowledged_ = 0;
  std::int64_t marked_ = 0;
  std::int64_t window_end_ = 0;
};

class DctcpSpec final : public CongestionSpec {
 public:
  std::unique_ptr<Congestion> make() const override { return std::make_unique<Dctcp>(); }
};

}  // namespace

template <>
void describe(Describe<DctcpSpec>& d) {
  d.object("dctcp", "as reno, but marks shrink the window in proportion to their share (RFC 8257)");
}

namespace congestions {
Alternative<CongestionSpec> dctcp() { return alternative<DctcpSpec, CongestionSpec>(); }
}  // namespace congestions

}  // namespace shardsim
