// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <numeric>
#include <utility>

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

  /// That undoes it: inverse()((*this)(n)) = n. By the extended Euclidean algorithm.
  Bijection inverse() const {
    __extension__ using Wide = __int128;
    Wide a = size_;
    Wide b = factor_;
    Wide of_a = 0;  // factor * of_a = a, and factor * of_b = b, modulo size
    Wide of_b = 1;
    while (b != 0) {
      const Wide times = a / b;
      a = std::exchange(b, a - times * b);
      of_a = std::exchange(of_b, of_a - times * of_b);
    }
    Bijection out = *this;
    out.factor_ = static_cast<std::uint64_t>(of_a < 0 ? of_a + size_ : of_a);
    return out;
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
