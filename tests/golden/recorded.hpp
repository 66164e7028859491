// SPDX-License-Identifier: Apache-2.0
// What the shipped experiments gave, with fewer queries, when it was last changed on purpose. Two lists, since they
// change for different reasons.
#pragma once

#include <map>
#include <string>

namespace shardsim::testing {

/// Fingerprints of the runs: the time of every event, and what was noted at it. They change when a run takes another
/// way, or has an event more or less. Say why in the commit that changes one.
inline const std::map<std::string, std::string> kTrajectories{
    {"capacity.json", "cfb695ff4b3c5d19"}, {"mlperf-dlrm-v2.json", "a1b275aa97066c3e"},
    {"network.json", "f2f34d3ee78bd59f"},  {"paper-load.json", "beda15c68421db4e"},
    {"paper.json", "ee12a1b9fe54490e"},
};

/// What is written of the runs: hashes of sweep.csv, and of all points' reports (result.json without scenario, program,
/// fingerprint and count of events; and the summary). They change when figures change, and when a column or key gets
/// another name. New ones, to paste here: build/release/golden_tests '[texts]'
struct Texts {
  std::string table;
  std::string reports;
  bool operator==(const Texts&) const = default;
};
inline const std::map<std::string, Texts> kTexts{
    {"capacity.json", {"d3bbfcc88a1036c4", "560309426a8ffd34"}},
    {"mlperf-dlrm-v2.json", {"fdab584cbceac544", "fc0365384942f1a3"}},
    {"network.json", {"f3ebd52e2795110d", "62eb9564cbfd240a"}},
    {"paper-load.json", {"7130268730a37abd", "8f8437e5db5cd632"}},
    {"paper.json", {"0ca1ec84d72786b5", "42402e21691208fc"}},
};

}  // namespace shardsim::testing
