// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiment/sweep.hpp"

namespace shardsim {

/// What a journal keeps of a point that was run: enough for its row of sweep.csv, to the last digit.
struct PointRecord {
  std::string id;
  PointRow row;
  double seconds = 0;       ///< that it took to run
  bool comparable = false;  ///< whether overheads against or of it can be told: its sections' pulls are kept
};

/// Pulls, nine tenths of a record, are written where `record.comparable`.
Json record_json(const PointRecord& record);
/// Empty when the value is no record.
std::optional<PointRecord> read_record(const Json& value);

}  // namespace shardsim
