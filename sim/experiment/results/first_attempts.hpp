// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

namespace shardsim {

/// A load without what repeated attempts asked for, of all that was asked for.
inline double without_repeats(double load, double repeated, double all) {
  return all > 0 ? load * std::max(0.0, 1 - repeated / all) : load;
}

}  // namespace shardsim
