// SPDX-License-Identifier: Apache-2.0
// Batches of several queries without a delay: a device that has become free takes all who wait, up to a batch.
#include "validation/family.hpp"
#include "validation/queueing.hpp"

namespace shardsim {
namespace {

class BulkService final : public Family {
 public:
  std::vector<Case> cases() const override {
    std::vector<Case> cases;
    const auto add = [&](const std::string& name, int batch, double load, Assignments changes, double mean) {
      changes.emplace_back(
          "serving.executor",
          fmt::format(R"({{"type": "batching", "on": {{"type": "accelerator"}}, "max_batch": {}}})", batch));
      changes.emplace_back("traffic.arrivals.rate", per_second(batch * load * 1e6 / kServiceUs));
      cases.push_back(steady_state(name, "accelerator.json", std::move(changes), 500'000, {mean_latency(mean)}));
    };
    const Assignments exponential{
        {"cluster.main.platform.accelerator.jitter", R"({"type": "exponential", "mean": 1})"}};
    for (const int batch : {2, 8}) {
      add(fmt::format("bulk-service-constant-{}", batch), batch, 0.8, {},
          queueing::bulk_constant_mean(batch, 0.8, kServiceUs));
      add(fmt::format("bulk-service-exponential-{}", batch), batch, 0.7, exponential,
          queueing::bulk_exponential_mean(batch, 0.7, kServiceUs));
    }
    // A long line and a short one.
    add("bulk-service-light", 4, 0.1, {}, queueing::bulk_constant_mean(4, 0.1, kServiceUs));
    return cases;
  }
};

}  // namespace

template <>
void describe(Describe<BulkService>& d) {
  d.object("bulk-service", "batches of several queries, begun as soon as the device is idle: M/D^b/1 and M/M^b/1");
}

namespace families {
Alternative<Family> bulk_service() { return alternative<BulkService, Family>(); }
}  // namespace families

}  // namespace shardsim
