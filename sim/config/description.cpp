// SPDX-License-Identifier: Apache-2.0
#include "config/description.hpp"

#include <algorithm>

namespace shardsim {
namespace {

const Field* find(const std::vector<Field>& fields, const std::string& key) {
  const auto it = std::find_if(fields.begin(), fields.end(), [&](const Field& f) { return f.name == key; });
  return it == fields.end() ? nullptr : &*it;
}

}  // namespace

bool ObjectType::has_field(const std::string& key) const { return find(fields_, key) != nullptr; }

void ObjectType::read(const Json& value, const At& at, void* target) const { read_fields(value, at, target, ""); }

void ObjectType::read_fields(const Json& value, const At& at, void* target, const std::string& also_allowed) const {
  if (!value.is_object()) at.fail(fmt::format("{}; expected an object: {}", found(value), doc_));
  for (const auto& [key, member] : value.items()) {
    if (key == also_allowed || has_field(key)) continue;
    std::vector<std::string> known;
    for (const Field& f : fields_) known.push_back(f.name);
    At(at, key).fail(fmt::format("unknown key {} of {}{}", in_quotes(key), name_, suggestion(key, known)));
  }
  for (const Field& f : fields_) {
    const auto it = value.find(f.name);
    if (it == value.end() || (it->is_null() && !f.required)) {  // null: as if left out, so that --set can undo
      if (f.required) at.fail(fmt::format("the key '{}' of {} is missing: {}", f.name, name_, f.doc));
      continue;
    }
    const At here(at, f.name);
    void* member = f.locate(target);
    f.type->read(*it, here, member);
    for (const auto& check : f.checks)
      if (const std::string allowed = check(member); !allowed.empty())
        here.fail(fmt::format("{}; {}", found(*it), allowed));
  }
  for (const auto& check : checks_)
    if (const auto complaint = check(target)) {
      if (complaint->key.empty()) at.fail(complaint->message);
      At(at, complaint->key).fail(complaint->message);
    }
}

Json ObjectType::write(const void* source, const FileNames& names) const {
  Json out = Json::object();
  for (const Field& f : fields_) {
    const void* member = f.locate(const_cast<void*>(source));  // only read below
    if (!f.is_absent(member)) out[f.name] = f.type->write(member, names);
  }
  return out;
}

Json ObjectType::inline_schema(SchemaBuilder& builder) const {
  const Json defaults = write_default_({});
  Json properties = Json::object();
  Json required = Json::array();
  for (const Field& f : fields_) {
    Json schema = f.type->schema(builder);
    schema["description"] = f.doc;
    schema.update(f.limits);
    if (f.required)
      required.push_back(f.name);
    else if (defaults.contains(f.name) && !defaults[f.name].is_object() && !defaults[f.name].is_null())
      schema["default"] = defaults[f.name];
    properties[f.name] = std::move(schema);
  }
  Json out{{"type", "object"}, {"description", doc_}, {"properties", properties}, {"additionalProperties", false}};
  if (!required.empty()) out["required"] = required;
  return out;
}

Json ObjectType::schema(SchemaBuilder& builder) const {
  if (builder.claim(name_)) {
    const Json path{{"type", "string"}, {"description", "path of a file with this object, relative to this file"}};
    builder.store(name_, {{"anyOf", Json::array({inline_schema(builder), path})}});
  }
  return {{"$ref", "#/$defs/" + name_}};
}

void ObjectType::include_files(Json& value, const std::string& pointer, Document& document) const {
  if (value.is_string()) document.include(value, pointer);
  include_fields(value, pointer, document);
}

void ObjectType::include_fields(Json& value, const std::string& pointer, Document& document) const {
  if (!value.is_object()) return;
  for (const auto& [key, member] : value.items())
    if (const Field* f = find(fields_, key)) f->type->include_files(member, pointer + "/" + key, document);
}

}  // namespace shardsim
