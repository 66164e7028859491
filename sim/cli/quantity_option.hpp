// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/program_options.hpp>

#include "config/quantity.hpp"

namespace shardsim {

/// The value of an option that is a quantity with its unit, more than 0. Throws InputError.
template <class Q>
Q quantity_option(const boost::program_options::variables_map& given, const char* option) {
  const ParsedQuantity parsed = parse_quantity(given[option].as<std::string>(), QuantityTraits<Q>::units());
  if (!parsed.error.empty())
    throw InputError(fmt::format("--{}: {}; expected {} such as \"{}\"", option, parsed.error, QuantityTraits<Q>::name,
                                 QuantityTraits<Q>::example));
  if (!(parsed.base > 0)) throw InputError(fmt::format("--{}: expected more than 0", option));
  return Q{parsed.base};
}

}  // namespace shardsim
