// SPDX-License-Identifier: Apache-2.0
// What is written while a model serves: rows, as they are trained, and a whole new version of the model.
#pragma once

#include "config/description.hpp"
#include "engine/units.hpp"

namespace shardsim {

/// When the next batch of rows comes.
enum class WriteInterval { poisson, fixed };
template <>
struct EnumNames<WriteInterval> {
  static constexpr std::array<std::pair<WriteInterval, std::string_view>, 2> names{
      {{WriteInterval::poisson, "poisson"}, {WriteInterval::fixed, "fixed"}}};
};

/// What becomes of a copy in a cache of a row that is written: it is kept up to date, or dropped.
enum class OnWrite { refresh, invalidate };
template <>
struct EnumNames<OnWrite> {
  static constexpr std::array<std::pair<OnWrite, std::string_view>, 2> names{
      {{OnWrite::refresh, "refresh"}, {OnWrite::invalidate, "invalidate"}}};
};

/// Batches of rows, of each table in proportion to its lookups, as a row is trained because it was looked up.
struct RowUpdates {
  Rate rate;  ///< of batches
  std::int64_t rows = 0;
  WriteInterval interval = WriteInterval::poisson;
  OnWrite cache = OnWrite::refresh;
};

/// A new version of all tables and weights, server after server. A server answers from its old copy until the new one
/// is complete, so that it has room for both.
struct ModelRefresh {
  Duration start{};
  Bandwidth bandwidth;  ///< at which it is sent
  Duration pause{};     ///< between two servers
  Bytes chunk{std::int64_t{4} << 20};
};

struct Updates {
  std::optional<RowUpdates> writes;
  std::optional<ModelRefresh> refresh;

  bool invalidates() const { return writes && writes->cache == OnWrite::invalidate; }
};

template <>
void describe(Describe<RowUpdates>& d);
template <>
void describe(Describe<ModelRefresh>& d);
template <>
void describe(Describe<Updates>& d);

}  // namespace shardsim
