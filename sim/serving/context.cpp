// SPDX-License-Identifier: Apache-2.0
#include "serving/context.hpp"

#include "serving/spec.hpp"

namespace shardsim {
Context::Jitter::Jitter(const Choice<Distribution>& given)
    : factor(given.has_value() && !given->is_constant() ? &*given : nullptr) {
  if (const ByInversion* inversion = factor == nullptr ? nullptr : factor->by_inversion())
    table = QuantileTable::of(*inversion);
}

Context::Context(Simulation& sim, Network& network, const ServingSpec& spec, std::uint64_t seed,
                 std::uint32_t replication)
    : sim_(sim),
      network_(network),
      runs_to_completion_(spec.threads == Threads::run_to_completion),
      works_in_bursts_(!runs_to_completion_ && spec.inter_op == 1 && (!spec.intra_op || spec.intra_op->cores == 1)),
      jitter_{Jitter(spec.jitter.dense), Jitter(spec.jitter.sparse), Jitter(spec.jitter.serde),
              Jitter(spec.jitter.service)},
      seed_(seed),
      replication_(replication),
      jitter_key_(random_block({seed, replication, Purpose::jitter, 0, 0}, 0)[0]) {}

// What is seldom done is called last: else each draw would save registers for it.
double Context::jitter(Work work, const Activity& activity, Step step, StepDraws& draws) const {
  if (!draws.are_of(activity)) [[unlikely]]
    return first_jitter(work, activity, step, draws);
  const QuantileTable* table = jitter_[static_cast<std::size_t>(work)].table.get();
  if (table == nullptr) [[unlikely]]
    return jitter_without_table(work, activity, step, draws);
  return table->at(draws.word(activity, step, jitter_key_));
}

[[gnu::noinline]] double Context::first_jitter(Work work, const Activity& activity, Step step, StepDraws& draws) const {
  draws.begin(activity, jitter_key_);
  return jitter(work, activity, step, draws);
}

[[gnu::noinline]] double Context::jitter_without_table(Work work, const Activity& activity, Step step,
                                                       StepDraws& draws) const {
  const Distribution& factor = *jitter_[static_cast<std::size_t>(work)].factor;
  const std::uint64_t first = draws.word(activity, step, jitter_key_);
  if (const ByInversion* inversion = factor.by_inversion()) return inversion->quantile(uniform_of(first));
  const StreamKey key = activity.key();
  const std::uint64_t own = (static_cast<std::uint64_t>(step) + 1) << 32;  // 2^32 blocks for each step
  RandomStream random({seed_, replication_, Purpose::jitter, key.id, key.sub}, first, own);
  return factor.sample(random);
}

void Context::note_repeated(Route route, Bytes size) {
  repeated_bytes_.resize(network_.links().size());
  for (const LinkNumber link : route) repeated_bytes_[link] += size;
}

}  // namespace shardsim
