// SPDX-License-Identifier: Apache-2.0
#include "config/input_file.hpp"

#include <fmt/format.h>

#include <boost/iostreams/filter/gzip.hpp>
#include <boost/iostreams/filter/zstd.hpp>
#include <boost/iostreams/filtering_streambuf.hpp>
#include <fstream>
#include <new>
#include <vector>

#include "config/error.hpp"
#include "config/zstd_frames.hpp"

namespace shardsim {
namespace {

namespace io = boost::iostreams;

enum class Compression { none, gzip, zstd };

// The bytes as they are on disk.
class RawFile {
 public:
  using char_type = char;
  using category = io::source_tag;

  explicit RawFile(const std::filesystem::path& file) : name_(file.string()) {
    std::error_code error;
    if (std::filesystem::is_directory(file, error)) throw InputError(name_, "", "is a folder; a file is expected");
    if (file_.open(file, std::ios::in | std::ios::binary) == nullptr)
      throw InputError(name_, "", "cannot be opened; check the path and its permissions");
    size_ = std::filesystem::file_size(file, error);
    head_.resize(4);
    head_.resize(static_cast<std::size_t>(from_disk(head_.data(), 4)));
  }

  Compression compression() const {
    if (head_.starts_with("\x1f\x8b")) return Compression::gzip;
    return head_ == "\x28\xb5\x2f\xfd" ? Compression::zstd : Compression::none;
  }

  // -1 at the end.
  std::streamsize read(char* to, std::streamsize size) {
    std::streamsize got = std::min(size, static_cast<std::streamsize>(head_.size()));
    if (got > 0) {
      head_.copy(to, static_cast<std::size_t>(got));
      head_.erase(0, static_cast<std::size_t>(got));
    } else {
      got = from_disk(to, size);
    }
    frames_.see(to, static_cast<std::size_t>(got));
    taken_ += static_cast<std::uintmax_t>(got);
    return got > 0 ? got : -1;
  }

  bool ends_within_zstd_frame() const { return !frames_.complete(); }
  const std::string& name() const { return name_; }
  double share_read() const {
    return size_ > 0 ? std::min(1.0, static_cast<double>(taken_) / static_cast<double>(size_)) : 1;
  }

 private:
  std::streamsize from_disk(char* to, std::streamsize size) {
    try {
      return file_.sgetn(to, size);
    } catch (const std::ios::failure& e) {
      throw InputError(name_, "", fmt::format("cannot be read: {}", e.code().message()));
    }
  }

  std::string name_;
  std::filebuf file_;
  std::string head_;  // read ahead to tell the compression
  std::uintmax_t size_ = 0;
  std::uintmax_t taken_ = 0;
  ZstdFrames frames_;
};

class InputBuffer final : public std::streambuf {
 public:
  explicit InputBuffer(const std::filesystem::path& file)
      : raw_(file), compression_(raw_.compression()), block_(kBlock) {
    if (compression_ == Compression::gzip) chain_.push(io::gzip_decompressor());
    if (compression_ == Compression::zstd) chain_.push(io::zstd_decompressor());
    if (compression_ != Compression::none) chain_.push(boost::ref(raw_), kBlock);
  }

  double share_read() const { return raw_.share_read(); }

 protected:
  int_type underflow() override {
    const std::streamsize size = compression_ == Compression::none ? raw_.read(block_.data(), kBlock) : decompress();
    if (size <= 0) return traits_type::eof();
    passed_ += static_cast<std::uint64_t>(size);
    setg(block_.data(), block_.data(), block_.data() + size);
    return traits_type::to_int_type(*gptr());
  }

 private:
  static constexpr std::streamsize kBlock = 256 << 10;

  std::streamsize decompress() {
    try {
      const std::streamsize size = chain_.sgetn(block_.data(), kBlock);
      if (size <= 0 && compression_ == Compression::zstd && raw_.ends_within_zstd_frame()) fail("cut off");
      return size;
    } catch (const std::ios::failure&) {
      fail("cut off or damaged");
    } catch (const std::bad_alloc&) {
      fail("damaged, or made with a window too large");
    }
  }
  [[noreturn]] void fail(const char* how) const {
    throw InputError(raw_.name(), "",
                     fmt::format("the {} data are {} (after {} bytes of content); copy or make the file again",
                                 compression_ == Compression::gzip ? "gzip" : "zstd", how, passed_));
  }

  RawFile raw_;
  Compression compression_;
  io::filtering_streambuf<io::input> chain_;
  std::vector<char> block_;
  std::uint64_t passed_ = 0;
};

class InputStream final : public std::istream {
 public:
  explicit InputStream(const std::filesystem::path& file) : std::istream(nullptr), buffer_(file) {
    rdbuf(&buffer_);
    exceptions(std::ios::badbit);  // else getline would take an error for the end
  }
  double share_read() const { return buffer_.share_read(); }

 private:
  InputBuffer buffer_;
};

}  // namespace

std::unique_ptr<std::istream> open_input(const std::filesystem::path& file) {
  return std::make_unique<InputStream>(file);
}

double share_read(const std::istream& input) { return dynamic_cast<const InputStream&>(input).share_read(); }

}  // namespace shardsim
