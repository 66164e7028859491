// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/json.hpp"
#include "workload/trace_profile.hpp"

namespace shardsim {

/// What was found in a trace.
struct TraceFindings {
  std::string file;
  TraceHeader header;
  TraceProfile profile;
  bool complete = true;  ///< read to its end
};

/// All of it; keys say what is meant, and what has no value is null.
Json trace_report_json(const TraceFindings& found);
/// For a person.
std::string trace_report_text(const TraceFindings& found);

}  // namespace shardsim
