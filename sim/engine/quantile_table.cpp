// SPDX-License-Identifier: Apache-2.0
#include "engine/quantile_table.hpp"

#include <cmath>
#include <numbers>
#include <typeinfo>

namespace shardsim {

// Chebyshev's: the error of the polynomial through them is spread evenly.
double QuantileTable::Piece::node(std::size_t i) {
  return std::cos(std::numbers::pi * (static_cast<double>(i) + 0.5) / std::tuple_size_v<AtNodes>);
}

// The coefficients of Chebyshev's polynomials T0 to T5 by the discrete cosine transform, then those of the powers of x:
// T2 = 2 x^2 - 1, T3 = 4 x^3 - 3 x, T4 = 8 x^4 - 8 x^2 + 1, T5 = 16 x^5 - 20 x^3 + 5 x.
QuantileTable::Piece::Piece(const AtNodes& values) {
  constexpr std::size_t kNodes = std::tuple_size_v<AtNodes>;
  std::array<double, kNodes> c{};
  for (std::size_t k = 0; k < kNodes; ++k) {
    for (std::size_t i = 0; i < kNodes; ++i)
      c[k] += values[i] * std::cos(std::numbers::pi * static_cast<double>(k) * (static_cast<double>(i) + 0.5) / kNodes);
    c[k] *= (k == 0 ? 1.0 : 2.0) / kNodes;
  }
  highest_ = Both{8 * c[4], 16 * c[5]};
  middle_ = Both{2 * c[2] - 8 * c[4], 4 * c[3] - 20 * c[5]};
  lowest_ = Both{c[0] - c[2] + c[4], c[1] - 3 * c[3] + 5 * c[5]};
}

std::unique_ptr<const QuantileTable> QuantileTable::of(const ByInversion& distribution) {
  std::unique_ptr<QuantileTable> table(new QuantileTable(distribution));
  for (const bool upper : {false, true})
    for (int halving = 0; halving < kHalvings; ++halving)
      for (std::size_t piece = 0; piece < kPieces; ++piece)
        if (!table->fit(upper, halving, piece)) return nullptr;
  return table;
}

double QuantileTable::beyond(std::uint64_t word) const { return exact_.quantile(uniform_of(word)); }

// Checks the polynomial where it is worst: half-way between its nodes, and at the ends.
bool QuantileTable::fit(bool upper, int halving, std::size_t piece) {
  const auto exact = [&](double x) {
    const double in_half = (static_cast<double>(piece) + (x + 1) / 2) / kPieces;
    const double p = std::ldexp(1 + in_half, -2 - halving);
    return exact_.quantile(upper ? 1 - p : p);
  };
  Piece::AtNodes values{};
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = exact(Piece::node(i));
  const Piece& fitted = pieces_[number(upper, halving) + piece] = Piece(values);
  for (std::size_t i = 0; i <= values.size(); ++i) {
    const double x = std::cos(std::numbers::pi * static_cast<double>(i) / static_cast<double>(values.size()));
    const double right = exact(x);
    if (!(std::abs(fitted.at(x) - right) <= kPrecision * std::abs(right))) return false;
  }
  return true;
}

ScaledQuantiles QuantileTables::of(const ByInversion& distribution) {
  const std::optional<ByInversion::Form> form = distribution.form();
  if (!form) return {};
  const std::pair<std::type_index, double> key{typeid(distribution), form->shape};
  auto it = made_.find(key);
  if (it == made_.end()) {
    if (made_.size() == kMost) return {};
    it = made_.emplace(key, Made{QuantileTable::of(distribution), form->scale}).first;
  }
  return {it->second.table.get(), form->scale / it->second.scale};
}

}  // namespace shardsim
