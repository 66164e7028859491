// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <exception>
#include <functional>

namespace shardsim {

/// Calls body(i) for each i < count, on up to `jobs` threads that take the numbers in order. No further number is taken
/// once `stop`, which may be empty, says true, or a call threw: its exception is thrown again when all threads are
/// done.
void in_parallel(std::size_t count, unsigned jobs, const std::function<bool()>& stop,
                 const std::function<void(std::size_t)>& body);

}  // namespace shardsim
