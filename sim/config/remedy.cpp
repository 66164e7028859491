// SPDX-License-Identifier: Apache-2.0
#include "config/remedy.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace shardsim {

std::string with_remedy(const std::string& message, const std::string& pointer) {
  if (!message.ends_with("leave this out") || pointer.empty()) return message;
  std::string path = pointer.substr(1);
  std::replace(path.begin(), path.end(), '/', '.');
  return fmt::format("{} (--set {}=null does)", message, path);
}

}  // namespace shardsim
