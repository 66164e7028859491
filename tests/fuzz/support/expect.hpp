// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "config/error.hpp"

namespace shardsim::fuzz {

inline std::string text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// Ends the program, which libFuzzer takes for a finding.
[[noreturn]] void finding(const std::string& what);

/// A refusal has to be one line of text that says something.
void check_refusal(const InputError& error);

/// Runs `read`; the input may be refused by an InputError. Every other exception is a finding. True unless refused.
template <class Read>
bool accepted(Read&& read) {
  try {
    read();
    return true;
  } catch (const InputError& e) {
    check_refusal(e);
    return false;
  }
}

}  // namespace shardsim::fuzz
