// SPDX-License-Identifier: Apache-2.0
#include "config/output_file.hpp"

#include <fmt/format.h>

#include <boost/iostreams/filter/gzip.hpp>
#include <boost/iostreams/filter/zstd.hpp>
#include <boost/iostreams/filtering_streambuf.hpp>
#include <fstream>
#include <stdexcept>

namespace shardsim {
namespace {

namespace io = boost::iostreams;

constexpr std::streamsize kBlock = 256 << 10;

// The bytes as they go to disk. What goes wrong is kept and not thrown, as Boost loses exceptions of its last flush.
class RawOutput {
 public:
  using char_type = char;
  using category = io::sink_tag;

  void open(const std::filesystem::path& file) {
    failed_ = file_.open(file, std::ios::out | std::ios::binary | std::ios::trunc) == nullptr;
  }
  std::streamsize write(const char* from, std::streamsize size) {
    if (!failed_) failed_ = file_.sputn(from, size) != size;
    return size;
  }
  void close() {
    if (file_.close() == nullptr) failed_ = true;
  }
  bool failed() const { return failed_; }

 private:
  std::filebuf file_;
  bool failed_ = false;
};

}  // namespace

class OutputFile::Impl {
 public:
  Impl(const std::filesystem::path& file, FileCompression compression) : file_(file), temporary_(file) {
    std::error_code error;
    if (std::filesystem::is_directory(file, error)) fail("is a folder");
    if (file.has_parent_path()) std::filesystem::create_directories(file.parent_path(), error);
    temporary_ += ".tmp";
    raw_.open(temporary_);
    if (raw_.failed()) fail(kRemedy);
    if (compression == FileCompression::gzip) chain_.push(io::gzip_compressor(io::gzip_params(kGzipLevel), kBlock));
    if (compression == FileCompression::zstd) chain_.push(io::zstd_compressor(io::zstd_params(), kBlock));
    chain_.push(boost::ref(raw_), kBlock);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() {
    if (!closed_) discard();
  }

  void write(std::string_view bytes) {
    const std::streamsize taken = chain_.sputn(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (taken != std::ssize(bytes) || raw_.failed()) fail(kRemedy);
  }

  void close() {
    chain_.reset();
    raw_.close();
    if (raw_.failed()) fail(kRemedy);
    std::error_code error;
    std::filesystem::rename(temporary_, file_, error);
    if (error) fail(error.message());
    closed_ = true;
  }

 private:
  static constexpr const char* kRemedy = "check the folder and the space left";
  static constexpr int kGzipLevel = 6;  // gzip's own default

  void discard() noexcept {
    chain_.reset();
    raw_.close();
    std::error_code ignored;
    std::filesystem::remove(temporary_, ignored);
  }
  [[noreturn]] void fail(const std::string& why) const {
    throw std::runtime_error(fmt::format("{}: cannot be written: {}", file_.string(), why));
  }

  std::filesystem::path file_;
  std::filesystem::path temporary_;
  RawOutput raw_;
  io::filtering_streambuf<io::output> chain_;
  bool closed_ = false;
};

OutputFile::OutputFile(const std::filesystem::path& file, FileCompression compression)
    : impl_(std::make_unique<Impl>(file, compression)) {}
OutputFile::~OutputFile() = default;
OutputFile::OutputFile(OutputFile&&) noexcept = default;

void OutputFile::write(std::string_view bytes) { impl_->write(bytes); }
void OutputFile::close() { impl_->close(); }

}  // namespace shardsim
