// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "config/choice.hpp"
#include "engine/random.hpp"
#include "engine/units.hpp"

namespace shardsim {

/// Picks a replica for each request. Each caller has a balancer of its own and knows only its own requests: which are
/// outstanding, and how long those before took.
class Balancer {
 public:
  explicit Balancer(std::size_t replicas) : outstanding_(replicas) {}
  virtual ~Balancer() = default;

  /// The replica for a request, which counts as outstanding until finished(). `random_of_request()` makes the request's
  /// own stream, where there is a choice.
  template <class RandomOfRequest>
  std::size_t start(const RandomOfRequest& random_of_request, Time now) {
    std::size_t replica = 0;
    if (outstanding_.size() > 1) {
      RandomStream random = random_of_request();
      replica = pick(random, now);
    }
    ++outstanding_[replica];
    return replica;
  }
  /// An answer came now, or is not waited for any more, to what was asked at `began`.
  void finished(std::size_t replica, Time began, Time now) {
    --outstanding_[replica];
    if (learns_) [[unlikely]]
      learn(replica, now - began, now);
  }

 protected:
  /// For one that wants to be told by learn() how long requests took.
  struct Learning {};
  Balancer(std::size_t replicas, Learning) : outstanding_(replicas), learns_(true) {}

  virtual std::size_t pick(RandomStream& random, Time now) = 0;
  virtual void learn(std::size_t /*replica*/, Duration /*took*/, Time /*now*/) {}
  std::size_t replicas() const { return outstanding_.size(); }
  int outstanding(std::size_t replica) const { return outstanding_[replica]; }

 private:
  std::vector<int> outstanding_;
  bool learns_ = false;
};

class BalancerSpec {
 public:
  virtual ~BalancerSpec() = default;
  virtual std::unique_ptr<Balancer> make(std::size_t replicas) const = 0;
};

const Registry<BalancerSpec>& balancer_registry();

template <>
struct ChoiceTraits<BalancerSpec> {
  static constexpr const char* name = "balancer";
  static constexpr const char* doc = "how a caller picks one of several replicas";
  static constexpr const char* tag = "type";
  static const Registry<BalancerSpec>& registry() { return balancer_registry(); }
};

/// The spec of a balancer without fields.
template <class B>
class PlainBalancerSpec : public BalancerSpec {
 public:
  std::unique_ptr<Balancer> make(std::size_t replicas) const override { return std::make_unique<B>(replicas); }
};

}  // namespace shardsim
