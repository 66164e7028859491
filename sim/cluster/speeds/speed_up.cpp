// SPDX-License-Identifier: Apache-2.0
#include "cluster/devices/accelerator_speed.hpp"
#include "cluster/devices/batch_table.hpp"

namespace shardsim {
namespace {

class ModelBySpeedUp final : public ModelSpeed {
 public:
  ModelBySpeedUp(const Model& model, const CoreFigures& core, BatchTable factors)
      : dense_(model, core), factors_(std::move(factors)) {}

  Duration time(const DeviceWork& work) const override {
    return from_picoseconds((dense_.ps(work) + work.gather_ps) / factors_.at(work.rows));
  }

 private:
  DenseOnCore dense_;
  BatchTable factors_;
};

class SpeedUp final : public AcceleratorSpeed {
 public:
  std::vector<std::int64_t> batch;
  ByName<std::vector<double>> models;

  std::unique_ptr<ModelSpeed> of(const Model& model, const CoreFigures& core,
                                 const std::string& pointer) const override {
    return std::make_unique<ModelBySpeedUp>(model, core, BatchTable(batch, known_of(models, model, pointer)));
  }
};

}  // namespace

template <>
void describe(Describe<SpeedUp>& d) {
  d.object("speed-up", "so many times as fast as a core of the host, by model and items of a batch");
  d.required("batch", &SpeedUp::batch,
             "sizes that were measured, rising; between two, linear in the logarithm of the size; beyond the last, as "
             "fast as there");
  d.required("models", &SpeedUp::models,
             "by name of the model: the speed-up at each size, of dense layers and gathers");
  d.check([](const SpeedUp& s) { return complaint_about_tables(s.batch, s.models); });
}

namespace speeds {
Alternative<AcceleratorSpeed> speed_up() { return alternative<SpeedUp, AcceleratorSpeed>(); }
}  // namespace speeds

}  // namespace shardsim
