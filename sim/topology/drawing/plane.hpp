// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "topology/drawing/hops.hpp"
#include "topology/drawing/point.hpp"

namespace shardsim::drawing {

/// Places in the plane of connected nodes so that straight distances are like those counted in hops: a first guess
/// from the distances to some pivots, then stress majorization. Boost.Graph's spring layouts start from a circle or by
/// chance and fold larger networks.
std::vector<Point> places_in_plane(const Neighbours& links);

}  // namespace shardsim::drawing
