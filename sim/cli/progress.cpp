// SPDX-License-Identifier: Apache-2.0
#include "cli/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace shardsim {
namespace {

using namespace std::chrono_literals;

// SHARDSIM_PROGRESS_AFTER: seconds, as a number; what is none counts as left out.
std::chrono::duration<double> silence_asked_for() {
  constexpr std::chrono::duration<double> kUsual = 2s;
  const char* text = std::getenv("SHARDSIM_PROGRESS_AFTER");
  if (text == nullptr) return kUsual;
  char* end = nullptr;
  const double seconds = std::strtod(text, &end);
  return end != text && *end == '\0' && seconds >= 0 ? std::chrono::duration<double>(seconds) : kUsual;
}

}  // namespace

ProgressLine::ProgressLine(std::string what)
    : what_(std::move(what)), on_terminal_(isatty(STDERR_FILENO) == 1), silence_(silence_asked_for()) {}

ProgressLine::~ProgressLine() {
  if (shown_) std::fputs("\r\033[K", stderr);
}

void ProgressLine::show(double share, const std::string& detail) {
  const Clock::time_point now = Clock::now();
  if (!on_terminal_ || now - started_ < silence_ || (shown_ && now - last_ < 200ms)) return;
  last_ = now;
  shown_ = true;
  const double elapsed = std::chrono::duration<double>(now - started_).count();
  const std::string left = share > 0.001 ? fmt::format("{:.0f} s left", elapsed * (1 - share) / share) : "...";
  fmt::print(stderr, "\r\033[K{} {:.0f} %{}, {}", what_, 100 * share, detail.empty() ? "" : " (" + detail + ")", left);
  std::fflush(stderr);
}

}  // namespace shardsim
