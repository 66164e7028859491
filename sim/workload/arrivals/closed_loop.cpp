// SPDX-License-Identifier: Apache-2.0
#include "workload/arrivals.hpp"

namespace shardsim {
namespace {

enum class LoopStart { thinking, at_once };

class ClosedLoopOfClients final : public Arrivals {
 public:
  int clients = 1;
  std::optional<Duration> think;
  Choice<Distribution> think_factor;
  Choice<Distribution> think_s;
  LoopStart start = LoopStart::thinking;
  std::optional<ClosedLoop> closed_loop() const override {
    const auto named = [](const Choice<Distribution>& c) { return c.has_value() ? &*c : nullptr; };
    return ClosedLoop{clients, think, named(think_factor), named(think_s), start == LoopStart::at_once};
  }
  std::unique_ptr<ArrivalSource> open(std::uint64_t, std::uint32_t) const override { return nullptr; }
};

std::optional<Complaint> problem_of(const ClosedLoopOfClients& c) {
  if (c.think && c.think_s.has_value()) return Complaint{"think_s", "expected either 'think' or 'think_s'"};
  if (!c.think_factor.has_value()) return std::nullopt;
  if (!c.think) return Complaint{"think_factor", "varies 'think', which is left out"};
  if (std::abs(c.think_factor->mean() - 1) > 1e-9)
    return Complaint{"think_factor",
                     fmt::format("expected a factor of mean 1, found the mean {}", c.think_factor->mean())};
  return std::nullopt;
}

}  // namespace

template <>
struct EnumNames<LoopStart> {
  static constexpr std::array<std::pair<LoopStart, std::string_view>, 2> names{
      {{LoopStart::thinking, "thinking"}, {LoopStart::at_once, "at-once"}}};
};

template <>
void describe(Describe<ClosedLoopOfClients>& d) {
  d.object("closed-loop",
           "clients with one query outstanding each: when it is answered (or has failed) they think, then send the "
           "next");
  d.required("clients", &ClosedLoopOfClients::clients, "number of clients").at_least(1).at_most(1'000'000);
  d.optional("think", &ClosedLoopOfClients::think, "mean time between an answer and the next query; left out: none");
  d.optional("think_factor", &ClosedLoopOfClients::think_factor,
             "factor of mean 1 by which it varies; left out: not at all");
  d.optional("think_s", &ClosedLoopOfClients::think_s,
             "the former way to say it: the distribution of the time in seconds");
  d.optional("start", &ClosedLoopOfClients::start,
             "whether clients begin by thinking, or all send their first query at the start");
  d.check(problem_of);
}

namespace arrivals {
Alternative<Arrivals> closed_loop() { return alternative<ClosedLoopOfClients, Arrivals>(); }
}  // namespace arrivals

}  // namespace shardsim
