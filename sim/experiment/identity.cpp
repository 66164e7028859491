// SPDX-License-Identifier: Apache-2.0
#include "experiment/identity.hpp"

#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/uuid_io.hpp>
#include <fstream>

#include "experiment/report.hpp"

namespace shardsim {
namespace {

using boost::uuids::name_generator_sha1;
using boost::uuids::uuid;

// Block by block, each named in the namespace of the one before: a trace may be larger than memory.
uuid id_of_file(const std::filesystem::path& file) {
  constexpr std::size_t kIdBlock = std::size_t{1} << 20;
  std::ifstream in(file, std::ios::binary);
  if (!in) throw InputError(file.string(), "", "cannot be opened; check the path and its permissions");
  uuid id{};
  std::string block(kIdBlock, '\0');
  while (in.read(block.data(), static_cast<std::streamsize>(block.size())) || in.gcount() > 0)
    id = name_generator_sha1(id)(block.data(), static_cast<std::size_t>(in.gcount()));
  return id;
}

}  // namespace

std::string content_id(std::string_view text) {
  return to_string(name_generator_sha1(uuid{})(text.data(), text.size()));
}

std::string ScenarioIds::of(const Scenario& scenario) {
  const FileNames by_content([this](const std::filesystem::path& file) { return file_id(file); });
  const Json content = {{"schema_version", kSchemaVersion},
                        {"program", program_json()},
                        {"scenario", value_type<Scenario>().write(&scenario, by_content)}};
  return content_id(content.dump(-1, ' ', false, Json::error_handler_t::replace));
}

std::string ScenarioIds::file_id(const std::filesystem::path& file) {
  const std::scoped_lock lock(mutex_);
  std::string& id = files_[std::filesystem::absolute(file).lexically_normal()];
  if (id.empty()) id = to_string(id_of_file(file)) + file.extension().string();  // which says how a file is read
  return id;
}

}  // namespace shardsim
