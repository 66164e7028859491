// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "network/packets/ports.hpp"

namespace shardsim {

/// How the senders of a network of packets send: description of a TCP, from which a transport is made for each run.
class TcpStackSpec {
 public:
  virtual ~TcpStackSpec() = default;
  virtual std::unique_ptr<Transport> make(Simulation& sim, std::span<LinkState> links,
                                          const PacketSettings& settings) const = 0;
};

const Registry<TcpStackSpec>& tcp_stack_registry();

template <>
struct ChoiceTraits<TcpStackSpec> {
  static constexpr const char* name = "stack";
  static constexpr const char* doc = "the TCP that senders of packets have";
  static constexpr const char* tag = "type";
  static const Registry<TcpStackSpec>& registry() { return tcp_stack_registry(); }
  /// A bare name stands for the alternative with its defaults.
  static std::optional<Json> from_path(const std::string& path) {
    if (tcp_stack_registry().find(path) == nullptr) return std::nullopt;
    return Json{{tag, path}};
  }
};

}  // namespace shardsim
