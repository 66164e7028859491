// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>

namespace shardsim {

/// The text with control characters, which a user's names may hold, spelled out: \n, \t, \x1b.
std::string one_line(const std::string& text);

/// Something the user gave is wrong. what() is one line: file, JSON pointer, what was found, what is allowed.
class InputError : public std::runtime_error {
 public:
  InputError(const std::string& file, const std::string& pointer, const std::string& message)
      : InputError(file + (pointer.empty() ? "" : ": " + pointer) + ": " + message) {}
  explicit InputError(const std::string& message) : std::runtime_error(one_line(message)) {}
};

/// A scenario whose parts do not fit each other, found while it is built. The place is a JSON pointer into the whole
/// scenario; whoever holds its Document can say which file that is (Document::located).
class ScenarioError : public InputError {
 public:
  ScenarioError(std::string pointer, std::string message)
      : InputError("scenario", pointer, message), pointer_(std::move(pointer)), message_(std::move(message)) {}
  const std::string& pointer() const { return pointer_; }
  const std::string& message() const { return message_; }

 private:
  std::string pointer_;
  std::string message_;
};

/// A scenario that is valid but asks for more than its servers have, such as tables that fit no shard. A sweep reports
/// it as the point's verdict; for a single run it is bad input.
class InfeasibleError : public ScenarioError {
 public:
  using ScenarioError::ScenarioError;
};

}  // namespace shardsim
