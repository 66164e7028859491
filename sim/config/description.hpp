// SPDX-License-Identifier: Apache-2.0
// Description of an object: its fields, each with name, unit (by its type), default or required, range and one line of
// documentation. From it come the strict reader, the writer and the JSON Schema.
//
//     struct Link { Bandwidth bandwidth; Duration latency; };
//     template <> void describe(Describe<Link>& d) {
//       d.object("link", "a cable between two nodes");
//       d.required("bandwidth", &Link::bandwidth, "of each direction").more_than(Bandwidth{0});
//       d.optional("latency", &Link::latency, "propagation of each direction");   // default: that of a fresh Link
//     }
//
// A field that was called something else keeps its former names: `.formerly("absent")`. They are read with a note and
// never written.
#pragma once

#include <functional>
#include <memory>

#include "config/basic_types.hpp"

namespace shardsim {

/// A field, without the types of its object and value.
struct Field {
  std::string name;
  std::string doc;
  bool required = false;
  const ValueType* type = nullptr;
  std::function<void*(void*)> locate;                           ///< the member within an object
  std::function<bool(const void*)> is_absent;                   ///< true: not written (an empty optional or list)
  std::vector<std::function<std::string(const void*)>> checks;  ///< on the member; "" or what is allowed
  Json limits = Json::object();                                 ///< schema keywords from the checks
};

/// A key that is no longer written, and still read.
struct FormerKey {
  std::string key;
  std::vector<std::string> now;                 ///< the keys that took its place
  std::function<Json(const Json& value)> made;  ///< {key: value, ...} made of its value; empty: the value as it is
};

/// What a check of a whole object found wrong: key of the field at fault ("" for the object) and the remedy.
struct Complaint {
  std::string key;
  std::string message;
};

class ObjectType : public ValueType {
 public:
  void read(const Json& value, const At& at, void* target) const override;
  /// Reads the fields; `also_allowed` is a key that belongs to somebody else (the tag of a choice).
  void read_fields(const Json& value, const At& at, void* target, const std::string& also_allowed) const;
  Json write(const void* source, const FileNames& names) const override;
  Json schema(SchemaBuilder& builder) const override;
  /// Schema of the object itself, without the choice of naming a file instead.
  Json inline_schema(SchemaBuilder& builder) const;
  void include_files(Json& value, const std::string& pointer, Document& document) const override;
  void include_fields(Json& value, const std::string& pointer, Document& document) const;

  const std::string& name() const { return name_; }
  const std::string& doc() const { return doc_; }
  bool has_field(const std::string& key) const;

 private:
  void replace_former_keys(Json& value, const std::string& pointer, Document& document) const;

 protected:
  std::string name_;
  std::string doc_;
  std::vector<Field> fields_;
  std::vector<FormerKey> former_keys_;
  std::vector<std::function<std::optional<Complaint>(void*)>> after_fields_;  // in this order, up to a complaint
  std::function<Json(const FileNames&)> write_default_;
};

/// To be specialised for every described type.
template <class T>
void describe(Describe<T>& d);

namespace detail {
/// What limits apply to: a value, or the value of an optional.
template <class M>
struct Bare {
  using type = M;
  static const M* value(const M& member) { return &member; }
};
template <class M>
struct Bare<std::optional<M>> {
  using type = M;
  static const M* value(const std::optional<M>& member) { return member ? &*member : nullptr; }
};
}  // namespace detail

template <class T>
class Describe : public ObjectType {
 public:
  /// Adds limits to the field just described; of an optional field, to its value where there is one.
  template <class M>
  class Limits {
   public:
    using Value = typename detail::Bare<M>::type;
    Limits(Field& field, std::vector<FormerKey>& former_keys) : field_(field), former_keys_(former_keys) {}
    Limits& at_least(Value low) {
      return check([low](const Value& v) { return v >= low; }, "at least", low, "minimum");
    }
    Limits& at_most(Value high) {
      return check([high](const Value& v) { return v <= high; }, "at most", high, "maximum");
    }
    Limits& more_than(Value low) {
      return check([low](const Value& v) { return v > low; }, "more than", low, "exclusiveMinimum");
    }
    Limits& less_than(Value high) {
      return check([high](const Value& v) { return v < high; }, "less than", high, "exclusiveMaximum");
    }
    /// A name that the field had once; `made` turns a value of that time into today's.
    Limits& formerly(std::string key, std::function<Json(const Json&)> made = {}) {
      FormerKey former{std::move(key), {field_.name}, {}};
      if (made)
        former.made = [name = field_.name, made = std::move(made)](const Json& value) {
          return Json{{name, made(value)}};
        };
      former_keys_.push_back(std::move(former));
      return *this;
    }

