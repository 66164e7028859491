// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

namespace shardsim {

/// Writes a file whole or not at all: to a temporary name beside it, then renamed. Makes missing folders. Throws
/// std::runtime_error.
void write_file(const std::filesystem::path& file, const std::string& content);

}  // namespace shardsim
