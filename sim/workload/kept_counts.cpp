// SPDX-License-Identifier: Apache-2.0
#include "workload/kept_counts.hpp"

#include <algorithm>
#include <cmath>

#include "workload/instants.hpp"

namespace shardsim {
namespace {

constexpr double kLackingToOne = 1e-9;  // of an arrival: what 0.1 ten times lacks to one

class KeptCounts final : public ArrivalSource {
 public:
  KeptCounts(std::unique_ptr<RatePieces> pieces, RandomStream places) : pieces_(std::move(pieces)), places_(places) {}

  std::optional<Arrival> next() override {
    while (left_ < 1) {
      const std::optional<RatePiece> piece = pieces_->next();
      if (!piece) return std::nullopt;
      piece_ = *piece;
      if (piece_.start >= kEndOfTime) return Arrival{kEndOfTime};  // it may take for ever to reach an arrival
      owed_ += piece_.expected;
      left_ = std::floor(owed_ + kLackingToOne);
      owed_ -= left_;
      place_ = 0;
    }
    // The least of n uniform numbers in (place, 1) leaves the share U^(1/n) of it above.
    place_ += (1 - place_) * -std::expm1(std::log(places_.uniform()) / left_);
    left_ -= 1;
    last_ = std::max(last_, later(piece_.start, piece_.length_s * place_));
    return Arrival{last_};
  }

 private:
  std::unique_ptr<RatePieces> pieces_;
  RandomStream places_;
  RatePiece piece_;
  double left_ = 0;   // arrivals of this piece; whole
  double owed_ = 0;   // of an arrival, from earlier pieces
  double place_ = 0;  // of the last arrival in its piece, from 0 to 1
  Time last_{};       // starts of pieces are rounded, too
};

}  // namespace

std::unique_ptr<ArrivalSource> kept_counts(std::unique_ptr<RatePieces> pieces, RandomStream places) {
  return std::make_unique<KeptCounts>(std::move(pieces), places);
}

}  // namespace shardsim
