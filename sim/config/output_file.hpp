// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <string_view>

namespace shardsim {

enum class FileCompression { none, gzip, zstd };

/// A file written whole or not at all: to a temporary name beside it, which close() renames. Makes missing folders. All
/// throw std::runtime_error for what cannot be written.
class OutputFile {
 public:
  explicit OutputFile(const std::filesystem::path& file, FileCompression compression = FileCompression::none);
  ~OutputFile();  ///< without close(): the temporary file is removed
  OutputFile(OutputFile&&) noexcept;

  void write(std::string_view bytes);
  void close();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace shardsim
