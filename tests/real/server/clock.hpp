// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/resource.h>

#include <atomic>
#include <cstdint>
#include <ctime>

namespace shardsim::real {

inline std::uint64_t nanoseconds(clockid_t clock) {
  timespec t{};
  clock_gettime(clock, &t);
  return static_cast<std::uint64_t>(t.tv_sec) * 1'000'000'000U + static_cast<std::uint64_t>(t.tv_nsec);
}
/// Since some moment, the same for all processes of a machine.
inline std::uint64_t now_ns() { return nanoseconds(CLOCK_MONOTONIC); }
/// CPU time of this process so far.
inline std::uint64_t process_cpu_ns() { return nanoseconds(CLOCK_PROCESS_CPUTIME_ID); }

/// Adds the CPU time of the thread, from here to the end of the scope.
class CpuTimer {
 public:
  explicit CpuTimer(std::atomic<std::uint64_t>& sum) : sum_(sum) {}
  CpuTimer(const CpuTimer&) = delete;
  CpuTimer& operator=(const CpuTimer&) = delete;
  ~CpuTimer() { sum_ += nanoseconds(CLOCK_THREAD_CPUTIME_ID) - began_; }

 private:
  std::atomic<std::uint64_t>& sum_;
  std::uint64_t began_ = nanoseconds(CLOCK_THREAD_CPUTIME_ID);
};

}  // namespace shardsim::real
