// SPDX-License-Identifier: Apache-2.0
// Benchmarks of what a platform file says; scripts/measure_platform runs them and fits. With `--echo ADDRESS` it is the
// other end of its RPCs and does nothing else.
#include <fmt/format.h>
#include <malloc.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "measure/echo.hpp"
#include "measure/samples.hpp"
#include "server/host.hpp"

extern "C" void openblas_set_num_threads(int);

int main(int argc, char** argv) {
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  openblas_set_num_threads(1);
  setenv("GRPC_VERBOSITY", "NONE", 0);  // errors are told once, in our words
  try {
    if (argc == 3 && std::strcmp(argv[1], "--echo") == 0) {
      shardsim::real::Host::block_signals();
      shardsim::real::serve_echo(argv[2]);
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
