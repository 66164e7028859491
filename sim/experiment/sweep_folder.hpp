// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <unordered_map>

#include "experiment/journal.hpp"
#include "experiment/sweep_record.hpp"

namespace shardsim {

/// How far a sweep is: what journals say of its points.
class SweepProgress {
 public:
  explicit SweepProgress(const Sweep& sweep);

  /// Takes an entry of a journal in, unless it is not of this sweep; of several of a point, what finished counts, then
  /// the latest.
  bool take(const Json& entry);

  const std::vector<PointRow>& rows() const { return rows_; }  ///< of all points; interrupted: no word of it
  std::optional<double> seconds(std::size_t index) const { return seconds_[index]; }
  /// Points that were selected and have neither finished nor another point with their content before them.
  std::vector<std::size_t> left() const;
  bool finished(std::size_t index) const;
  std::vector<std::size_t> failed() const;
  /// Estimated time for the points left, `jobs` at a time; empty while no point was run.
  std::optional<double> seconds_left(unsigned jobs) const;
  /// A point for the journal.
  PointRecord record(std::size_t index) const;

 private:
  const Sweep& sweep_;
  std::unordered_map<std::string, std::vector<std::size_t>> indices_;  // by id
  std::vector<PointRow> rows_;
  std::vector<std::optional<double>> seconds_;
};

/// "OUT/journal.jsonl"
std::filesystem::path journal_file(const std::filesystem::path& folder);

/// The folder of a sweep, open for one process at a time: the journal of its points, their results, and the tables made
/// from them. All throw std::runtime_error for what cannot be written.
class SweepFolder {
 public:
  enum class Existing { resume, replace };

  /// Throws InputError when the folder holds another sweep and `existing` is not `replace`.
  SweepFolder(const Sweep& sweep, std::filesystem::path folder, Existing existing);

  const SweepProgress& progress() const { return progress_; }
  std::size_t damaged_lines() const { return journal_->damaged(); }
  /// Keeps what a point came to; on disk when this returns. For several threads.
  void add(std::size_t index, const PointResult& point);
  /// The same for points that other folders hold, which are on disk after sync().
  void add_from(const std::filesystem::path& other, std::size_t index, const SweepProgress& theirs);
  void sync() { journal_->sync(); }
  void write_index() const;  ///< sweep.json
  void write_table() const;  ///< sweep.csv

 private:
  const Sweep& sweep_;
  std::filesystem::path folder_;
  SweepProgress progress_;
  std::optional<Journal> journal_;
  std::mutex mutex_;  // of progress_
};

}  // namespace shardsim
