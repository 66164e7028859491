// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>

#include "config/json.hpp"

namespace shardsim {

/// What reading a journal found.
struct JournalState {
  std::uintmax_t size = 0;  ///< bytes up to the end of the last whole line
  std::size_t damaged = 0;  ///< lines dropped: torn by a crash, or changed since
};

/// Calls `use` with each sound entry of a journal, in the order they were written; a file that is not there has none.
/// Throws InputError when the file cannot be read.
JournalState read_journal(const std::filesystem::path& file, const std::function<void(const Json&)>& use);

/// The line of an entry: JSON text of the object, whose last member is the CRC-32 of the text before it.
std::string journal_line(const Json& entry);

/// A file of JSON lines that survives a crash at any moment: an entry is on disk when append() returns, and one that
/// was not written whole is dropped. Open for one process at a time. All throw std::runtime_error.
class Journal {
 public:
  /// Opens or makes the file, with its folder, and locks it; `use` as above, or empty to discard what is there.
  Journal(const std::filesystem::path& file, const std::function<void(const Json&)>& use);
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;
  ~Journal();

  void append(const Json& entry);
  /// The same for many: they are on disk after sync().
  void append_unsynced(const Json& entry);
  void sync();

  std::size_t damaged() const { return state_.damaged; }

 private:
  [[noreturn]] void fail(const std::string& why) const;
  void undo(const char* doing);

  std::filesystem::path file_;
  int descriptor_ = -1;
  std::mutex mutex_;  // of state_, and of what is written
  JournalState state_;
};

/// Has a file that was written reach the disk. Throws std::runtime_error.
void sync_to_disk(const std::filesystem::path& file);

}  // namespace shardsim
