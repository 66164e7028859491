// SPDX-License-Identifier: Apache-2.0
#include "engine/random.hpp"

#include <Random123/philox.h>

namespace shardsim {

RandomBlock random_block(const RandomName& name, std::uint64_t number) {
  using Philox = r123::Philox4x64;
  const Philox::ctr_type counter{{number, static_cast<std::uint64_t>(name.purpose), name.id, name.sub}};
  const Philox::ctr_type words = Philox()(counter, Philox::key_type{{name.seed, name.replication}});
  return {words[0], words[1], words[2], words[3]};
}

RandomPair random_pair(std::uint64_t key, std::uint64_t high, std::uint64_t low) {
  using Philox = r123::Philox2x64;
  const Philox::ctr_type words = Philox()(Philox::ctr_type{{low, high}}, Philox::key_type{{key}});
  return {words[0], words[1]};
}

}  // namespace shardsim
