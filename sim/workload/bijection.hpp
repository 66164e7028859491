// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <numeric>

namespace shardsim {

/// A one-to-one map of 0 .. size-1 onto itself that scatters neighbours: multiplication by a number without a common
/// factor, near the golden section of the size (Fibonacci hashing: Knuth, The Art of Computer Programming 3, 6.4).
class Bijection {
 public:
  /// size >= 1.
  explicit Bijection(std::int64_t size)
      : size_(static_cast<std::uint64_t>(size)),
        factor_(static_cast<std::uint64_t>(static_cast<double>(size) * 0.6180339887498949)) {
    while (std::gcd(factor_, size_) != 1) ++factor_;
  }

  std::int64_t operator()(std::int64_t number) const {
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::int64_t>(static_cast<Wide>(number) * factor_ % size_);
  }

 private:
  std::uint64_t size_;
  std::uint64_t factor_;
};

}  // namespace shardsim
