// SPDX-License-Identifier: Apache-2.0
#include "caches/admission.hpp"

namespace shardsim {

SecondTouch::SecondTouch(std::int64_t window)
    : window_(static_cast<std::uint32_t>(window)),
      ring_(window_),
      remembered_(window_ + std::size_t{1}),
      index_(window_) {}

void SecondTouch::forget(std::uint32_t entry) {
  index_.remove(key(entry), entry);
  remembered_[entry] = false;
}

bool SecondTouch::admits(RowKey missed) {
  const std::uint32_t entry = next_;
  next_ = next_ == window_ ? 1 : next_ + 1;
  const std::uint32_t before = index_.find(missed, [this](std::uint32_t e) { return ring_[e - 1]; });
  if (before != 0) forget(before);
  if (remembered_[entry]) forget(entry);  // it is `window` misses old now
  if (before != 0) return true;
  key(entry) = missed;
  remembered_[entry] = true;
  index_.add(missed, entry);
  return false;
}

}  // namespace shardsim