   private:
    template <class Test>
    Limits& check(Test test, const char* words, Value bound, const char* keyword) {
      field_.checks.push_back([=](const void* member) {
        const Value* value = detail::Bare<M>::value(*static_cast<const M*>(member));
        return value == nullptr || test(*value) ? std::string() : fmt::format("expected {} {}", words, text(bound));
      });
      if constexpr (std::is_arithmetic_v<Value>) field_.limits[keyword] = bound;
      return *this;
    }
    static std::string text(Value bound) {
      if constexpr (std::is_arithmetic_v<Value>)
        return fmt::format("{}", bound);
      else
        return to_text(bound);
    }
    Field& field_;
    std::vector<FormerKey>& former_keys_;
  };

  Describe() {
    describe(*this);
    write_default_ = [this](const FileNames& names) {
      const T fresh{};
      return write(&fresh, names);
    };
  }

  void object(std::string name, std::string doc) { name_ = std::move(name), doc_ = std::move(doc); }

  template <class M, class Owner>
  Limits<M> required(std::string name, M Owner::*member, std::string doc) {
    return field(std::move(name), member, std::move(doc), true);
  }
  /// A field that may be left out; a fresh T holds its default.
  template <class M, class Owner>
  Limits<M> optional(std::string name, M Owner::*member, std::string doc) {
    return field(std::move(name), member, std::move(doc), false);
  }
  /// A key whose place others took: `made` makes them, as {key: value, ...}, of its value.
  void formerly(std::string key, std::vector<std::string> now, std::function<Json(const Json&)> made) {
    former_keys_.push_back({std::move(key), std::move(now), std::move(made)});
  }
  /// A rule over the whole object.
  void check(std::function<std::optional<Complaint>(const T&)> rule) {
    after_fields_.push_back([rule = std::move(rule)](void* object) { return rule(*static_cast<const T*>(object)); });
  }
  /// Works out what follows from the fields, once the object has been read and has passed the rules described before.
  void finish(std::function<void(T&)> work) {
    after_fields_.push_back([work = std::move(work)](void* object) -> std::optional<Complaint> {
      work(*static_cast<T*>(object));
      return std::nullopt;
    });
  }

 private:
  template <class M, class Owner>
  Limits<M> field(std::string name, M Owner::*member, std::string doc, bool required) {
    Field f;
    f.name = std::move(name);
    f.doc = std::move(doc);
    f.required = required;
    f.type = &value_type<M>();
    f.locate = [member](void* object) -> void* { return &(static_cast<T*>(object)->*member); };
    f.is_absent = [=](const void* m) {
      const M& value = *static_cast<const M*>(m);
      if constexpr (requires { value.has_value(); }) {
        return !value.has_value();
      } else if constexpr (requires { value.empty(); }) {  // what is left out has to be read back as empty
        if (required || !value.empty()) return false;
        const T fresh{};
        return (fresh.*member).empty();
      } else {
        return false;
      }
    };
    fields_.push_back(std::move(f));
    return Limits<M>(fields_.back(), former_keys_);
  }
};

}  // namespace shardsim
