// SPDX-License-Identifier: Apache-2.0
#include "experiment/journal.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <boost/crc.hpp>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "config/error.hpp"

namespace shardsim {
namespace {

std::uint32_t crc32_of(std::string_view text) {
  boost::crc_32_type crc;
  crc.process_bytes(text.data(), text.size());
  return crc.checksum();
}

std::string check_of(std::string_view text) { return fmt::format(R"(,"crc32":"{:08x}"}})", crc32_of(text)); }

// The entry of a line; a discarded value when the line is not as it was written.
Json entry_of(std::string_view line) {
  const std::size_t length = check_of("").size();
  if (line.size() <= length) return {Json::value_t::discarded};
  const std::string_view text = line.substr(0, line.size() - length);
  if (line.substr(text.size()) != check_of(text)) return {Json::value_t::discarded};
  Json entry = Json::parse(line, nullptr, false);
  if (entry.is_object()) entry.erase("crc32");
  return entry;
}

bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) return false;
    if (written > 0) bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

std::string reason() { return std::strerror(errno); }  // NOLINT(concurrency-mt-unsafe): glibc's is

}  // namespace

JournalState read_journal(const std::filesystem::path& file, const std::function<void(const Json&)>& use) {
  JournalState state;
  std::error_code error;
  if (!std::filesystem::exists(file, error)) return state;
  std::ifstream in(file, std::ios::binary);
  if (!in) throw InputError(file.string(), "", "cannot be opened; check the path and its permissions");
  for (std::string line; std::getline(in, line);) {
    const bool torn = in.eof();  // no end of line
    const Json entry = torn ? Json(Json::value_t::discarded) : entry_of(line);
    if (entry.is_object())
      use(entry);
    else
      ++state.damaged;
    if (!torn) state.size += line.size() + 1;
  }
  return state;
}

std::string journal_line(const Json& entry) {
  std::string text = entry.dump(-1, ' ', false, Json::error_handler_t::replace);
  text.pop_back();  // the brace, which the check brings
  return text + check_of(text) + "\n";
}

Journal::Journal(const std::filesystem::path& file, const std::function<void(const Json&)>& use) : file_(file) {
  std::error_code error;
  std::filesystem::create_directories(file.parent_path(), error);
  descriptor_ = open(file.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (descriptor_ < 0) fail(reason());
  try {
    if (flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK) fail(reason());
      throw std::runtime_error(
          fmt::format("{}: in use by another shardsim; wait for it, or give another folder", file.string()));
    }
    if (use) state_ = read_journal(file, use);
    undo("cut");  // what is after the last whole line
  } catch (...) {
    close(descriptor_);
    throw;
  }
}

Journal::~Journal() { close(descriptor_); }

void Journal::append(const Json& entry) {
  append_unsynced(entry);
  sync();
}

void Journal::append_unsynced(const Json& entry) {
  const std::string line = journal_line(entry);
  const std::scoped_lock lock(mutex_);
  if (!write_all(descriptor_, line)) {
    const std::string why = reason();
    undo("restored");
    fail(why);
  }
  state_.size += line.size();
}

void Journal::sync() {
  if (fsync(descriptor_) != 0) fail(reason());
}

void Journal::undo(const char* doing) {
  if (ftruncate(descriptor_, static_cast<off_t>(state_.size)) != 0)
    throw std::runtime_error(fmt::format("{}: cannot be {}: {}", file_.string(), doing, reason()));
}

void Journal::fail(const std::string& why) const {
  throw std::runtime_error(
      fmt::format("{}: cannot be written: {}; check the folder and the space left, then give the "
                  "same command again",
                  file_.string(), why));
}

void sync_to_disk(const std::filesystem::path& file) {
  const int descriptor = open(file.c_str(), O_RDONLY | O_CLOEXEC);
  const bool synced = descriptor >= 0 && fsync(descriptor) == 0;
  const std::string why = reason();
  if (descriptor >= 0) close(descriptor);
  if (!synced) throw std::runtime_error(fmt::format("{}: cannot be written: {}", file.string(), why));
}

}  // namespace shardsim
