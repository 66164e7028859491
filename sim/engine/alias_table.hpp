// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

namespace shardsim {

/// Picks one of n things by weight in constant time (A. J. Walker's alias method, with the tables of M. D. Vose, "A
/// linear algorithm for generating random numbers with a given distribution", IEEE TSE 17(9), 1991).
class AliasTable {
 public:
  /// Weights of at least 0, with a finite sum of more than 0; fewer than 2^32 of them.
  explicit AliasTable(const std::vector<double>& weights);

  /// The thing that 64 random bits pick. Its probability is right within the rounding of doubles.
  std::size_t pick(std::uint64_t bits) const {
    __extension__ using Wide = unsigned __int128;
    const Wide product = static_cast<Wide>(bits) * columns_.size();
    const auto i = static_cast<std::size_t>(product >> 64);
    const Column& column = columns_[i];
    // A choice without a branch: nobody could predict it.
    const std::size_t if_own =
        std::size_t{0} - static_cast<std::size_t>(static_cast<std::uint64_t>(product) < column.own);
    return column.other ^ ((i ^ column.other) & if_own);
  }

 private:
  struct Column {
    std::uint64_t own = 0;    // of 2^64: the part of the column that is the thing's own
    std::uint32_t other = 0;  // who has the rest
  };
  std::vector<Column> columns_;
};

}  // namespace shardsim
