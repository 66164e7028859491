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
    {"capacity.json", {"82562359fb69c9b9", "ae6f58a4a1a5ef51"}},
    {"mlperf-dlrm-v2.json", {"7f2122698b051905", "df527acfc0d76474"}},
    {"network.json", {"c69123b372c971ac", "cfa52f3716ef3603"}},
    {"paper-load.json", {"aedf14cf81d30a62", "83451441c67cf15b"}},
    {"paper.json", {"56da1174bbea511e", "2003847e1d4a5095"}},
};

}  // namespace shardsim::testing
