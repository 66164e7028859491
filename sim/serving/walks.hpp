// SPDX-License-Identifier: Apache-2.0
// Queries that walk the nets of a model in ways of their own: some not at all, some several times, some with few of
// their items.
#pragma once

#include "serving/activity.hpp"
#include "workload/walk.hpp"

namespace shardsim {

struct ServingSpec;

/// Throws ScenarioError where queries walk nets in ways of their own, and `spec` makes RPCs, or looks rows up, before a
/// batch comes to a net.
void check_walks(const Model& model, const ServingSpec& spec);

/// What ended last when a batch walked a net.
struct LastTarget {
  std::size_t place = 0;       ///< of the net, in the order in which batches walk them
  std::size_t repetition = 0;  ///< how often it had been walked before
  std::size_t target = 0;      ///< 0, own work, or s + 1, the RPC to sparse shard s
};

// An entry of LastTargets of a walk: this bit, the repetition (from bit 48), the place (from 24), the target.
inline constexpr std::size_t kOfWalk = std::size_t{1} << 63;
inline constexpr int kPlaceAt = 24;
inline constexpr int kRepetitionAt = 48;
static_assert(kMostTargets == 1ULL << kPlaceAt && kMostNets <= 1ULL << (kRepetitionAt - kPlaceAt));

inline std::size_t last_of_walk(const WalkedNet& walked, std::size_t target) {
  return kOfWalk | std::size_t{walked.repetition} << kRepetitionAt | walked.place << kPlaceAt | target;
}

/// The n-th entry of LastTargets.
inline LastTarget last_target(std::size_t n, std::size_t entry) {
  if (entry < kOfWalk) [[likely]]
    return {n, 0, entry};
  return {(entry >> kPlaceAt) & (kMostNets - 1), (entry >> kRepetitionAt) & (kMostRepetitions - 1),
          entry & (kMostTargets - 1)};
}

}  // namespace shardsim
