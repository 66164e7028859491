// SPDX-License-Identifier: Apache-2.0
// Scenarios: read with the files they name, written and read back, and made ready for a run.
#include "experiment/scenario.hpp"
#include "support/expect.hpp"
#include "support/json_mutator.hpp"

namespace shardsim::fuzz {
namespace {

const std::filesystem::path& folder() {
  static const std::filesystem::path folder = SHARDSIM_SOURCE_FOLDER "/tests/invalid";
  return folder;
}

Scenario read(const Json& value) {
  Document document = Document::wrap(value, "scenario.json", folder());
  try {
    return read_document<Scenario>(document);
  } catch (const ScenarioError& e) {
    throw document.located(e);
  }
}

Json written(const Scenario& scenario) { return value_type<Scenario>().write(&scenario, folder()); }

// A result file holds the scenario as it is written, and can be run again.
void read_back(const Json& text) {
  try {
    const Json again = written(read(text));
    if (again != text) finding("read back, it is another scenario:\n" + text.dump() + "\n" + again.dump());
  } catch (const InputError& e) {
    finding(e.what() + std::string(" is said of what was written:\n") + text.dump());
  }
}

void make_ready(const Scenario& scenario) {
  constexpr int kMostReplicas = 1000;
  for (const PoolView& pool : pools_of(scenario.cluster))
    if (pool.spec->replicas > kMostReplicas) return;
  const Model model = served_model(scenario);
  const ShardingPlan plan = make_plan(scenario, model);
  deploy(scenario.cluster, services_of(plan), *scenario.topology);
}

}  // namespace
}  // namespace shardsim::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace shardsim;
  fuzz::accepted([&] {
    const Scenario scenario = fuzz::read(Document::parse(fuzz::text_of(data, size), "scenario.json").root);
    fuzz::read_back(fuzz::written(scenario));
    fuzz::make_ready(scenario);
  });
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t limit, unsigned seed) {
  return shardsim::fuzz::mutate_json(data, size, limit, seed, shardsim::value_type<shardsim::Scenario>());
}
