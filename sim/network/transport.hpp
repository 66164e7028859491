// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>

#include "config/choice.hpp"
#include "engine/simulation.hpp"
#include "network/graph.hpp"

namespace shardsim {

/// A directed link in use: its figures, and what it has carried.
struct LinkState {
  NetworkLink link;
  NodeId from;
  NodeId to;

  Time free_at{};  ///< for transports that queue at ports
  std::int64_t messages = 0;
  Bytes bytes{};
  Duration busy{};  ///< sending time of all messages offered so far
  Duration waited{};
  Duration longest_wait{};
};
using Route = std::vector<LinkState*>;

/// A message under way. It lives in the frame of the process that awaits it.
class Transfer : public Timer {
 public:
  const Route* route = nullptr;
  Bytes size;
  EventTarget on_delivered;

  // State of the transport; what it means is the transport's own affair.
  std::size_t hop = 0;
  Time tail{};
  class Transport* transport = nullptr;

  void fire() override;

 protected:
  ~Transfer() = default;
};

/// How messages cross the network. One object serves a whole run; start() is called once a message, and the transport
/// must see to it that on_delivered happens, at the time the last byte arrives.
class Transport {
 public:
  virtual ~Transport() = default;
  virtual void start(Transfer& transfer) = 0;
  /// An event of this transfer is due (the transport scheduled the transfer as a timer).
  virtual void advance(Transfer& transfer) = 0;
};

inline void Transfer::fire() { transport->advance(*this); }

/// Description of a transport, from which one is made for each run.
class TransportSpec {
 public:
  virtual ~TransportSpec() = default;
  virtual std::unique_ptr<Transport> make(Simulation& sim) const = 0;
};

const Registry<TransportSpec>& transport_registry();

template <>
struct ChoiceTraits<TransportSpec> {
  static constexpr const char* name = "transport";
  static constexpr const char* doc = "how faithfully messages cross the network";
  static constexpr const char* tag = "type";
  static const Registry<TransportSpec>& registry() { return transport_registry(); }
};

}  // namespace shardsim
