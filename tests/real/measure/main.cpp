// SPDX-License-Identifier: Apache-2.0
// Benchmarks of what a platform file says; scripts/measure_platform runs them and fits. With `--echo ADDRESS` it is the
// other end of its RPCs and does nothing else; `--until-input-ends` behind it says how long. Port 0 is a free one.
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "measure/echo.hpp"
#include "measure/samples.hpp"
#include "server/host.hpp"
#include "server/process.hpp"

int main(int argc, char** argv) {
  shardsim::real::set_up_process();
  try {
    const bool until_input_ends = argc == 4 && std::strcmp(argv[3], "--until-input-ends") == 0;
    if ((argc == 3 || until_input_ends) && std::strcmp(argv[1], "--echo") == 0) {
      shardsim::real::Host::block_signals();
      shardsim::real::serve_echo(argv[2], until_input_ends);
      return 0;
    }
    if (const char* peer = std::getenv("SHARDSIM_ECHO")) shardsim::real::echo_address() = peer;
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
    benchmark::RunSpecifiedBenchmarks();
  } catch (const std::exception& e) {
    fmt::print(stderr, "shardsim_measure: {}\n", e.what());
    return 1;
  }
  return 0;
}
