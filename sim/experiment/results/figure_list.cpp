// SPDX-License-Identifier: Apache-2.0
#include "experiment/results/figure_list.hpp"

namespace shardsim::detail {

void put(Json& object, const std::string& path, Json value) {
  const std::size_t dot = path.find('.');
  if (dot == std::string::npos)
    object[path] = std::move(value);
  else
    put(object[path.substr(0, dot)], path.substr(dot + 1), std::move(value));
}

}  // namespace shardsim::detail
