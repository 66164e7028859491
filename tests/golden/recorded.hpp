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
    {"capacity.json", "311a05f7320806e1"},       {"hybrid.json", "0698ad7b5773a5ee"},
    {"mlperf-dlrm-v2.json", "f121529d686f3afc"}, {"network.json", "1e2c53ad87611a05"},
    {"paper-load.json", "6195e9cd6c30a956"},     {"paper.json", "f130f74a228acc9f"},
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
    {"capacity.json", {"86d3e56c4b749144", "dfceee86eca19b39"}},
    {"hybrid.json", {"8acf4de04f78fd1d", "576c191cf0177a32"}},
    {"mlperf-dlrm-v2.json", {"22c927c216bfc250", "f777b28868bd86a2"}},
    {"network.json", {"1e8558edb4ab113f", "1ed37eb7488f8cab"}},
    {"paper-load.json", {"48e6631e855f1c61", "2d3679f1dd0b5178"}},
    {"paper.json", {"62b8ac9a588c625b", "68e6b8df6eeda064"}},
};

}  // namespace shardsim::testing
