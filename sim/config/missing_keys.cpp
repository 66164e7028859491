// SPDX-License-Identifier: Apache-2.0
#include "config/missing_keys.hpp"

#include <fmt/format.h>

namespace shardsim {

// A file is named again only when it changes, and a long list ends early: one screen is enough to begin with.
std::string MissingKeys::text(const std::vector<Place>& places) {
  constexpr std::size_t kLongest = 900;
  std::string out;
  std::size_t shown = 0;
  for (const Place& place : places) {
    const bool new_file = shown == 0 || place.file != places[shown - 1].file;
    const std::string pointer = place.pointer.empty() ? "" : place.pointer + ": ";
    const std::string next = fmt::format("{}{}{}{}", shown == 0 ? "" : "; and at ", new_file ? place.file + ": " : "",
                                         pointer, place.message);
    if (shown > 0 && out.size() + next.size() > kLongest) break;
    out += next;
    ++shown;
  }
  if (shown < places.size()) out += fmt::format("; and at {} more places", places.size() - shown);
  return out;
}

}  // namespace shardsim
