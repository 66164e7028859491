// SPDX-License-Identifier: Apache-2.0
#include "config/basic_types.hpp"

namespace shardsim {
namespace {

bool on_command_line(const At& at) { return at.document().origin(at.pointer()).file.starts_with("--"); }

// A text; on the command line also a whole number, such as the name of a node: there is one way to type it.
std::optional<std::string> text_of(const Json& value, const At& at) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_integer() && on_command_line(at)) return value.dump();
  return std::nullopt;
}

}  // namespace

void BoolType::read(const Json& value, const At& at, void* target) const {
  if (!value.is_boolean()) at.fail(found(value) + "; expected true or false");
  *static_cast<bool*>(target) = value.get<bool>();
}
Json BoolType::write(const void* source, const FileNames&) const { return *static_cast<const bool*>(source); }

void TextType::read(const Json& value, const At& at, void* target) const {
  const std::optional<std::string> text = text_of(value, at);
  if (!text) {
    const bool in_short = value.is_number() || value.is_boolean();
    const std::string mark = on_command_line(at) ? "'" : "";  // a shell takes the inner quotes away
    const std::string quoted = fmt::format(": {}\"{}\"{}", mark, value.dump(), mark);
    at.fail(fmt::format("{}; expected text{}", found(value), in_short ? quoted : ""));
  }
  *static_cast<std::string*>(target) = *text;
}
Json TextType::write(const void* source, const FileNames&) const { return *static_cast<const std::string*>(source); }

void DataFileType::read(const Json& value, const At& at, void* target) const {
  const std::optional<std::string> name = text_of(value, at);
  if (!name || name->empty())
    at.fail(fmt::format("{}; expected the path of a file, relative to {}", found(value),
                        on_command_line(at) ? "the current folder" : "this one"));
  const std::filesystem::path path = (at.folder() / *name).lexically_normal();
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
  const auto out_of_range = [&] {
    at.fail(fmt::format("{}; expected a whole number from {} to {}", found(value), low, high));
  };
  if (value.is_number_float()) {  // 4e7 is as whole as 40000000
    const double number = value.get<double>();
    if (!std::isfinite(number) || std::trunc(number) != number) at.fail(found(value) + "; expected a whole number");
    // The bounds as doubles may be rounded up, so 2^63 itself is out of range.
    if (number < static_cast<double>(low) || number > static_cast<double>(high) || number >= 0x1p63) out_of_range();
    return static_cast<std::int64_t>(number);
  }
  if (!value.is_number_integer()) at.fail(found(value) + "; expected a whole number");
  const bool huge = value.is_number_unsigned() && value.get<std::uint64_t>() > static_cast<std::uint64_t>(high);
  if (huge || value.get<std::int64_t>() < low || value.get<std::int64_t>() > high) out_of_range();
  return value.get<std::int64_t>();
}

}  // namespace shardsim
