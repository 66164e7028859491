// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <istream>
#include <memory>

namespace shardsim {

/// Opens a file for reading; gzip and zstd, told by content, are decompressed on the way. Throws InputError, and so
/// does every read of data that are cut off or damaged (the stream passes exceptions on).
std::unique_ptr<std::istream> open_input(const std::filesystem::path& file);

/// Share of the file, as it is on disk, that has been read; for progress. Precondition: `input` is of open_input().
double share_read(const std::istream& input);

}  // namespace shardsim
