// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>

namespace shardsim {

/// A line on the terminal with the share done and the time left; silent when standard error is no terminal, and in the
/// first two seconds (or as many as the environment variable SHARDSIM_PROGRESS_AFTER says).
class ProgressLine {
 public:
  explicit ProgressLine(std::string what);
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  ~ProgressLine();
  void show(double share, const std::string& detail);

 private:
  using Clock = std::chrono::steady_clock;
  std::string what_;
  bool on_terminal_;
  std::chrono::duration<double> silence_;
  bool shown_ = false;
  Clock::time_point started_ = Clock::now();
  Clock::time_point last_ = started_;
};

}  // namespace shardsim
