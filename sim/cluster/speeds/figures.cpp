// SPDX-License-Identifier: Apache-2.0
#include "cluster/devices/accelerator_speed.hpp"

namespace shardsim {
namespace {

class ModelByFigures final : public ModelSpeed {
 public:
  ModelByFigures(const Model& model, const CoreFigures& dense, const LookupFigures& lookup)
      : dense_(model, dense), lookup_(lookup) {}

  Duration time(const DeviceWork& work) const override {
    const auto ps = [](Duration each, double count) { return static_cast<double>(each.count()) * count; };
    return from_picoseconds(dense_.ps(work) + ps(lookup_.time, static_cast<double>(work.lookups)) +
                            ps(lookup_.time_per_byte, static_cast<double>(work.traffic.count)) +
                            ps(lookup_.bag_time, static_cast<double>(work.bags)));
  }

 private:
  DenseOnCore dense_;
  LookupFigures lookup_;
};

class FiguresSpeed final : public AcceleratorSpeed, public CoreFigures {
 public:
  LookupFigures lookup;

  std::unique_ptr<ModelSpeed> of(const Model& model, const CoreFigures&, const std::string&) const override {
    return std::make_unique<ModelByFigures>(model, *this, lookup);
  }
};

}  // namespace

template <>
void describe(Describe<FiguresSpeed>& d) {
  d.object("figures", "by the formulas for a core, with figures of its own");
  d.required("flops", &FiguresSpeed::flops, "peak of one stream").more_than(ComputeRate{0});
  d.required("efficiency", &FiguresSpeed::efficiency, "share of the peak that large batches reach")
      .more_than(0)
      .at_most(1);
  d.required("half_efficiency_rows", &FiguresSpeed::half_efficiency_rows,
             "rows of a batch at which half of that is reached")
      .at_least(0)
      .at_most(1e9);
  d.required("lookup", &FiguresSpeed::lookup,
             "a lookup among many: 'time', and 'time_per_byte' of the memory that is moved for it, at least 64 bytes");
}

namespace speeds {
Alternative<AcceleratorSpeed> figures() { return alternative<FiguresSpeed, AcceleratorSpeed>(); }
}  // namespace speeds

}  // namespace shardsim
