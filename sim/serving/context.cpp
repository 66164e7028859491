// SPDX-License-Identifier: Apache-2.0
#include "serving/context.hpp"

#include "serving/spec.hpp"

namespace shardsim {
namespace {

const Distribution* if_varying(const Choice<Distribution>& factor) {
  return factor.has_value() && !factor->is_constant() ? &*factor : nullptr;
}

}  // namespace

Context::Context(Simulation& sim, Network& network, const ServingSpec& spec, std::uint64_t seed,
                 std::uint32_t replication)
    : sim_(sim),
      network_(network),
      runs_to_completion_(spec.threads == Threads::run_to_completion),
      works_in_bursts_(!runs_to_completion_ && spec.inter_op == 1 && (!spec.intra_op || spec.intra_op->cores == 1)),
      jitter_{if_varying(spec.jitter.dense), if_varying(spec.jitter.sparse), if_varying(spec.jitter.serde),
              if_varying(spec.jitter.service)},
      seed_(seed),
      replication_(replication),
      jitter_key_(random_block({seed, replication, Purpose::jitter, 0, 0}, 0)[0]) {}

double Context::sample(const Distribution& factor, const Activity& activity, Step step, StepDraws& draws) const {
  const std::uint64_t word = draws.word(activity, step, jitter_key_);
  if (const ByInversion* inversion = factor.by_inversion()) [[likely]]
    return inversion->quantile(uniform_of(word));
  return sample_several(factor, activity, step, word);
}

[[gnu::noinline]] double Context::sample_several(const Distribution& factor, const Activity& activity, Step step,
                                                 std::uint64_t first) const {
  const StreamKey key = activity.key();
  const std::uint64_t own = std::uint64_t{place_of(step) + 1} << 32;  // 2^32 blocks for each place
  RandomStream random({seed_, replication_, Purpose::jitter, key.id, key.sub}, first, own);
  return factor.sample(random);
}

Duration Context::with_jitter(const Distribution& factor, Duration time, const Activity& activity, Step step,
                              StepDraws& draws) const {
  return scaled(time, sample(factor, activity, step, draws));
}

void Context::note_repeated(Route route, Bytes size) {
  repeated_bytes_.resize(network_.links().size());
  for (const LinkNumber link : route) repeated_bytes_[link] += size;
}

}  // namespace shardsim
