// SPDX-License-Identifier: Apache-2.0
#include "experiment/output.hpp"

#include <fmt/format.h>

#include <fstream>
#include <stdexcept>

namespace shardsim {

void write_file(const std::filesystem::path& file, const std::string& content) {
  std::error_code error;
  if (file.has_parent_path()) std::filesystem::create_directories(file.parent_path(), error);
  std::filesystem::path temporary = file;
  temporary += ".tmp";
  {
    std::ofstream out(temporary, std::ios::binary | std::ios::trunc);
    out << content;
    out.flush();
    if (!out) {
      std::error_code ignored;
      std::filesystem::remove(temporary, ignored);
      throw std::runtime_error(
          fmt::format("{}: cannot be written; check the folder and the space left", file.string()));
    }
  }
  std::filesystem::rename(temporary, file, error);
  if (error) throw std::runtime_error(fmt::format("{}: cannot be written: {}", file.string(), error.message()));
}

}  // namespace shardsim
