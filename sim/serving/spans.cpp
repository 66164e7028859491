// SPDX-License-Identifier: Apache-2.0
#include "serving/spans.hpp"

namespace shardsim {

void SpanTimes::copy_seldom(const SpanTimes& other) {
  if (other.seldom_ == nullptr) {
    seldom_->fill(Duration::zero());
  } else {
    if (seldom_ == nullptr) seldom_ = new Seldom;
    *seldom_ = *other.seldom_;
  }
}

void SpanTimes::add_seldom(const SpanTimes& other) {
  if (seldom_ == nullptr) seldom_ = new Seldom{};
  for (std::size_t i = 0; i < seldom_->size(); ++i) (*seldom_)[i] += (*other.seldom_)[i];
}

}  // namespace shardsim
