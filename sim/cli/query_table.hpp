// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/output_file.hpp"
#include "experiment/run.hpp"

namespace shardsim {

/// A CSV file with a line for each query of a run, in the order in which they ended, warm-up included.
class QueryTable {
 public:
  QueryTable(const std::filesystem::path& file, const std::vector<QueryClass>& classes);
  void add(const Outcome& outcome);
  void close();

 private:
  OutputFile file_;
  const std::vector<QueryClass>& classes_;
  std::string lines_;
};

}  // namespace shardsim
