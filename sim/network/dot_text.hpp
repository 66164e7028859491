// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace shardsim {

/// DOT as Boost.Graph's parser (1.74) can take it, of the same meaning: without comments; HTML labels and names outside
/// ASCII as quoted text; `{ a b }` as `subgraph { a b }`. Throws InputError where braces nest deeper than that
/// recursive parser can bear, or text has no end; `file` stands in errors.
std::string plain_dot(const std::string& text, const std::string& file);

}  // namespace shardsim
