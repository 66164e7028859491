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
    {"capacity.json", "311a05f7320806e1"},       {"column-wise.json", "c0f2284119a3f2d6"},
    {"deeprecsys.json", "39ef8d64a7174e95"},     {"hybrid.json", "0698ad7b5773a5ee"},
    {"mlperf-dlrm-v2.json", "f121529d686f3afc"}, {"network.json", "1e2c53ad87611a05"},
    {"out-of-core.json", "d209c7ad1066feab"},    {"paper-load.json", "6195e9cd6c30a956"},
    {"paper.json", "f130f74a228acc9f"},
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
    {"capacity.json", {"d61f3cfcd7a27cb9", "7e7d2d3083c30612"}},
    {"column-wise.json", {"77de3a61489f5901", "d7d4b7170ee5a1c2"}},
    {"deeprecsys.json", {"c9147c793229f803", "11336052ed60a269"}},
    {"hybrid.json", {"e2f2524f5c00cf09", "c4ecfaea28b1118b"}},
    {"mlperf-dlrm-v2.json", {"98332f29ff606a3d", "d1edcb677c6d1597"}},
    {"network.json", {"519f4e1143c26408", "c5b2fb3782ed8221"}},
    {"out-of-core.json", {"79e6ce489956c97f", "08f9da6c3bfdbe34"}},
    {"paper-load.json", {"835a5f7355c04eca", "4c6de62b0097d3de"}},
    {"paper.json", {"e78e69d6153eb2e4", "7f28e4e953a0bd21"}},
};

}  // namespace shardsim::testing
