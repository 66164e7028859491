// SPDX-License-Identifier: Apache-2.0
#include "experiment/results/figure_json.hpp"

#include "experiment/figures.hpp"

namespace shardsim {

Json figure_json(Bytes bytes) { return bytes.count; }

Json figure_json(const CpuTimes& times) {
  std::array<double, kWorks> us{};
  for (std::size_t w = 0; w < kWorks; ++w) us[w] = to_microseconds(times[w]);
  return by_name<Work>(us);
}

Json figure_json(const Estimate& e) {
  return {{"value", e.value},   {"low", e.low},  {"high", e.high}, {"trust", std::string(name_of(e.trust))},
          {"groups", e.groups}, {"lag1", e.lag1}};
}

}  // namespace shardsim
