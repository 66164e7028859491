// SPDX-License-Identifier: Apache-2.0
#include "support/graphs.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  shardsim::fuzz::check_network("dot", shardsim::fuzz::text_of(data, size));
  return 0;
}
