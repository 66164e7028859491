// SPDX-License-Identifier: Apache-2.0
#include "config/value_type.hpp"

#include <fmt/format.h>

#include "config/remedy.hpp"
#include "config/suggest.hpp"

namespace shardsim {

std::string At::pointer() const { return parent_ == nullptr ? "" : parent_->pointer() + "/" + key_; }

void At::fail(const std::string& message) const {
  const std::string here = pointer();
  const Document::Origin origin = document_.origin(here);
  const bool said = origin.file.starts_with("--");  // by the option, which names the place
  throw InputError(origin.file, origin.pointer.empty() && !said ? "/" : origin.pointer, with_remedy(message, here));
}

std::string found(const Json& value) {
  if (value.is_string()) return fmt::format("found {}", in_quotes(value.get_ref<const std::string&>()));
  if (value.is_object()) return "found an object";
  if (value.is_array()) return fmt::format("found a list of {}", value.size());
  if (value.is_null()) return "found null";
  return fmt::format("found {}", value.dump());
}

Json schema_document(const ValueType& type, const std::string& title) {
  SchemaBuilder builder;
  Json schema = Json::object();
  schema["$schema"] = "https://json-schema.org/draft/2020-12/schema";
  schema["title"] = title;
  schema.update(type.schema(builder));
  Json defs = Json::object();
  for (const auto& [name, def] : builder.defs()) defs[name] = def;
  if (!defs.empty()) schema["$defs"] = std::move(defs);
  return schema;
}

}  // namespace shardsim
