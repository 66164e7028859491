// SPDX-License-Identifier: Apache-2.0
#include "support/memory_file.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

namespace shardsim::fuzz {

MemoryFile::MemoryFile(std::string_view content) : descriptor_(memfd_create("input", 0)) {
  while (!content.empty()) {
    const ssize_t written = write(descriptor_, content.data(), content.size());
    if (written <= 0) {
      std::perror("memfd");
      std::exit(EXIT_FAILURE);
    }
    content.remove_prefix(static_cast<std::size_t>(written));
  }
}

MemoryFile::~MemoryFile() { close(descriptor_); }

std::filesystem::path MemoryFile::path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

}  // namespace shardsim::fuzz
