// SPDX-License-Identifier: Apache-2.0
#include "server/setup.hpp"

#include <fstream>
#include <map>

namespace shardsim::real {
namespace {

Scenario read(const std::string& file, const std::vector<std::pair<std::string, std::string>>& settings) {
  Document document = load_scenario(file);
  include_files(document);
  for (const auto& [path, value] : settings) {
    document.set(path, value);
    include_files(document);
  }
  auto scenario = read_document<Scenario>(document);
  if (!scenario.traffic.carries_rows())
    throw InputError(file, "/traffic",
                     "says only how many rows are looked up; the real server needs to know which: add \"rows\"");
  return scenario;
}

std::map<std::string, std::size_t> numbers_of(const std::vector<PlacedTable>& tables) {
  std::map<std::string, std::size_t> out;
  for (std::size_t t = 0; t < tables.size(); ++t) out[tables[t].table->name] = t;
  return out;
}

std::int64_t free_memory() {
  std::ifstream in("/proc/meminfo");
  std::string key;
  std::int64_t kib = 0;
  for (std::string unit; in >> key >> kib; std::getline(in, unit))
    if (key == "MemAvailable:") return kib << 10;
  return std::numeric_limits<std::int64_t>::max();
}

}  // namespace

Setup::Setup(const std::string& file, const std::vector<std::pair<std::string, std::string>>& settings)
    : scenario(read(file, settings)),
      model(served_model(scenario)),
      plan(make_plan(scenario, model)),
      tables(tables_of(model)) {
  for (const PlacedTable& t : tables)
    if (t.table->dtype != ElementType::fp32 || t.table->time)
      throw InputError(fmt::format("table {} is not of plain fp32, the only one that the real server holds",
                                   in_quotes(t.table->name)));
  const auto check = [](const std::vector<Placement>& placements) {
    for (const Placement& p : placements)
      if (p.split == Split::columns || p.copies > 1)
        throw InputError(fmt::format("table {} is {}, which the real server does not do", in_quotes(p.table),
                                     p.copies > 1 ? "in copies" : "split by columns"));
  };
  check(plan.main);
  for (const PlannedShard& shard : plan.shards) check(shard.tables);
}

std::vector<Setup::Parts> Setup::parts() const {
  std::vector<Parts> out(tables.size());
  const auto numbers = numbers_of(tables);
  const auto place = [&](const std::vector<Placement>& placements, std::size_t target) {
    for (const Placement& p : placements) {
      Parts& parts = out[numbers.at(p.table)];
      parts.split_by = p.split_by;
      parts.target.resize(static_cast<std::size_t>(p.parts));
      parts.target[static_cast<std::size_t>(p.part)] = target;
    }
  };
  place(plan.main, 0);
  for (std::size_t s = 0; s < plan.shards.size(); ++s) place(plan.shards[s].tables, s + 1);
  return out;
}

std::vector<std::unique_ptr<HeldTable>> held_tables(const Setup& setup, const std::vector<Placement>& placements) {
  const auto gib = [](std::int64_t bytes) { return static_cast<double>(bytes) / (1 << 30); };
  const std::int64_t needed = placed_bytes(placements, setup.model).count;
  if (const std::int64_t there = free_memory(); needed > there)
    throw InputError(
        fmt::format("its tables are {:.2f} GiB and {:.2f} GiB of memory are free; take more shards or "
                    "fewer rows",
                    gib(needed), gib(there)));
  const auto numbers = numbers_of(setup.tables);
  std::vector<std::unique_ptr<HeldTable>> out(setup.tables.size());
  for (const Placement& p : placements) {
    const std::size_t t = numbers.at(p.table);
    if (out[t] != nullptr)
      throw InputError(
          fmt::format("a server holds two parts of table {}, which the real server does not do", in_quotes(p.table)));
    out[t] = std::make_unique<HeldTable>(*setup.tables[t].table, static_cast<std::uint32_t>(t), p);
  }
  return out;
}

}  // namespace shardsim::real
