// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <istream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace shardsim {

/// The bytes of a trace, decompressed, in blocks: a stream's own get() is felt at a million queries a second.
class TraceBytes {
 public:
  explicit TraceBytes(const std::filesystem::path& file);

  /// The next bytes without taking them: `size` of them (at most kBlock), fewer at the end.
  std::string_view peek(std::size_t size);
  /// Takes bytes that were peeked at.
  void skip(std::size_t size) { at_ += size; }
  /// The next byte, -1 at the end.
  int get() {
    if (at_ == end_ && peek(1).empty()) return -1;
    return static_cast<unsigned char>(block_[at_++]);
  }

  /// Reads a line, without its end; false at the end of the file. A line longer than `limit` is cut there.
  bool line(std::string& text, std::size_t limit);
  /// Appends up to `size` bytes; fewer at the end.
  void append(std::string& text, std::uint64_t size);

  enum class Number { good, cut_off, too_large };
  /// Reads an unsigned LEB128 number.
  Number number(std::uint64_t& value) {
    if (at_ < end_ && static_cast<unsigned char>(block_[at_]) < 0x80) {  // nearly all
      value = static_cast<unsigned char>(block_[at_++]);
      return Number::good;
    }
    return long_number(value);
  }

  /// Bytes taken so far.
  std::uint64_t offset() const { return before_ + at_; }
  const std::string& name() const { return name_; }
  /// Stays where it is when this is moved.
  const std::istream& stream() const { return *in_; }

 private:
  static constexpr std::size_t kBlock = 256 << 10;
  Number long_number(std::uint64_t& value);

  std::string name_;
  std::unique_ptr<std::istream> in_;
  std::vector<char> block_;
  std::size_t at_ = 0;
  std::size_t end_ = 0;
  std::uint64_t before_ = 0;  ///< offset of the block
};

}  // namespace shardsim
