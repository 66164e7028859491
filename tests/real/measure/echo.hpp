// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace shardsim::real {

/// Answers RPCs of the Shard service with as many bytes as asked for, until a signal: the other end of the measurement
/// of RPCs. The number of bytes is the request's `net`. With `until_input_ends` it ends when standard input does, too,
/// or brings nothing for a minute: so no server outlives whoever started it, be it over a connection that died.
void serve_echo(const std::string& address, bool until_input_ends);

/// Where the echo server of the benchmarks is.
std::string& echo_address();

}  // namespace shardsim::real
