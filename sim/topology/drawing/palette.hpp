// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "topology/drawing/drawing.hpp"

namespace shardsim::drawing {

/// Links whose bandwidth is drawn alike.
struct BandwidthClass {
  Bandwidth low, high;
  std::string colour;
  std::set<Duration> latencies{};
  std::size_t cables = 0;
};

/// What colours and widths mean in one drawing.
class Palette {
 public:
  explicit Palette(const Drawing& drawing);

  const std::vector<BandwidthClass>& classes() const { return classes_; }  ///< the slowest first
  const std::string& colour(const Bundle& bundle) const { return classes_[class_of(bundle)].colour; }
  /// Grows with the logarithm of the bandwidth, and of the number of parallel cables.
  double width(const Bundle& bundle) const;
  bool tells_platforms() const { return platforms_.size() > 1; }
  const char* fill(const NetworkNode& node) const;

 private:
  std::size_t class_of(const Bundle& bundle) const;

  bool is_dense_;
  std::vector<BandwidthClass> classes_;
  std::map<std::string, std::size_t> platforms_;  // of hosts, numbered
};

}  // namespace shardsim::drawing
