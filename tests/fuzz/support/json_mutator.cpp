// SPDX-License-Identifier: Apache-2.0
#include "support/json_mutator.hpp"

#include <algorithm>
#include <array>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "support/expect.hpp"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t limit);

namespace shardsim::fuzz {
namespace {

// What a schema calls things.
struct Vocabulary {
  std::vector<std::string> keys;
  std::vector<std::string> words;
};

void collect(const Json& schema, std::set<std::string>& keys, std::set<std::string>& words) {
  if (schema.is_object()) {
    if (const auto properties = schema.find("properties"); properties != schema.end() && properties->is_object())
      for (const auto& [key, value] : properties->items()) keys.insert(key);
    for (const char* says : {"const", "default"})
      if (const auto it = schema.find(says); it != schema.end() && it->is_string())
        words.insert(it->get<std::string>());
    if (const auto it = schema.find("enum"); it != schema.end() && it->is_array())
      for (const Json& word : *it)
        if (word.is_string()) words.insert(word.get<std::string>());
  }
  if (schema.is_structured())
    for (const Json& part : schema) collect(part, keys, words);
}

const Vocabulary& vocabulary_of(const ValueType& type) {
  static const Vocabulary vocabulary = [&] {
    std::set<std::string> keys;
    std::set<std::string> words{"unlimited", "*", "main0", "sparse0"};
    collect(schema_document(type, "fuzz"), keys, words);
    return Vocabulary{{keys.begin(), keys.end()}, {words.begin(), words.end()}};
  }();
  return vocabulary;
}

class Mutator {
 public:
  Mutator(Json root, unsigned seed, const Vocabulary& vocabulary)
      : root_(std::move(root)), random_(seed), vocabulary_(vocabulary) {}

  Json mutated() {
    for (std::size_t changes = 1 + below(3); changes > 0; --changes) change();
    return std::move(root_);
  }

 private:
  std::size_t below(std::size_t count) { return std::uniform_int_distribution<std::size_t>(0, count - 1)(random_); }
  template <class List>
  const auto& any_of(const List& list) {
    return list[below(list.size())];
  }

  void find_all(Json& value) {
    values_.push_back(&value);
    if (value.is_structured())
      for (Json& part : value) find_all(part);
  }

  void change() {
    values_.clear();
    find_all(root_);
    Json& value = *any_of(values_);
    switch (below(6)) {
      case 0: {
        Json copy = *any_of(values_);  // it may be around the value
        value = std::move(copy);
        return;
      }
      case 1:
        return remove_part(value);
      case 2:
        return add_part(value);
      default:
        return change_scalar(value);
    }
  }

  void remove_part(Json& value) {
    if (value.empty() || !value.is_structured()) return;
    value.erase(std::next(value.begin(), static_cast<Json::difference_type>(below(value.size()))));
  }

  void add_part(Json& value) {
    Json part = below(2) == 0 ? Json(*any_of(values_)) : scalar();
    if (value.is_object()) value[any_of(vocabulary_.keys)] = std::move(part);
    if (value.is_array()) value.push_back(std::move(part));
  }

  void change_scalar(Json& value) {
    if (value.is_string() && below(2) == 0) {
      value = changed_text(value.get<std::string>());
    } else if (value.is_number() && below(2) == 0) {
      value = value.get<double>() * (static_cast<double>(below(41)) / 10 - 1);
    } else {
      value = scalar();
    }
  }

  // "25 Gbps": another number of the same unit; or any other text.
  std::string changed_text(std::string text) {
    const std::size_t unit = text.find(' ');
    if (unit != std::string::npos && below(3) != 0) return any_of(numbers()) + text.substr(unit);
    constexpr std::size_t kRoom = 8;
    const std::size_t size = text.size();
    text.resize(size + kRoom);
    text.resize(LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(text.data()), size, text.size()));
    return text;
  }

  Json scalar() {
    switch (below(5)) {
      case 0:
        return any_of(vocabulary_.words);
      case 1:
        return any_of(numbers()) + " " + any_of(units());
      case 2:
        return any_of(std::array<Json, 6>{Json(), true, false, Json::array(), Json::object(), ""});
      case 3:
        return any_of(std::array<Json, 8>{0, 1, 2, 3, 8, 64, 1000, 1'000'000});
      default:
        return Json::parse(any_of(numbers()), nullptr, false);
    }
  }

  static const std::vector<std::string>& numbers() {
    static const std::vector<std::string> numbers{"0",
                                                  "-0",
                                                  "1",
                                                  "-1",
                                                  "2",
                                                  "3",
                                                  "7",
                                                  "0.5",
                                                  "0.1",
                                                  "0.99",
                                                  "1.5",
                                                  "100",
                                                  "1e3",
                                                  "1e6",
                                                  "1e9",
                                                  "1e12",
                                                  "1e18",
                                                  "1e19",
                                                  "1e300",
                                                  "1e-300",
                                                  "5e-324",
                                                  "2147483647",
                                                  "2147483648",
                                                  "4294967296",
                                                  "1e-3",
                                                  "1e-6",
                                                  "1e-12",
                                                  "1e38",
                                                  "1e155",
                                                  "9007199254740993",
                                                  "9223372036854775807",
                                                  "18446744073709551615"};
    return numbers;
  }
  static const std::vector<std::string>& units() {
    static const std::vector<std::string> units{"s",    "us",   "ms", "ns", "ps",   "min", "h",    "/s",
                                                "/h",   "B",    "KB", "GB", "GiB",  "TB",  "GB/s", "bps",
                                                "Gbps", "Tbps", "%",  "",   "Gbit", "d",   "B/s",  "GFLOP/s"};
    return units;
  }

  Json root_;
  std::minstd_rand random_;
  const Vocabulary& vocabulary_;
  std::vector<Json*> values_;  // all of the root's
};

}  // namespace

std::size_t mutate_json(std::uint8_t* data, std::size_t size, std::size_t limit, unsigned seed, const ValueType& type) {
  constexpr unsigned kOfBytes = 8;
  Json root = Json::parse(text_of(data, size), nullptr, false);
  if (root.is_discarded() || seed % kOfBytes == 0) return LLVMFuzzerMutate(data, size, limit);
  const Json changed = Mutator(std::move(root), seed / kOfBytes, vocabulary_of(type)).mutated();
  const std::string text = changed.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (text.size() > limit) return LLVMFuzzerMutate(data, size, limit);
  std::copy(text.begin(), text.end(), data);
  return text.size();
}

}  // namespace shardsim::fuzz
