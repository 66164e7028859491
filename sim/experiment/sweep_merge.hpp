// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiment/sweep_folder.hpp"

namespace shardsim {

/// Parts of one sweep, run into folders of their own (`shardsim sweep --shard`).
class SweepParts {
 public:
  /// Reads their indices and journals. Throws InputError when they are of different sweeps, or not all of one.
  explicit SweepParts(std::vector<std::filesystem::path> folders);
  SweepParts(const SweepParts&) = delete;
  SweepParts& operator=(const SweepParts&) = delete;

  /// Joins them into one folder, as if the sweep had run there. Throws as SweepFolder does.
  void merge_into(const std::filesystem::path& out, SweepFolder::Existing existing) const;

  const Sweep& sweep() const { return sweep_; }
  const SweepProgress& progress() const { return *progress_; }

 private:
  void read_index(const std::filesystem::path& folder);
  void check_complete() const;

  std::vector<std::filesystem::path> folders_;
  Sweep sweep_;
  std::vector<const std::filesystem::path*> holders_;  // by point: the folder that has it
  std::optional<SweepProgress> progress_;
};

}  // namespace shardsim
