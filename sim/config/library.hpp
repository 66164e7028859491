// SPDX-License-Identifier: Apache-2.0
// What is shipped with the program, or kept by its users, to be named from any folder: "model": "drm1".
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace shardsim {

/// Whether a text can be the name of something shipped: no path, no extension.
bool is_bare_name(std::string_view name);

/// The folders that are searched, the first first: those of the environment variable SHARDSIM_PATH, separated by
/// colons; what was installed with the program; the checkout that it lies in; the current folder, if it is a checkout.
std::vector<std::filesystem::path> library_folders();

/// What is shipped of a kind ("model", "platform", "topology", "nic", "serving", "distribution", "scenario").
struct Shipped {
  std::string name;
  std::filesystem::path file;
};
/// All of a kind, by name; the first folder that has a name wins.
std::vector<Shipped> shipped(const std::string& kind);
std::optional<std::filesystem::path> shipped_file(const std::string& kind, const std::string& name);

/// The file that `name` stands for: one by that path from `folder`, or what is shipped of the kind. Nothing: neither.
std::optional<std::filesystem::path> find_file(const std::filesystem::path& folder, const std::string& name,
                                               const std::string& kind);
/// The same, for a file that is named on the command line. Throws InputError that lists what is shipped.
std::filesystem::path required_file(const std::filesystem::path& folder, const std::string& name,
                                    const std::string& kind);

/// The folder with models/, topologies/ and workloads/ that came with the program. Throws InputError when there is
/// none.
std::filesystem::path data_folder();

}  // namespace shardsim
