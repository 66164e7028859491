// SPDX-License-Identifier: Apache-2.0
#include "workload/piecewise_poisson.hpp"

#include <algorithm>
#include <cmath>

#include "workload/instants.hpp"

namespace shardsim {
namespace {

class PiecewisePoisson final : public ArrivalSource {
 public:
  PiecewisePoisson(std::unique_ptr<RatePieces> pieces, RandomStream gaps) : pieces_(std::move(pieces)), gaps_(gaps) {}

  std::optional<Arrival> next() override {
    double wanted = -std::log(gaps_.uniform());  // in expected arrivals
    while (used_ + wanted > piece_.expected) {
      wanted -= piece_.expected - used_;
      used_ = 0;
      const std::optional<RatePiece> piece = pieces_->next();
      if (!piece) {
        piece_ = {};
        return std::nullopt;
      }
      piece_ = *piece;
      if (piece_.start >= kEndOfTime) return Arrival{kEndOfTime};  // it may take for ever to reach an arrival
    }
    used_ += wanted;
    last_ = std::max(last_, later(piece_.start, piece_.length_s * (used_ / piece_.expected)));
    return Arrival{last_};
  }

 private:
  std::unique_ptr<RatePieces> pieces_;
  RandomStream gaps_;
  RatePiece piece_;
  double used_ = 0;  // of what the piece expects
  Time last_{};      // starts of pieces are rounded, too
};

}  // namespace

std::unique_ptr<ArrivalSource> piecewise_poisson(std::unique_ptr<RatePieces> pieces, RandomStream gaps) {
  return std::make_unique<PiecewisePoisson>(std::move(pieces), gaps);
}

}  // namespace shardsim
