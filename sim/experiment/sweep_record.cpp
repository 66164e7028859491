// SPDX-License-Identifier: Apache-2.0
#include "experiment/sweep_record.hpp"

#include "experiment/interval_json.hpp"

namespace shardsim {
namespace {

Json figures_json(const Figures& figures, bool with_pulls) {
  Json out = {{"confidence", figures.confidence}};
  for (const auto& [measure, name] : EnumNames<Measure>::names) {
    const Estimate& e = figures[measure];
    Json& one = out[std::string(name)] = interval_json(e);
    if (with_pulls) one["pulls"] = pulls_json(e.pulls);
  }
  return out;
}

Figures read_figures(const Json& value) {
  Figures figures;
  figures.confidence = value.at("confidence").get<double>();
  for (const auto& [measure, name] : EnumNames<Measure>::names) {
    const Json& one = value.at(std::string(name));
    Estimate& e = figures[measure];
    e = read_interval(one);
    if (one.contains("pulls")) e.pulls = read_pulls(one["pulls"]);
  }
  return figures;
}

Json described_json(const std::vector<Estimate>& values) {
  Json out = Json::object();
  std::size_t i = 0;
  for (const TableColumn& column : described_columns()) {
    const Estimate& e = values.at(i++);
    out[column.name] = column.interval ? interval_json(e) : Json(e.value);
  }
  return out;
}

std::vector<Estimate> read_described(const Json& value) {
  std::vector<Estimate> out;
  for (const TableColumn& column : described_columns()) {
    const Json& one = value.at(column.name);
    if (column.interval)
      out.push_back(read_interval(one));
    else
      out.emplace_back().value = read_number(one);
  }
  return out;
}

}  // namespace

Json record_json(const PointRecord& record) {
  Json out = {{"id", record.id},
              {"verdict", std::string(name_of(record.row.verdict))},
              {"completed", record.row.completed},
              {"failed", record.row.failed},
              {"seconds", record.seconds},
              {"comparable", record.comparable}};
  if (!record.row.error.empty()) out["error"] = record.row.error;
  if (record.row.goodput) {
    out["goodput"] = interval_json(*record.row.goodput);
    out["p99_with_failed_us"] = record.row.p99_with_failed_us;  // null: infinite
  }
  if (!record.row.described.empty()) out["described"] = described_json(record.row.described);
  if (record.row.figures) out["figures"] = figures_json(*record.row.figures, record.comparable);
  return out;
}

std::optional<PointRecord> read_record(const Json& value) {
  try {
    PointRecord record;
    record.id = value.at("id").get<std::string>();
    record.row.verdict = value_named<Verdict>(value.at("verdict").get<std::string>()).value();
    record.row.completed = value.at("completed").get<std::int64_t>();
    record.row.error = value.value("error", std::string());
    record.row.failed = value.at("failed").get<std::int64_t>();
    if (value.contains("goodput")) {
      record.row.goodput = read_interval(value["goodput"]);
      const Json& p99 = value.at("p99_with_failed_us");
      record.row.p99_with_failed_us = p99.is_null() ? std::numeric_limits<double>::infinity() : p99.get<double>();
    }
    record.seconds = value.at("seconds").get<double>();
    record.comparable = value.at("comparable").get<bool>();
    if (value.contains("figures")) {
      record.row.figures = read_figures(value["figures"]);
      if (value.contains("described")) record.row.described = read_described(value["described"]);
    }
    return record;
  } catch (const Json::exception&) {
    return std::nullopt;
  } catch (const std::bad_optional_access&) {
    return std::nullopt;
  }
}

}  // namespace shardsim
