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
    {"capacity.json", "cfc6a30b3a8b8c22"}, {"mlperf-dlrm-v2.json", "9e490e37a714d07b"},
    {"network.json", "808fc5caf7cbf3e9"},  {"paper-load.json", "a894837035ebd219"},
    {"paper.json", "f209235e17352fc0"},
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
    {"capacity.json", {"cbb4061f2c92e524", "25aac29c4bee6585"}},
    {"mlperf-dlrm-v2.json", {"4cbae0bed6052c73", "4b01998d670ae11a"}},
    {"network.json", {"4f96fa229a63775a", "0526b89c2091a6d2"}},
    {"paper-load.json", {"b4755bfdeb6897d3", "275b1dba568d0e36"}},
    {"paper.json", {"fba592d031d7ccea", "8458facacb0c12fa"}},
};

}  // namespace shardsim::testing
