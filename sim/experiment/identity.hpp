// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <mutex>

#include "experiment/scenario.hpp"

namespace shardsim {

/// An identifier (a UUID, version 5) of a text: the same for the same bytes, on any machine.
std::string content_id(std::string_view text);

/// Identifies scenarios by their content: all they resolved to, what the data files they name hold (not where those
/// are), and the version of the program. For several threads; each data file is read once.
class ScenarioIds {
 public:
  /// Throws InputError when a data file cannot be read.
  std::string of(const Scenario& scenario);

 private:
  std::string file_id(const std::filesystem::path& file);

  std::mutex mutex_;
  std::map<std::filesystem::path, std::string> files_;
};

}  // namespace shardsim
