// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

namespace shardsim {

/// Means over blocks of consecutive numbers, in bounded memory: blocks of five at first, and twice as wide whenever
/// there would be more than kMost.
class BlockMeans {
 public:
  static constexpr std::size_t kMost = 8192;

  void record(std::uint64_t number, double value);

  std::uint64_t width() const { return width_; }  ///< numbers a block
  /// Of the blocks up to the last with an observation; a block without any has the mean before it.
  std::vector<double> means() const;

 private:
  struct Block {
    std::uint64_t count = 0;
    double sum = 0;
  };
  std::uint64_t width_ = 5;
  std::vector<Block> blocks_;
};

/// MSER (K. P. White, "An effective truncation heuristic for bias reduction in simulation output", Simulation 69(6),
/// 1997; on means of five, MSER-5, by White, Cobb and Spratt, WSC 2000): the number of leading values to leave out so
/// that the standard error of the mean of the rest is least. At most half of them; exactly half means that no steady
/// state is in sight.
std::size_t mser_cut(const std::vector<double>& values);

/// The same, but zero where chance explains what the cut gains: where more than one in a hundred random orders of long
/// blocks of these values lets MSER gain as much. Rare large values and slow swings, which MSER takes for a beginning
/// when they come early, are as likely anywhere. The orders drawn are always the same.
std::size_t transient_cut(const std::vector<double>& values);

}  // namespace shardsim
