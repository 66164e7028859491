// SPDX-License-Identifier: Apache-2.0
// Value types of numbers, text, names, quantities, lists, optional values and data files.
#pragma once

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <type_traits>
#include <utility>

#include "config/quantity.hpp"
#include "config/suggest.hpp"
#include "config/value_type.hpp"

namespace shardsim {

/// A file of data (not configuration) that a description names, such as a trace.
struct DataFile {
  std::filesystem::path path;
};

/// Free remarks, "key": "text".
using Remarks = std::map<std::string, std::string>;

/// Specialise for an enum to give its values names: static constexpr std::array<std::pair<E, std::string_view>, N>
/// names. Names that they had once, which are read with a note: the same, `former_names`.
template <class E>
struct EnumNames;

template <class E>
std::string_view name_of(E value) {
  for (const auto& [v, name] : EnumNames<E>::names)
    if (v == value) return name;
  return "?";
}
/// The value of that name, or nothing.
template <class E>
std::optional<E> value_named(std::string_view name) {
  for (const auto& [v, its_name] : EnumNames<E>::names)
    if (its_name == name) return v;
  return std::nullopt;
}

class BoolType final : public ValueType {
 public:
  void read(const Json& value, const At& at, void* target) const override;
  Json write(const void* source, const FileNames&) const override;
  Json schema(SchemaBuilder&) const override { return {{"type", "boolean"}}; }
};

class TextType final : public ValueType {
 public:
  void read(const Json& value, const At& at, void* target) const override;
  Json write(const void* source, const FileNames&) const override;
  Json schema(SchemaBuilder&) const override { return {{"type", "string"}}; }
};

class DataFileType final : public ValueType {
 public:
  void read(const Json& value, const At& at, void* target) const override;
  Json write(const void* source, const FileNames& names) const override;
  Json schema(SchemaBuilder&) const override { return {{"type", "string"}, {"format", "path"}}; }
};

class RemarksType final : public ValueType {
 public:
  void read(const Json& value, const At& at, void* target) const override;
  Json write(const void* source, const FileNames&) const override;
  Json schema(SchemaBuilder&) const override;
};

class NumberType final : public ValueType {
 public:
  void read(const Json& value, const At& at, void* target) const override;
  Json write(const void* source, const FileNames&) const override;
  Json schema(SchemaBuilder&) const override { return {{"type", "number"}}; }
};

/// Any JSON value, kept as it is.
class AnyType final : public ValueType {
 public:
  void read(const Json& value, const At&, void* target) const override { *static_cast<Json*>(target) = value; }
  Json write(const void* source, const FileNames&) const override { return *static_cast<const Json*>(source); }
  Json schema(SchemaBuilder&) const override { return Json::object(); }
};

/// Reads a whole number in [low, high].
std::int64_t read_integer(const Json& value, const At& at, std::int64_t low, std::int64_t high);

template <class I>
class IntegerType final : public ValueType {
 public:
  void read(const Json& value, const At& at, void* target) const override {
    constexpr auto kMax =
        std::min<std::uint64_t>(std::numeric_limits<I>::max(), std::numeric_limits<std::int64_t>::max());
    *static_cast<I*>(target) = static_cast<I>(read_integer(value, at, std::numeric_limits<I>::min(), kMax));
  }
  Json write(const void* source, const FileNames&) const override { return *static_cast<const I*>(source); }
  Json schema(SchemaBuilder&) const override { return {{"type", "integer"}}; }
};

template <class Q>
class QuantityType final : public ValueType {
 public:
  void read(const Json& value, const At& at, void* target) const override {
    using Traits = QuantityTraits<Q>;
    const std::string expected =
        fmt::format("expected {} with its unit, such as \"{}\"", Traits::name, Traits::example);
    if (!value.is_string()) at.fail(fmt::format("{}; {}", found(value), expected));
    const ParsedQuantity parsed = parse_quantity(value.get_ref<const std::string&>(), Traits::units());
    if (!parsed.error.empty()) at.fail(fmt::format("{}; {}", parsed.error, expected));
    const std::optional<Q> made = Traits::make(parsed.base);
    if (!made) at.fail(fmt::format("{} is too large", found(value)));
    *static_cast<Q*>(target) = *made;
  }
  Json write(const void* source, const FileNames&) const override { return to_text(*static_cast<const Q*>(source)); }
  Json schema(SchemaBuilder&) const override {
    std::string pattern;
    for (const Unit& u : QuantityTraits<Q>::units())
      if (std::isfinite(u.size)) pattern += (pattern.empty() ? "" : "|") + std::string(u.name);
    const bool unlimited = std::isinf(QuantityTraits<Q>::units().back().size);
    return {{"type", "string"},
            {"pattern", fmt::format("^ *[0-9.eE+-]+ *({}) *${}", pattern, unlimited ? "|^unlimited$" : "")},
            {"examples", Json::array({QuantityTraits<Q>::example})}};
  }
};

template <class E>
class EnumType final : public ValueType {
 public:
  void read(const Json& value, const At& at, void* target) const override {
    std::vector<std::string> known;
    for (const auto& [v, name] : EnumNames<E>::names) {
      if (value.is_string() && value.get_ref<const std::string&>() == name) {
        *static_cast<E*>(target) = v;
        return;
      }
      known.emplace_back(name);
    }
    at.fail(found(value) + suggestion(value.is_string() ? value.get<std::string>() : "", known));
  }
  Json write(const void* source, const FileNames&) const override {
    return std::string(name_of(*static_cast<const E*>(source)));
  }
  Json schema(SchemaBuilder&) const override {
    Json names = Json::array();
    for (const auto& [v, name] : EnumNames<E>::names) names.push_back(name);
    return {{"enum", names}};
  }
  void include_files(Json& value, const std::string& pointer, Document& document) const override {
    if constexpr (requires { EnumNames<E>::former_names; }) {
      for (const auto& [v, former] : EnumNames<E>::former_names) {
        if (value != Json(former)) continue;
        document.note(pointer, fmt::format("'{}' is now '{}'", former, name_of(v)));
        value = name_of(v);
        return;
      }
    }
  }
};

template <class T>
class ListType final : public ValueType {
 public:
  void read(const Json& value, const At& at, void* target) const override {
    if (!value.is_array()) at.fail(found(value) + "; expected a list");
    auto& list = *static_cast<std::vector<T>*>(target);
    list.clear();
    list.reserve(value.size());
    for (std::size_t i = 0; i < value.size(); ++i) {
      T item{};
      value_type<T>().read(value[i], At(at, std::to_string(i)), &item);
      list.push_back(std::move(item));
    }
  }
  Json write(const void* source, const FileNames& names) const override {
    Json out = Json::array();
    for (const T& item : *static_cast<const std::vector<T>*>(source))
      out.push_back(value_type<T>().write(&item, names));
    return out;
  }
  Json schema(SchemaBuilder& builder) const override {
    return {{"type", "array"}, {"items", value_type<T>().schema(builder)}};
  }
  void include_files(Json& value, const std::string& pointer, Document& document) const override {
    if (!value.is_array()) return;
    for (std::size_t i = 0; i < value.size(); ++i)
      value_type<T>().include_files(value[i], pointer + "/" + std::to_string(i), document);
  }
};

/// Values by their names, in the order in which they are written: {"name": value, ...}.
template <class T>
using ByName = std::vector<std::pair<std::string, T>>;

template <class T>
class ByNameType final : public ValueType {
 public:
  void read(const Json& value, const At& at, void* target) const override {
    if (!value.is_object()) at.fail(found(value) + "; expected {\"name\": ..., ...}");
    auto& out = *static_cast<ByName<T>*>(target);
    out.clear();
    for (const auto& [name, member] : value.items()) {
      T item{};
      value_type<T>().read(member, At(at, name), &item);
      out.emplace_back(name, std::move(item));
    }
  }
  Json write(const void* source, const FileNames& names) const override {
    Json out = Json::object();
    for (const auto& [name, item] : *static_cast<const ByName<T>*>(source))
      out[name] = value_type<T>().write(&item, names);
    return out;
  }
  Json schema(SchemaBuilder& builder) const override {
    return {{"type", "object"}, {"additionalProperties", value_type<T>().schema(builder)}};
  }
  void include_files(Json& value, const std::string& pointer, Document& document) const override {
    if (!value.is_object()) return;
    for (const auto& [name, member] : value.items())
      value_type<T>().include_files(member, (Json::json_pointer(pointer) / name).to_string(), document);
  }
};

template <class T>
class OptionalType final : public ValueType {
 public:
  void read(const Json& value, const At& at, void* target) const override {
    T item{};
    value_type<T>().read(value, at, &item);
    *static_cast<std::optional<T>*>(target) = std::move(item);
  }
  Json write(const void* source, const FileNames& names) const override {
    const auto& value = *static_cast<const std::optional<T>*>(source);
    return value ? value_type<T>().write(&*value, names) : Json();
  }
  Json schema(SchemaBuilder& builder) const override { return value_type<T>().schema(builder); }
  void include_files(Json& value, const std::string& pointer, Document& document) const override {
    value_type<T>().include_files(value, pointer, document);
  }
};

template <class T>
class Describe;  // description.hpp

namespace detail {
/// A type that is not specialised here (or, for choices, in choice.hpp) is a described object.
template <class T>
struct TypeOf : std::type_identity<Describe<T>> {};
template <>
struct TypeOf<bool> : std::type_identity<BoolType> {};
template <>
struct TypeOf<double> : std::type_identity<NumberType> {};
template <>
struct TypeOf<std::string> : std::type_identity<TextType> {};
template <>
struct TypeOf<DataFile> : std::type_identity<DataFileType> {};
template <>
struct TypeOf<Remarks> : std::type_identity<RemarksType> {};
template <>
struct TypeOf<Json> : std::type_identity<AnyType> {};
template <class I>
requires std::is_integral_v<I>
struct TypeOf<I> : std::type_identity<IntegerType<I>> {
};
template <class E>
requires std::is_enum_v<E>
struct TypeOf<E> : std::type_identity<EnumType<E>> {
};
template <class Q>
requires requires { QuantityTraits<Q>::name; }
struct TypeOf<Q> : std::type_identity<QuantityType<Q>> {};
template <class T>
struct TypeOf<std::vector<T>> : std::type_identity<ListType<T>> {};
template <class T>
struct TypeOf<std::vector<std::pair<std::string, T>>> : std::type_identity<ByNameType<T>> {};
template <class T>
struct TypeOf<std::optional<T>> : std::type_identity<OptionalType<T>> {};
}  // namespace detail

template <class T>
const ValueType& value_type() {
  static const typename detail::TypeOf<T>::type type;
  return type;
}

}  // namespace shardsim
