// SPDX-License-Identifier: Apache-2.0
#include "server/tables.hpp"

namespace shardsim::real {
namespace {

// The finalizer of SplitMix64.
std::uint64_t mixed(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31);
}

// Four bits of a word for each element.
void fill_row(std::uint32_t table, std::uint64_t row, std::span<float> out) {
  constexpr std::size_t kOfWord = 16;
  std::uint64_t word = 0;
  for (std::size_t d = 0; d < out.size(); ++d) {
    if (d % kOfWord == 0) word = mixed(mixed(std::uint64_t{table} << 40 | row) + d);
    out[d] = static_cast<float>(static_cast<int>(word & 15U) - 8) / 1024.0F;
    word >>= 4;
  }
}

}  // namespace

HeldTable::HeldTable(const Table& table, std::uint32_t number, const Placement& placement)
    : dim_(table.dim), parts_(placement.parts), by_modulus_(placement.split_by == SplitBy::modulus) {
  const auto rows = static_cast<std::uint64_t>(part_rows(table.rows, placement.part, parts_));
  for (int p = 0; p < placement.part; ++p) first_ += static_cast<std::uint64_t>(part_rows(table.rows, p, parts_));
  const auto width = static_cast<std::size_t>(dim_);
  values_ = std::make_unique_for_overwrite<float[]>(rows * width);
  for (std::uint64_t r = 0; r < rows; ++r) {
    const std::uint64_t row =
        by_modulus_ ? r * static_cast<std::uint64_t>(parts_) + static_cast<std::uint64_t>(placement.part) : first_ + r;
    fill_row(number, row, {values_.get() + r * width, width});
  }
}

void HeldTable::pool(std::span<const std::uint32_t> lengths, std::span<const std::uint64_t> rows, float* out) const {
  if (parts_ == 1) return pool_rows(values_.get(), dim_, lengths, rows, out, [](std::uint64_t row) { return row; });
  pool_rows(values_.get(), dim_, lengths, rows, out, [this](std::uint64_t row) { return place_of(row); });
}

}  // namespace shardsim::real
