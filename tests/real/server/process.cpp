// SPDX-License-Identifier: Apache-2.0
#include "server/process.hpp"

#include <malloc.h>

#include <cstdlib>

// OpenBLAS's own way to say on how many cores a product runs.
extern "C" void openblas_set_num_threads(int);

namespace shardsim::real {

void set_up_process() {
  // Memory that was given back would be mapped, and filled with zeros, anew for every batch.
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  openblas_set_num_threads(1);
  setenv("GRPC_VERBOSITY", "NONE", 0);  // errors are told once, in our words
}

}  // namespace shardsim::real
