// SPDX-License-Identifier: Apache-2.0
#include "workload/trace_bytes.hpp"

#include <algorithm>

#include "config/input_file.hpp"

namespace shardsim {

TraceBytes::TraceBytes(const std::filesystem::path& file)
    : name_(file.string()), in_(open_input(file)), block_(kBlock) {}

std::string_view TraceBytes::peek(std::size_t size) {
  if (end_ - at_ < size) {
    std::copy(block_.begin() + static_cast<std::ptrdiff_t>(at_), block_.begin() + static_cast<std::ptrdiff_t>(end_),
              block_.begin());
    before_ += at_;
    end_ -= at_;
    at_ = 0;
    if (*in_) {
      in_->read(block_.data() + end_, static_cast<std::streamsize>(kBlock - end_));
      end_ += static_cast<std::size_t>(in_->gcount());
    }
  }
  return {block_.data() + at_, std::min(size, end_ - at_)};
}

bool TraceBytes::line(std::string& text, std::size_t limit) {
  text.clear();
  if (peek(1).empty()) return false;
  for (;;) {
    const std::string_view here(block_.data() + at_, end_ - at_);
    const std::size_t line_end = here.find('\n');
    const std::size_t size = std::min(std::min(line_end, here.size()), limit - text.size());
    text.append(here.substr(0, size));
    at_ += size;
    if (text.size() == limit) return true;
    if (line_end != std::string_view::npos) {
      ++at_;
      return true;
    }
    if (peek(1).empty()) return true;
  }
}

void TraceBytes::append(std::string& text, std::uint64_t size) {
  while (size > 0) {
    const std::string_view here = peek(static_cast<std::size_t>(std::min<std::uint64_t>(size, kBlock)));
    if (here.empty()) return;
    text.append(here);
    skip(here.size());
    size -= here.size();
  }
}

TraceBytes::Number TraceBytes::long_number(std::uint64_t& value) {
  constexpr unsigned kLastShift = 63;  // of the tenth byte, which has room for one bit
  value = 0;
  for (unsigned shift = 0; shift <= kLastShift; shift += 7) {
    const int byte = get();
    if (byte < 0) return Number::cut_off;
    if (shift == kLastShift && byte > 1) return Number::too_large;
    value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return Number::good;
  }
  return Number::too_large;
}

}  // namespace shardsim
