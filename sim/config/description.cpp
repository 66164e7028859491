// SPDX-License-Identifier: Apache-2.0
#include "config/description.hpp"

#include <fmt/ranges.h>

#include <algorithm>

#include "config/missing_keys.hpp"

namespace shardsim {
namespace {

const Field* find(const std::vector<Field>& fields, const std::string& key) {
  const auto it = std::find_if(fields.begin(), fields.end(), [&](const Field& f) { return f.name == key; });
  return it == fields.end() ? nullptr : &*it;
}

void require_keys(const std::vector<Field>& fields, const std::string& object, const Json& value, const At& at) {
  std::vector<const Field*> missing;
  for (const Field& f : fields)
    if (f.required && !value.contains(f.name)) missing.push_back(&f);
  if (missing.empty()) return;
  std::string message = fmt::format("the key '{}' of {} is missing: {}", missing[0]->name, object, missing[0]->doc);
  if (missing.size() > 1) {
    std::string list;
    for (const Field* f : missing) list += fmt::format("{}'{}' ({})", list.empty() ? "" : ", ", f->name, f->doc);
    message = fmt::format("these keys of {} are missing: {}", object, list);
  }
  const Document::Origin origin = at.document().origin(at.pointer());
  const bool said = origin.file.starts_with("--");  // by the option, which names the place
  throw MissingKeys({{origin.file, origin.pointer.empty() && !said ? "/" : origin.pointer, message}});
}

// A list is read up to its first element with a missing key. Here each is read as a list of its own; what else is wrong
// with them has time until the keys are there.
std::vector<MissingKeys::Place> missing_in_list(const Field& field, const Json& list, const At& at, void* member) {
  const Document::Origin first = at.document().origin(at.pointer() + "/0");
  const std::string numberless = first.pointer.substr(0, first.pointer.rfind('/'));
  std::vector<MissingKeys::Place> places;
  for (std::size_t i = 0; i < list.size(); ++i) {
    try {
      field.type->read(Json::array({list[i]}), at, member);
    } catch (const MissingKeys& e) {
      for (MissingKeys::Place place : e.places()) {
        if (place.file == first.file && place.pointer.starts_with(first.pointer))
          place.pointer = fmt::format("{}/{}{}", numberless, i, place.pointer.substr(first.pointer.size()));
        places.push_back(std::move(place));
      }
    } catch (const InputError&) {
      continue;
    }
  }
  return places;
}

// Puts `part` over `whole`: objects key by key, all else in its place.
void put_over(Json& whole, const Json& part) {
  if (!whole.is_object() || !part.is_object()) {
    whole = part;
    return;
  }
  for (const auto& [key, value] : part.items()) put_over(whole[key], value);
}

// The places of all that is no object.
void add_leaves(const Json& value, const std::string& pointer, std::vector<std::string>& leaves) {
  if (!value.is_object()) return leaves.push_back(pointer);
  for (const auto& [key, member] : value.items()) add_leaves(member, pointer + "/" + key, leaves);
}

Json made_of(const FormerKey& former, const Json& value) {
  if (former.made && !value.is_null()) return former.made(value);
  Json out = Json::object();
  for (const std::string& key : former.now) out[key] = value;
  return out;
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
  MissingParts missing;
  missing.in([&] { require_keys(fields_, name_, value, at); });
  for (const Field& f : fields_) {
    const auto it = value.find(f.name);
    if (it == value.end() || (it->is_null() && !f.required)) continue;  // null: as if left out, so that --set can undo
    const At here(at, f.name);
    if (it->is_null()) here.fail(fmt::format("null leaves a key out, and {} needs '{}': {}", name_, f.name, f.doc));
    void* member = f.locate(target);
    const bool complete = missing.in([&] {
      try {
        f.type->read(*it, here, member);
      } catch (const MissingKeys&) {
        if (!it->is_array()) throw;
        throw MissingKeys(missing_in_list(f, *it, here, member));
      }
    });
    if (!complete) continue;
    for (const auto& check : f.checks)
      if (const std::string allowed = check(member); !allowed.empty())
        here.fail(fmt::format("{}; {}", found(*it), allowed));
  }
  missing.raise();
  for (const auto& after : after_fields_)
    if (const auto complaint = after(target)) {
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
  for (const FormerKey& former : former_keys_)
    properties[former.key] = {{"deprecated", true},
                              {"description", fmt::format("now '{}'", fmt::join(former.now, "' and '"))}};
  Json out{{"type", "object"}, {"description", doc_}, {"properties", properties}, {"additionalProperties", false}};
  if (!required.empty()) out["required"] = required;
  return out;
}

Json ObjectType::schema(SchemaBuilder& builder) const {
  if (builder.claim(name_)) {
    const Json path{
        {"type", "string"},
        {"description", "path of a file with this object, relative to this file, or the name of a shipped one"}};
    builder.store(name_, {{"anyOf", Json::array({inline_schema(builder), path})}});
  }
  return {{"$ref", "#/$defs/" + name_}};
}

void ObjectType::include_files(Json& value, const std::string& pointer, Document& document) const {
  if (value.is_string()) document.include(value, pointer);
  include_fields(value, pointer, document);
}

// Where both the former and today's key are there, the former was set over a file's, or one of them is too many.
void ObjectType::replace_former_keys(Json& value, const std::string& pointer, Document& document) const {
  for (const FormerKey& former : former_keys_) {
    const auto it = value.find(former.key);
    if (it == value.end()) continue;
    const std::string from = pointer + "/" + former.key;
    const Json made = made_of(former, *it);
    for (const auto& [key, _] : made.items()) {
      const auto today = value.find(key);
      if (today == value.end() || today->is_null() || document.came_apart(from)) continue;
      const Document::Origin at = document.origin(from);
      throw InputError(at.file, at.pointer,
                       fmt::format("is the former name of '{}', which is given too; keep '{}'", key, key));
    }
    const std::string text = made.dump();
    document.note(from, fmt::format("'{}' is now '{}'", former.key, fmt::join(former.now, "' and '")),
                  former.made && !made.empty() ? "write " + text.substr(1, text.size() - 2) : "");
    if (former.made) {
      std::vector<std::string> leaves;
      add_leaves(made, pointer, leaves);
      document.replaced(from, leaves);
    } else {
      document.moved(from, pointer + "/" + former.now.front());
    }
    value.erase(former.key);
    put_over(value, made);
  }
}

void ObjectType::include_fields(Json& value, const std::string& pointer, Document& document) const {
  if (!value.is_object()) return;
  replace_former_keys(value, pointer, document);
  for (const auto& [key, member] : value.items())
    if (const Field* f = find(fields_, key)) f->type->include_files(member, pointer + "/" + key, document);
}

}  // namespace shardsim
