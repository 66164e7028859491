// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "engine/join.hpp"
#include "engine/process.hpp"
#include "serving/context.hpp"
#include "serving/spans.hpp"

namespace shardsim {

/// Operators of one step that run on several cores of a server at once: as many threads of a pool as may take one
/// operator after the other, in their order.
class Crew {
 public:
  struct Op {
    Duration time;  ///< on one core, more than 0
    Bytes traffic;  ///< memory moved meanwhile
  };
  /// Precondition: there are operators.
  Crew(Context& context, const Activity& activity, Step step, Server& server, Work work, std::vector<Op> ops)
      : context_(context), activity_(activity), step_(step), server_(server), work_(work), ops_(std::move(ops)) {}
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  Simulation& simulation() { return context_.simulation(); }

  /// Starts `threads` of them, or as many as there are operators.
  void start(int threads);
  /// Begins no more operators.
  void withdraw() { next_ = ops_.size(); }
  /// Waits for all threads; has the path of the one that ended last, and the work of all.
  Join<Spans>& all() { return all_; }

 private:
  static Process work_off(Crew& crew);

  Context& context_;
  Activity activity_;
  Step step_;
  Server& server_;
  Work work_;
  std::vector<Op> ops_;
  std::size_t next_ = 0;
  Join<Spans> all_;
};

}  // namespace shardsim
