// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <map>
#include <memory>
#include <typeindex>

#include "engine/distribution.hpp"

namespace shardsim {

/// Draws from a smooth distribution in a fraction of the time that its own quantile() takes: inversion by polynomials,
/// as in G. Derflinger, W. Hörmann, J. Leydold, "Random variate generation by numerical inversion when only the density
/// is known", ACM TOMACS 20(4), 2010. Both tails are halved again and again, and each half is cut in pieces; what is
/// beyond the last halving is asked of quantile() itself.
class QuantileTable {
 public:
  /// By how much a number may differ from quantile()'s, relatively.
  static constexpr double kPrecision = 1e-9;

  /// None where polynomials would be less precise, as for a distribution with steps. `distribution` must outlive it.
  static std::unique_ptr<const QuantileTable> of(const ByInversion& distribution);

  /// The number of a random word: quantile(uniform_of(word)).
  double at(std::uint64_t word) const {
    const bool upper = word >> 63 != 0;
    const std::uint64_t p = upper ? ~word : word;
    const int halving = std::countl_zero(p) - 1;
    if (halving >= kHalvings) [[unlikely]]
      return beyond(word);
    const std::uint64_t in_half = p << 2 << halving;  // without the leading bit
    const std::size_t piece = static_cast<std::size_t>(in_half >> (64 - kPieceBits));
    const auto x = static_cast<double>(static_cast<std::int64_t>((in_half << kPieceBits) ^ std::uint64_t{1} << 63));
    return pieces_[number(upper, halving) + piece].at(x * 0x1.0p-63);
  }

 private:
  static constexpr int kHalvings = 12;  // beyond are 2^-12 of all numbers
  static constexpr int kPieceBits = 3;
  static constexpr std::size_t kPieces = std::size_t{1} << kPieceBits;
  static std::size_t number(bool upper, int halving) {
    return (static_cast<std::size_t>(upper) * kHalvings + static_cast<std::size_t>(halving)) * kPieces;
  }

  // A polynomial of degree 5 in x, from -1 to 1 between the ends of the piece. Of each two coefficients, the second is
  // that of an odd power: both halves are worked out at the same time.
  class Piece {
   public:
    /// By what the function is at the nodes.
    using AtNodes = std::array<double, 6>;
    static double node(std::size_t i);
    Piece() = default;
    explicit Piece(const AtNodes& values);
    double at(double x) const {
      const double square = x * x;
      const Both sum = (highest_ * square + middle_) * square + lowest_;
      return sum[0] + x * sum[1];
    }

   private:
    using Both = double __attribute__((vector_size(2 * sizeof(double))));
    Both highest_{};
    Both middle_{};
    Both lowest_{};
  };

  explicit QuantileTable(const ByInversion& exact) : exact_(exact) {}
  double beyond(std::uint64_t word) const;
  bool fit(bool upper, int halving, std::size_t piece);

  const ByInversion& exact_;
  std::array<Piece, 2 * kHalvings * kPieces> pieces_;
};

/// The quantiles of a distribution as multiples of those in a table.
struct ScaledQuantiles {
  const QuantileTable* table = nullptr;  ///< none: there is no table
  double scale = 1;
  /// The number of a random word. Precondition: there is a table.
  double at(std::uint64_t word) const { return scale * table->at(word); }
};

/// Tables for many distributions, of which those of one form share one: few stay in a processor's cache.
class QuantileTables {
 public:
  /// `distribution`, and this object, must outlive what it returns.
  ScaledQuantiles of(const ByInversion& distribution);

 private:
  static constexpr std::size_t kMost = 8;
  struct Made {
    std::unique_ptr<const QuantileTable> table;
    double scale;
  };
  std::map<std::pair<std::type_index, double>, Made> made_;  // by type and shape
};

}  // namespace shardsim
