// SPDX-License-Identifier: Apache-2.0
// One description of a value gives its reader, its writer and its JSON Schema.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "config/document.hpp"
#include "config/json.hpp"

namespace shardsim {

/// A place in a Document while it is read; makes the pointer only when an error needs it.
class At {
 public:
  explicit At(const Document& document) : document_(document) {}
  At(const At& parent, std::string key) : document_(parent.document_), parent_(&parent), key_(std::move(key)) {}

  std::string pointer() const;
  /// Throws InputError that names this place.
  [[noreturn]] void fail(const std::string& message) const;
  /// Folder that relative paths written here start at.
  std::filesystem::path folder() const { return document_.origin(pointer()).folder; }
  const Document& document() const { return document_; }

 private:
  const Document& document_;
  const At* parent_ = nullptr;
  std::string key_;
};

/// "found 25 (a number)" for errors.
std::string found(const Json& value);

/// Collects the schemas of named objects under "$defs".
class SchemaBuilder {
 public:
  /// True the first time a name is asked for: the caller then makes and stores it.
  bool claim(const std::string& name) { return defs_.emplace(name, Json()).second; }
  void store(const std::string& name, Json schema) { defs_[name] = std::move(schema); }
  const std::map<std::string, Json>& defs() const { return defs_; }

 private:
  std::map<std::string, Json> defs_;
};

/// How a value that is written names its data files.
class FileNames {
 public:
  /// By paths relative to `base`; where it is empty, by the paths as they are.
  FileNames(std::filesystem::path base)  // NOLINT(google-explicit-constructor): a folder says it all
      : name_([base = std::move(base)](const std::filesystem::path& file) {
          return base.empty() ? file.string() : std::filesystem::proximate(file, base).string();
        }) {}
  FileNames() : FileNames(std::filesystem::path()) {}
  /// By something else, such as what the file holds.
  explicit FileNames(std::function<std::string(const std::filesystem::path&)> name) : name_(std::move(name)) {}

  std::string operator()(const std::filesystem::path& file) const { return name_(file); }

 private:
  std::function<std::string(const std::filesystem::path&)> name_;
};

/// How values of one C++ type are read, written and described. Immutable; one instance per type, from value_type<T>().
class ValueType {
 public:
  ValueType() = default;
  ValueType(const ValueType&) = delete;
  ValueType& operator=(const ValueType&) = delete;
  virtual ~ValueType() = default;

  /// Reads into *target, whose type is the one this describes. Throws InputError.
  virtual void read(const Json& value, const At& at, void* target) const = 0;
  /// `names`: how the data files of the value are named.
  virtual Json write(const void* source, const FileNames& names) const = 0;
  virtual Json schema(SchemaBuilder& builder) const = 0;
  /// Replaces file names that stand for objects by those objects, and former keys and names by today's, all the way
  /// down.
  virtual void include_files(Json&, const std::string& /*pointer*/, Document&) const {}
};

template <class T>
const ValueType& value_type();

/// Reads a whole document as a T.
template <class T>
T read_document(Document& document) {
  const ValueType& type = value_type<T>();
  type.include_files(document.root, "", document);
  T value{};
  type.read(document.root, At(document), &value);
  return value;
}

/// JSON Schema (2020-12) of a T.
Json schema_document(const ValueType& type, const std::string& title);

}  // namespace shardsim
