// SPDX-License-Identifier: Apache-2.0
#include "cli/graphviz.hpp"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <stdexcept>

namespace shardsim {
namespace {

/// A file without a name, gone when closed.
class Scratch {
 public:
  Scratch() : file_(std::tmpfile()) {
    if (!file_) throw std::runtime_error("cannot make a temporary file");
  }
  int descriptor() const { return fileno(file_.get()); }
  void write(const std::string& text) {
    if (std::fwrite(text.data(), 1, text.size(), file_.get()) != text.size() || std::fflush(file_.get()) != 0)
      throw std::runtime_error("cannot write a temporary file");
    to_beginning();
  }
  std::string read() {
    to_beginning();
    std::string out;
    std::array<char, 1 << 16> part{};
    for (std::size_t n = 1; n > 0; out.append(part.data(), n)) n = std::fread(part.data(), 1, part.size(), file_.get());
    return out;
  }

 private:
  void to_beginning() {
    if (std::fseek(file_.get(), 0, SEEK_SET) != 0) throw std::runtime_error("cannot read a temporary file");
  }
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::unique_ptr<std::FILE, Close> file_;
};

/// Runs `dot -Tsvg`; returns what waitpid() says of it.
int run_dot(const Scratch& in, const Scratch& out, const Scratch& complaints) {
  std::string program = "dot", to_svg = "-Tsvg";
  const std::array<char*, 3> arguments{program.data(), to_svg.data(), nullptr};
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, in.descriptor(), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&files, out.descriptor(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&files, complaints.descriptor(), STDERR_FILENO);
  pid_t child = 0;
  const int failed = posix_spawnp(&child, "dot", &files, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  if (failed != 0)
    throw std::runtime_error("pictures need Graphviz's program 'dot'; on Debian: apt-get install graphviz");
  int status = 0;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) throw std::runtime_error("cannot wait for Graphviz's program 'dot'");
  return status;
}

}  // namespace

std::string graphviz_svg(const std::string& dot) {
  Scratch in, out, complaints;
  in.write(dot);
  const int status = run_dot(in, out, complaints);
  if (status == 0) return out.read();
  const std::string why = complaints.read();
  throw std::runtime_error("Graphviz's program 'dot' failed: " + why.substr(0, why.find('\n')));
}

}  // namespace shardsim
