// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace shardsim {

/// How the user speaks to the program: keys of a JSON file, or options of the command line.
enum class Speech { keys, options };

/// Something about a network that must be settled before it can be used, and what settles it.
struct TopologyFinding {
  std::string what;        ///< with the place of the first; a sentence without a full stop
  std::string by_key;      ///< what settles it, in a JSON file; empty: `what` says all
  std::string by_option;   ///< the same on the command line
  std::size_t others = 0;  ///< more places with the same
};

/// "WHAT (and 3 more like it); REMEDY"
std::string text_of(const TopologyFinding& finding, Speech speech);
/// All in one line: "WHAT; REMEDY", or "3 things to settle: (1) WHAT; REMEDY (2) ..."
std::string text_of(const std::vector<TopologyFinding>& findings, Speech speech);

}  // namespace shardsim
