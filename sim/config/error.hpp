// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>

namespace shardsim {

/// Something the user gave is wrong. what() is one line: file, JSON pointer, what was found, what is allowed.
class InputError : public std::runtime_error {
 public:
  InputError(const std::string& file, const std::string& pointer, const std::string& message)
      : std::runtime_error(file + (pointer.empty() ? "" : ": " + pointer) + ": " + message) {}
  explicit InputError(const std::string& message) : std::runtime_error(message) {}
};

/// A described system that is valid but cannot be built, such as tables that fit no shard. A sweep reports it as the
/// point's verdict; for a single run it is bad input.
class InfeasibleError : public InputError {
 public:
  using InputError::InputError;
};

}  // namespace shardsim
