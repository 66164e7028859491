// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace shardsim::real {

/// Answers RPCs of the Shard service with as many bytes as asked for, until a signal: the other end of the measurement
/// of RPCs. The number of bytes is the request's `net`.
void serve_echo(const std::string& address);

/// Where the echo server of the benchmarks is.
std::string& echo_address();

}  // namespace shardsim::real
