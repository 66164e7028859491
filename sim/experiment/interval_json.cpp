// SPDX-License-Identifier: Apache-2.0
#include "experiment/interval_json.hpp"

#include "experiment/figures.hpp"

namespace shardsim {

Json interval_json(const Estimate& e) {
  return {{"value", e.value}, {"low", e.low}, {"high", e.high}, {"trust", std::string(name_of(e.trust))}};
}

Estimate read_interval(const Json& value) {
  Estimate e;
  e.value = read_number(value.at("value"));
  e.low = read_number(value.at("low"));
  e.high = read_number(value.at("high"));
  e.trust = value_named<Trust>(value.at("trust").get<std::string>()).value();
  return e;
}

Json pulls_json(const Pulls& pulls) {
  Json runs = Json::array();
  for (const Pulls::Run& run : pulls.runs) runs.push_back({{"first", run.first}, {"pulls", run.pulls}});
  return {{"width", pulls.width}, {"runs", runs}};
}

Pulls read_pulls(const Json& value) {
  Pulls pulls;
  pulls.width = value.at("width").get<std::uint64_t>();
  for (const Json& run : value.at("runs"))
    pulls.runs.push_back({run.at("first").get<std::size_t>(), run.at("pulls").get<std::vector<double>>()});
  return pulls;
}

double read_number(const Json& value) { return value.is_null() ? Estimate::kNone : value.get<double>(); }

}  // namespace shardsim
