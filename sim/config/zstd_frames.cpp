// SPDX-License-Identifier: Apache-2.0
#include "config/zstd_frames.hpp"

#include <algorithm>
#include <array>

namespace shardsim {

void ZstdFrames::see(const char* data, std::size_t size) {
  while (size > 0 && state_ != State::foreign) {
    const auto passed = static_cast<std::size_t>(std::min<std::uint64_t>(skip_, size));
    skip_ -= passed;
    data += passed;
    size -= passed;
    if (size == 0) break;
    header_ |= std::uint64_t{static_cast<unsigned char>(*data)} << (8 * have_);
    ++data;
    --size;
    if (++have_ == want_) advance();
  }
}

void ZstdFrames::expect(State state, std::size_t header, std::uint64_t skipped_before) {
  state_ = state;
  want_ = header;
  skip_ = skipped_before;
  have_ = 0;
  header_ = 0;
}

void ZstdFrames::advance() {
  switch (state_) {
    case State::magic:
      return read_magic();
    case State::descriptor:
      return read_descriptor();
    case State::block:
      return read_block();
    case State::skippable_size:
      return expect(State::magic, 4, header_);
    case State::foreign:
      return;
  }
}

void ZstdFrames::read_magic() {
  if (header_ == 0xFD2FB528) return expect(State::descriptor, 1, 0);
  if (header_ >= 0x184D2A50 && header_ <= 0x184D2A5F) return expect(State::skippable_size, 4, 0);
  state_ = State::foreign;
}

void ZstdFrames::read_descriptor() {
  const bool single_segment = (header_ & 0x20) != 0;
  constexpr std::array<std::uint64_t, 4> kDictionarySizes{0, 1, 2, 4};
  const std::array<std::uint64_t, 4> content_sizes{single_segment ? 1U : 0U, 2, 4, 8};
  checksum_ = (header_ & 0x04) != 0;
  expect(State::block, 3, (single_segment ? 0 : 1) + kDictionarySizes[header_ & 3] + content_sizes[(header_ >> 6) & 3]);
}

void ZstdFrames::read_block() {
  const bool last = (header_ & 1) != 0;
  const bool repeated_byte = ((header_ >> 1) & 3) == 1;
  const std::uint64_t content = repeated_byte ? 1 : header_ >> 3;
  if (!last) return expect(State::block, 3, content);
  expect(State::magic, 4, content + (checksum_ ? 4 : 0));
}

}  // namespace shardsim
