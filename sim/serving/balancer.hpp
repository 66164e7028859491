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
  virtual ~Balancer() = default;

  /// The replica for a request, which counts as outstanding until finished(). `random_of_request()` makes the request's
  /// own stream, where there is a choice.
  template <class RandomOfRequest>
  std::size_t start(const RandomOfRequest& random_of_request, Time now) {
    std::size_t replica = 0;
    if (replicas_ > 1) {
      RandomStream random = random_of_request();
      replica = pick(random, now);
    }
    if (!outstanding_.empty()) ++outstanding_[replica];
    return replica;
  }
  /// An answer came now, or is not waited for any more, to what was asked at `began`.
  void finished(std::size_t replica, Time began, Time now) {
    if (!outstanding_.empty()) --outstanding_[replica];
    if (learns_) [[unlikely]]
      learn(replica, now - began, now);
  }

 protected:
  /// What it picks by: `times` are told by learn(), and requests are outstanding() as well. A fleet has millions of
  /// pairs of a caller and a replica, and what nobody wants to know of them is not noted.
  enum class Wants { nothing, outstanding, times };
  Balancer(std::size_t replicas, Wants wants)
      : replicas_(replicas), outstanding_(wants == Wants::nothing ? 0 : replicas), learns_(wants == Wants::times) {}

  virtual std::size_t pick(RandomStream& random, Time now) = 0;
  virtual void learn(std::size_t /*replica*/, Duration /*took*/, Time /*now*/) {}
  std::size_t replicas() const { return replicas_; }
  int outstanding(std::size_t replica) const { return outstanding_[replica]; }

 private:
  std::size_t replicas_;
  std::vector<int> outstanding_;  // by replica
  bool learns_;
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
