// SPDX-License-Identifier: Apache-2.0
#include "engine/normal.hpp"

#include <boost/math/constants/constants.hpp>
#include <boost/math/special_functions/erf.hpp>

namespace shardsim {

double standard_normal(RandomStream& random) {
  using namespace boost::math;
  using InDouble = policies::policy<policies::promote_double<false>>;  // long double differs between machines
  return constants::root_two<double>() * erf_inv(2 * random.uniform() - 1, InDouble());
}

}  // namespace shardsim
