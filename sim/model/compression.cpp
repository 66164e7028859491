// SPDX-License-Identifier: Apache-2.0
#include "model/compression.hpp"

#include <algorithm>

namespace shardsim {

Model compressed(Model model, const Compression& compression) {
  for (Net& net : model.nets)
    for (Table& table : net.tables) {
      if (compression.dtype) table.dtype = *compression.dtype;
      const double kept = static_cast<double>(table.rows) * (1 - compression.pruned_rows);
      table.rows = std::max<std::int64_t>(1, std::llround(kept));
    }
  return model;
}

template <>
void describe(Describe<Compression>& d) {
  d.object("compression", "a transformation of the model's tables");
  d.optional("dtype", &Compression::dtype, "new element type of all tables").formerly("element");
  d.optional("pruned_rows", &Compression::pruned_rows, "fraction of rows removed from each table")
      .at_least(0)
      .less_than(1);
}

}  // namespace shardsim
