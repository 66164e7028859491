// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstring>
#include <string>

namespace shardsim {

/// Whether a name comes before another where numbers in names count as numbers: host9 before host10.
inline bool natural_less(const std::string& a, const std::string& b) { return strverscmp(a.c_str(), b.c_str()) < 0; }

}  // namespace shardsim
