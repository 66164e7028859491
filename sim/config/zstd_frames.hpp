// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace shardsim {

/// Follows the frames of zstd data (RFC 8878, section 3) as they pass, to tell whether they end where a frame ends:
/// Boost's decompressor takes data that are cut off for a short file.
class ZstdFrames {
 public:
  void see(const char* data, std::size_t size);
  /// False within a frame. True for data that are not zstd, of which the decompressor complains.
  bool complete() const { return state_ == State::foreign || (state_ == State::magic && have_ == 0 && skip_ == 0); }

 private:
  enum class State { magic, descriptor, block, skippable_size, foreign };  // the header that comes next
  void advance();
  void expect(State state, std::size_t header, std::uint64_t skipped_before);
  void read_magic();
  void read_descriptor();
  void read_block();

  State state_ = State::magic;
  std::uint64_t skip_ = 0;    ///< bytes to pass over before the next header
  std::size_t want_ = 4;      ///< size of the header
  std::size_t have_ = 0;      ///< bytes of it that were seen
  std::uint64_t header_ = 0;  ///< them, little-endian
  bool checksum_ = false;
};

}  // namespace shardsim
