// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/json.hpp"
#include "stats/estimate.hpp"

namespace shardsim {

/// What is told of an estimate elsewhere than in the result of its run: value, low, high and trust. What JSON has no
/// number for is null.
Json interval_json(const Estimate& estimate);

/// An estimate of such JSON, or of that in a result. Throws Json::exception or std::bad_optional_access where it is
/// neither.
Estimate read_interval(const Json& value);

/// What sections pull on an estimate, so that differences of kept estimates can be taken.
Json pulls_json(const Pulls& pulls);
/// Throws Json::exception where it is none.
Pulls read_pulls(const Json& value);

/// null: no number.
double read_number(const Json& value);

}  // namespace shardsim
