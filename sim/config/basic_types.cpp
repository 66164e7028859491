// SPDX-License-Identifier: Apache-2.0
#include "config/basic_types.hpp"

namespace shardsim {

void BoolType::read(const Json& value, const At& at, void* target) const {
  if (!value.is_boolean()) at.fail(found(value) + "; expected true or false");
  *static_cast<bool*>(target) = value.get<bool>();
}
Json BoolType::write(const void* source, const FileNames&) const { return *static_cast<const bool*>(source); }

void TextType::read(const Json& value, const At& at, void* target) const {
  if (!value.is_string()) at.fail(found(value) + "; expected text");
  *static_cast<std::string*>(target) = value.get<std::string>();
}
Json TextType::write(const void* source, const FileNames&) const { return *static_cast<const std::string*>(source); }

void DataFileType::read(const Json& value, const At& at, void* target) const {
  if (!value.is_string() || value.get_ref<const std::string&>().empty())
    at.fail(found(value) + "; expected the path of a file, relative to this one");
  const std::filesystem::path path = (at.folder() / value.get<std::string>()).lexically_normal();
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error))
    at.fail(fmt::format("names the file {}, which does not exist", in_quotes(path.string())));
  static_cast<DataFile*>(target)->path = path;
}
Json DataFileType::write(const void* source, const FileNames& names) const {
  return names(static_cast<const DataFile*>(source)->path);
}

void RemarksType::read(const Json& value, const At& at, void* target) const {
  if (!value.is_object()) at.fail(found(value) + "; expected an object of texts");
  auto& remarks = *static_cast<Remarks*>(target);
  for (const auto& [key, text] : value.items()) {
    if (!text.is_string()) At(at, key).fail(found(text) + "; expected text");
    remarks[key] = text.get<std::string>();
  }
}
Json RemarksType::write(const void* source, const FileNames&) const {
  Json out = Json::object();
  for (const auto& [key, text] : *static_cast<const Remarks*>(source)) out[key] = text;
  return out;
}
Json RemarksType::schema(SchemaBuilder&) const {
  return {{"type", "object"}, {"additionalProperties", {{"type", "string"}}}};
}

void NumberType::read(const Json& value, const At& at, void* target) const {
  if (!value.is_number() || !std::isfinite(value.get<double>())) at.fail(found(value) + "; expected a number");
  *static_cast<double*>(target) = value.get<double>();
}
Json NumberType::write(const void* source, const FileNames&) const { return *static_cast<const double*>(source); }

std::int64_t read_integer(const Json& value, const At& at, std::int64_t low, std::int64_t high) {
  const bool whole = value.is_number_integer();
  if (!whole) at.fail(found(value) + "; expected a whole number");
  const bool huge = value.is_number_unsigned() && value.get<std::uint64_t>() > static_cast<std::uint64_t>(high);
  if (huge || value.get<std::int64_t>() < low || value.get<std::int64_t>() > high)
    at.fail(fmt::format("{}; expected a whole number from {} to {}", found(value), low, high));
  return value.get<std::int64_t>();
}

}  // namespace shardsim
