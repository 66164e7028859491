// SPDX-License-Identifier: Apache-2.0
// Values of figures as JSON. What JSON has no number for is null: none, unlimited, infinite, not a number.
#pragma once

#include "cluster/host.hpp"
#include "config/json.hpp"
#include "stats/estimate.hpp"

namespace shardsim {

/// One value for each of an enum's, by its name.
template <class E, std::size_t N, class Value>
Json by_name(const std::array<Value, N>& values) {
  Json out = Json::object();
  for (std::size_t i = 0; i < N; ++i) out[std::string(name_of(static_cast<E>(i)))] = values[i];
  return out;
}

Json figure_json(Bytes bytes);
Json figure_json(const CpuTimes& times);  ///< in us, by class
Json figure_json(const Estimate& estimate);
template <class E>
requires std::is_enum_v<E> Json figure_json(E value) { return std::string(name_of(value)); }
template <class V>
requires std::is_constructible_v<Json, const V&> &&(!std::is_enum_v<V>)Json figure_json(const V& value) {
  return Json(value);
}
template <class V>
Json figure_json(const std::optional<V>& value) {
  return value ? figure_json(*value) : Json();
}

}  // namespace shardsim
