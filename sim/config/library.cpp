// SPDX-License-Identifier: Apache-2.0
#include "config/library.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <sstream>

#include "config/error.hpp"
#include "config/suggest.hpp"

namespace shardsim {
namespace {

namespace fs = std::filesystem;

// The folders of each kind, within a library's.
const std::vector<std::string>& folders_of(const std::string& kind) {
  static const std::map<std::string, std::vector<std::string>> folders{
      {"model", {"models"}},
      {"platform", {"topologies/platforms"}},
      {"topology", {"topologies"}},
      {"nic", {"topologies/nics"}},
      {"tier", {"topologies/tiers"}},
      {"accelerator", {"topologies/accelerators"}},
      {"serving", {"workloads/serving"}},
      {"distribution", {"workloads/query_sizes", "workloads/message_sizes"}},
      {"scenario", {"workloads/experiments"}},
  };
  static const std::vector<std::string> none;
  const auto found = folders.find(kind);
  return found == folders.end() ? none : found->second;
}

bool is_library(const fs::path& folder) {
  std::error_code error;
  return fs::is_directory(folder / "models", error) && fs::is_directory(folder / "topologies", error);
}

// What came with the program: installed where the build says, or in the checkout (or prefix) above it.
std::vector<fs::path> own_folders() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error).parent_path();
  std::vector<fs::path> out{(program / SHARDSIM_DATA_FROM_PROGRAM).lexically_normal()};
  for (fs::path start = program; start != start.parent_path(); start = start.parent_path())
    for (const fs::path& p : {start, start / "share" / "shardsim"}) out.push_back(p);
  out.push_back(fs::current_path(error));
  std::erase_if(out, [](const fs::path& p) { return !is_library(p); });
  return out;
}

}  // namespace

bool is_bare_name(std::string_view name) {
  return !name.empty() && name.find_first_of("./\\") == std::string_view::npos;
}

std::vector<fs::path> library_folders() {
  std::vector<fs::path> out;
  if (const char* given = std::getenv("SHARDSIM_PATH"); given != nullptr) {
    std::istringstream in(given);
    for (std::string folder; std::getline(in, folder, ':');)
      if (!folder.empty()) out.emplace_back(folder);
  }
  for (fs::path& folder : own_folders())
    if (std::find(out.begin(), out.end(), folder) == out.end()) out.push_back(std::move(folder));
  return out;
}

std::vector<Shipped> shipped(const std::string& kind) {
  std::map<std::string, fs::path> found;
  std::error_code error;
  for (const fs::path& library : library_folders())
    for (const std::string& folder : folders_of(kind))
      for (const auto& entry : fs::directory_iterator(library / folder, error))
        if (entry.path().extension() == ".json") found.try_emplace(entry.path().stem().string(), entry.path());
  std::vector<Shipped> out;
  for (const auto& [name, file] : found) out.push_back({name, file});
  return out;
}

std::optional<fs::path> shipped_file(const std::string& kind, const std::string& name) {
  if (!is_bare_name(name)) return std::nullopt;
  std::error_code error;
  for (const fs::path& library : library_folders())
    for (const std::string& folder : folders_of(kind))
      if (fs::path file = library / folder / (name + ".json"); fs::is_regular_file(file, error)) return file;
  return std::nullopt;
}

std::optional<fs::path> find_file(const fs::path& folder, const std::string& name, const std::string& kind) {
  std::error_code error;
  fs::path file = (folder / name).lexically_normal();
  const bool exists = fs::exists(file, error);
  if (exists && !fs::is_directory(file, error)) return file;
  if (const auto known = shipped_file(kind, name)) return known;
  if (exists) return file;  // a folder: whoever reads it says so
  return std::nullopt;
}

fs::path required_file(const fs::path& folder, const std::string& name, const std::string& kind) {
  if (auto file = find_file(folder, name, kind)) return *file;
  if (!is_bare_name(name)) return (folder / name).lexically_normal();  // whoever reads it says what is wrong
  std::vector<std::string> names;
  for (const Shipped& s : shipped(kind)) names.push_back(s.name);
  throw InputError(
      fmt::format("{} is neither a file nor a shipped {}{}", in_quotes(name), kind, suggestion(name, names)));
}

fs::path data_folder() {
  const std::vector<fs::path> own = own_folders();
  if (own.empty())
    throw InputError(
        "the folders models/ and topologies/ were found neither near the program nor in the current folder");
  return own.front();
}

}  // namespace shardsim
