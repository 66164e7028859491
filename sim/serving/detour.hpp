// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <coroutine>
#include <cstddef>
#include <new>
#include <type_traits>

namespace shardsim {

/// What begins a detour: any function of a handle with references to a few things, without the allocation that
/// std::function makes for more than two.
class Detour {
 public:
  Detour() = default;
  template <class Start>
  Detour(const Start& start)  // NOLINT(google-explicit-constructor): passed as a lambda
      : begin_([](const void* state, std::coroutine_handle<> h) { (*static_cast<const Start*>(state))(h); }) {
    static_assert(sizeof(Start) <= sizeof(state_) && std::is_trivially_copyable_v<Start>);
    ::new (state_.data()) Start(start);
  }
  /// Precondition: made of a function.
  void operator()(std::coroutine_handle<> then) const { begin_(state_.data(), then); }

 private:
  void (*begin_)(const void* state, std::coroutine_handle<>) = nullptr;
  alignas(std::max_align_t) std::array<std::byte, 6 * sizeof(void*)> state_{};
};

}  // namespace shardsim
