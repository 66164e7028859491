// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiment/journal.hpp"
#include "experiment/tuning/sampler.hpp"
#include "experiment/tuning/tune.hpp"

namespace shardsim {

/// The folder of a search, open for one process at a time: the journal of its samples, and what came of it. All throw
/// std::runtime_error for what cannot be written.
class TuneFolder {
 public:
  enum class Existing { resume, replace };

  /// Throws InputError when the folder holds something else and `existing` is not `replace`.
  TuneFolder(const TuneTask& task, const std::string& method, std::filesystem::path folder, Existing existing);

  /// Those that the journal had when it was opened.
  const std::vector<KeptSample>& found() const { return found_; }
  std::size_t damaged_lines() const { return journal_->damaged(); }
  /// On disk when this returns.
  void keep(const KeptSample& kept) { journal_->append(kept_json(task_, kept)); }
  /// tune.json
  void write(const Json& report) const;

 private:
  const TuneTask& task_;
  std::filesystem::path folder_;
  std::vector<KeptSample> found_;
  std::optional<Journal> journal_;
};

}  // namespace shardsim
