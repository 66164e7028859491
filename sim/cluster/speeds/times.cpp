// SPDX-License-Identifier: Apache-2.0
#include "cluster/devices/accelerator_speed.hpp"
#include "cluster/devices/batch_table.hpp"

namespace shardsim {
namespace {

class ModelByTimes final : public ModelSpeed {
 public:
  ModelByTimes(const Model& model, const CoreFigures& core, BatchTable times)
      : dense_(model, core), times_(std::move(times)) {}

  Duration time(const DeviceWork& work) const override {
    const double beyond = static_cast<double>(work.rows) / static_cast<double>(times_.largest());
    return from_picoseconds(times_.at(work.rows) * std::max(1.0, beyond) * dense_.share(work));
  }

 private:
  DenseOnCore dense_;
  BatchTable times_;  // ps
};

class Times final : public AcceleratorSpeed {
 public:
  std::vector<std::int64_t> batch;
  ByName<std::vector<Duration>> models;

  std::unique_ptr<ModelSpeed> of(const Model& model, const CoreFigures& core,
                                 const std::string& pointer) const override {
    std::vector<double> ps;
    for (const Duration time : known_of(models, model, pointer)) ps.push_back(static_cast<double>(time.count()));
    return std::make_unique<ModelByTimes>(model, core, BatchTable(batch, std::move(ps)));
  }
};

}  // namespace

template <>
void describe(Describe<Times>& d) {
  d.object("times", "measured times of a whole model, by items of a batch");
  d.required("batch", &Times::batch,
             "sizes that were measured, rising; between two, linear in the logarithm of the size; beyond the last, in "
             "proportion to it");
  d.required("models", &Times::models,
             "by name of the model: the time at each size, of all its dense layers and gathers; a part of them takes "
             "the share that its dense layers have of the model's on a core");
  d.check([](const Times& t) { return complaint_about_tables(t.batch, t.models); });
}

namespace speeds {
Alternative<AcceleratorSpeed> times() { return alternative<Times, AcceleratorSpeed>(); }
}  // namespace speeds

}  // namespace shardsim
