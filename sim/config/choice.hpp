// SPDX-License-Identifier: Apache-2.0
// A value that is one of several registered alternatives, told apart by a tag: {"type": "lognormal", "mean": 5, ...}.
#pragma once

#include "config/description.hpp"

namespace shardsim {

/// One registered way to be a Base: its name, and how to make one whose fields can then be read.
template <class Base>
struct Alternative {
  std::string name;
  std::string doc;
  const ObjectType* fields = nullptr;
  std::shared_ptr<Base> (*make)() = nullptr;
  void* (*fields_of)(Base&) = nullptr;  ///< the object that `fields` describes
};

/// The alternative `Derived`, whose fields describe<Derived>() names. The description's name and doc are taken.
template <class Derived, class Base>
Alternative<Base> alternative() {
  static const Describe<Derived> fields;
  Alternative<Base> a;
  a.name = fields.name();
  a.doc = fields.doc();
  a.fields = &fields;
  a.make = []() -> std::shared_ptr<Base> { return std::make_shared<Derived>(); };
  a.fields_of = [](Base& base) -> void* { return &static_cast<Derived&>(base); };
  return a;
}

/// All alternatives, in order of their file names. Made once, never changed.
template <class Base>
class Registry {
 public:
  Registry(std::initializer_list<Alternative<Base>> all) : all_(all) {}
  const std::vector<Alternative<Base>>& all() const { return all_; }
  const Alternative<Base>* find(const std::string& name) const {
    for (const auto& a : all_)
      if (a.name == name) return &a;
    return nullptr;
  }
  std::vector<std::string> names() const {
    std::vector<std::string> out;
    for (const auto& a : all_) out.push_back(a.name);
    return out;
  }

 private:
  std::vector<Alternative<Base>> all_;
};

/// Specialise for each Base:
///   static constexpr const char* name, *doc, *tag     tag: the key that tells alternatives apart
///   static const Registry<Base>& registry()
///   static std::optional<Json> from_path(path)       optional: the object that a path stands for, unless it names JSON
template <class Base>
struct ChoiceTraits;

/// A chosen alternative. Empty only before it has been read.
template <class Base>
class Choice {
 public:
  Choice() = default;
  /// The alternative called `name`, with its defaults. Precondition: it is registered.
  static Choice of(const std::string& name) {
    Choice c;
    c.alternative_ = ChoiceTraits<Base>::registry().find(name);
    c.value_ = c.alternative_->make();
    return c;
  }
  bool has_value() const { return value_ != nullptr; }
  const Base& operator*() const { return *value_; }
  const Base* operator->() const { return value_.get(); }
  const std::string& name() const { return alternative_->name; }

 private:
  template <class>
  friend class ChoiceType;
  const Alternative<Base>* alternative_ = nullptr;
  std::shared_ptr<Base> value_;
};

template <class Base>
class ChoiceType final : public ValueType {
  using Traits = ChoiceTraits<Base>;

 public:
  void read(const Json& value, const At& at, void* target) const override {
    const Alternative<Base>& a = chosen(value, at);
    auto& choice = *static_cast<Choice<Base>*>(target);
    choice.alternative_ = &a;
    choice.value_ = a.make();
    a.fields->read_fields(value, at, a.fields_of(*choice.value_), Traits::tag);
  }
  Json write(const void* source, const FileNames& names) const override {
    const auto& choice = *static_cast<const Choice<Base>*>(source);
    if (!choice.has_value()) return Json();
    Json out = Json::object();
    out[Traits::tag] = choice.name();
    out.update(choice.alternative_->fields->write(choice.alternative_->fields_of(*choice.value_), names));
    return out;
  }
  Json schema(SchemaBuilder& builder) const override {
    if (builder.claim(Traits::name)) {
      Json any = Json::array();
      for (const Alternative<Base>& a : Traits::registry().all()) any.push_back(alternative_schema(a, builder));
      any.push_back({{"type", "string"}, {"description", "path of a file with this object, relative to this file"}});
      builder.store(Traits::name, {{"description", Traits::doc}, {"anyOf", any}});
    }
    return {{"$ref", std::string("#/$defs/") + Traits::name}};
  }
  void include_files(Json& value, const std::string& pointer, Document& document) const override {
    if (value.is_string()) {
      std::optional<Json> stands_for;
      if constexpr (requires { Traits::from_path; }) stands_for = Traits::from_path(value.get<std::string>());
      if (stands_for)
        value = std::move(*stands_for);
      else
        document.include(value, pointer);
    }
    if (!value.is_object()) return;
    const Alternative<Base>* a = find(value);
    if (a != nullptr) a->fields->include_fields(value, pointer, document);
  }

 private:
  // The tagged alternative; without a tag, the only one that can be meant by a key it alone implies.
  static const Alternative<Base>* find(const Json& value) {
    const auto tag = value.find(Traits::tag);
    if (tag != value.end())
      return tag->is_string() ? Traits::registry().find(tag->template get<std::string>()) : nullptr;
    if constexpr (requires { Traits::implied_by; })
      if (value.contains(Traits::implied_by)) return Traits::registry().find(Traits::implied_by);
    return nullptr;
  }
  static const Alternative<Base>& chosen(const Json& value, const At& at) {
    if (!value.is_object()) at.fail(fmt::format("{}; expected an object: {}", found(value), Traits::doc));
    if (const Alternative<Base>* a = find(value)) return *a;
    const auto tag = value.find(Traits::tag);
    const std::vector<std::string> names = Traits::registry().names();
    if (tag == value.end())
      at.fail(fmt::format("the key '{}' of {} is missing{}", Traits::tag, Traits::name, suggestion("", names)));
    const std::string given = tag->is_string() ? tag->template get<std::string>() : tag->dump();
    At(at, Traits::tag).fail(fmt::format("unknown {} {}{}", Traits::name, in_quotes(given), suggestion(given, names)));
  }
  static Json alternative_schema(const Alternative<Base>& a, SchemaBuilder& builder) {
    Json schema = a.fields->inline_schema(builder);
    Json properties = Json::object();
    properties[Traits::tag] = {{"const", a.name}};
    properties.update(schema["properties"]);
    schema["properties"] = std::move(properties);
    Json required = Json::array();
    bool implied = false;
    if constexpr (requires { Traits::implied_by; }) implied = a.name == Traits::implied_by;
    if (!implied) required.push_back(Traits::tag);
    if (schema.contains("required"))
      for (const Json& key : schema["required"]) required.push_back(key);
    schema["required"] = std::move(required);
    return schema;
  }
};

namespace detail {
template <class Base>
struct TypeOf<Choice<Base>> : std::type_identity<ChoiceType<Base>> {};
}  // namespace detail

}  // namespace shardsim
