// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace shardsim {

/// What Graphviz's program `dot` makes of its own language, as SVG. Throws std::runtime_error when it is missing or
/// fails.
std::string graphviz_svg(const std::string& dot);

}  // namespace shardsim
