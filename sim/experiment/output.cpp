// SPDX-License-Identifier: Apache-2.0
#include "experiment/output.hpp"

#include "config/output_file.hpp"

namespace shardsim {

void write_file(const std::filesystem::path& file, const std::string& content) {
  OutputFile out(file);
  out.write(content);
  out.close();
}

}  // namespace shardsim
