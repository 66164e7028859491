// SPDX-License-Identifier: Apache-2.0
// A dense layer by rows of the batch.
#include "measure/samples.hpp"
#include "server/dense.hpp"

namespace shardsim::real {
namespace {

// rows, width of the layer
void layer(benchmark::State& state) {
  const auto rows = static_cast<std::size_t>(state.range(0));
  const int width = static_cast<int>(state.range(1));
  const Mlp mlp({width, width, width, width}, 1);
  Matrix in(rows, static_cast<std::size_t>(width));
  std::fill(in.values.begin(), in.values.end(), 0.5F);
  Samples samples;
  for (auto _ : state) {
    Matrix copy = in;
    samples.take(state, [&] {
      const Matrix out = mlp(std::move(copy));
      benchmark::DoNotOptimize(out.values.data());
    });
  }
  state.counters["flop"] = 3 * 2.0 * static_cast<double>(rows) * width * width;
  samples.tell(state);
}
BENCHMARK(layer)->Name("dense")->ArgsProduct({{1, 2, 4, 8, 16, 32, 64, 128, 256}, {512, 1024}})->UseManualTime();

}  // namespace
}  // namespace shardsim::real
