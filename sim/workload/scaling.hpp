// SPDX-License-Identifier: Apache-2.0
// Scaling of arrivals that come from a file: in time (speedup, rate) and in number (factor).
#pragma once

#include <functional>

#include "workload/arrivals.hpp"

namespace shardsim {

/// An arrivals alternative derives from it, and describes it with describe_scaling().
struct Scaling {
  double speedup = 1;
  std::optional<Rate> rate;
  double factor = 1;
};

/// What is wrong with it as a whole.
std::optional<Complaint> complaint_about(const Scaling& scaling);

/// Opens the arrivals as the file has them, from its beginning.
using OpenPlain = std::function<std::unique_ptr<ArrivalSource>()>;

/// The arrivals of `file`, scaled. Unscaled, they are exactly those of the plain source. Asked for a mean rate, it
/// reads the whole file beforehand; throws InputError when that gives none.
std::unique_ptr<ArrivalSource> open_scaled(const OpenPlain& open, const Scaling& scaling, const std::string& file,
                                           std::uint64_t seed, std::uint32_t replication);

template <class T>
void describe_time_scaling(Describe<T>& d) {
  d.optional("speedup", &T::speedup, "time axis: 2 replays it in half the time").at_least(1e-6).at_most(1e6);
  d.optional("rate", &T::rate, "or: stretch the time axis to this mean rate over the whole file (read once beforehand)")
      .more_than(Rate{0});
  d.check([](const T& t) { return complaint_about(t); });
}

template <class T>
void describe_scaling(Describe<T>& d) {
  describe_time_scaling(d);
  d.optional("factor", &T::factor,
             "arrivals for each in the file, the time axis kept: below 1 that share of them at random, above 1 copies "
             "spread evenly at random up to the next arrival")
      .more_than(0)
      .at_most(1e4);
}

}  // namespace shardsim
