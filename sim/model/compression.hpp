// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/model.hpp"

namespace shardsim {

/// Makes a model smaller: other element type, fewer rows. Lookups stay as they are: a pruned row is still asked for.
struct Compression {
  std::optional<ElementType> dtype;
  double pruned_rows = 0;  ///< fraction of each table's rows that is removed
};

Model compressed(Model model, const Compression& compression);

template <>
void describe(Describe<Compression>& d);

}  // namespace shardsim
