// SPDX-License-Identifier: Apache-2.0
#include "support/expect.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace shardsim::fuzz {

void finding(const std::string& what) {
  std::fprintf(stderr, "finding: %s\n", what.c_str());
  std::abort();
}

void check_refusal(const InputError& error) {
  const std::string text = error.what();
  constexpr std::size_t kLongest = 4000;
  const auto is_control = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
  if (text.empty() || text.size() > kLongest || std::any_of(text.begin(), text.end(), is_control))
    finding("the error is not one short line: " + text);
}

}  // namespace shardsim::fuzz
