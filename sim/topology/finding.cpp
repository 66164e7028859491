// SPDX-License-Identifier: Apache-2.0
#include "topology/finding.hpp"

#include <fmt/format.h>

namespace shardsim {

std::string text_of(const TopologyFinding& finding, Speech speech) {
  const std::string& remedy = speech == Speech::keys ? finding.by_key : finding.by_option;
  return finding.what + (finding.others > 0 ? fmt::format(" (and {} more like it)", finding.others) : "") +
         (remedy.empty() ? "" : "; " + remedy);
}

std::string text_of(const std::vector<TopologyFinding>& findings, Speech speech) {
  if (findings.size() == 1) return text_of(findings.front(), speech);
  constexpr std::size_t kShown = 6;
  std::string out = fmt::format("{} things to settle:", findings.size());
  for (std::size_t i = 0; i < std::min(findings.size(), kShown); ++i)
    out += fmt::format(" ({}) {}", i + 1, text_of(findings[i], speech));
  return out + (findings.size() > kShown ? "; 'shardsim topology check' lists the rest" : "");
}

}  // namespace shardsim
