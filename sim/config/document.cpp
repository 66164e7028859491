// SPDX-License-Identifier: Apache-2.0
#include "config/document.hpp"

#include <fmt/format.h>

#include <fstream>
#include <optional>

#include "config/library.hpp"
#include "config/remedy.hpp"
#include "config/suggest.hpp"
#include "config/text.hpp"

namespace shardsim {
namespace {

constexpr std::uintmax_t kLargestFile = std::uintmax_t{256} << 20;
constexpr std::streamsize kTextBlock = 1 << 16;
constexpr std::size_t kDeepest = 64;
constexpr std::size_t kLongestString = std::size_t{1} << 16;

// Looks through a text before anything of it is stored, so that hostile input costs no memory. (A callback on the parse
// itself would take time in the square of a list's length: nlohmann/json looks for discarded elements after each.)
class StrictCheck final : public nlohmann::json_sax<Json> {
 public:
  explicit StrictCheck(std::string file) : file_(std::move(file)) {}

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool string(string_t& text) override {
    if (text.size() > kLongestString)
      fail(fmt::format("found a string of {} characters; at most {} are allowed", text.size(), kLongestString));
    return true;
  }
  bool start_object(std::size_t) override { return open(); }
  bool start_array(std::size_t) override { return open(); }
  bool end_object() override { return levels_.pop_back(), true; }
  bool end_array() override { return levels_.pop_back(), true; }
  bool key(string_t& key) override {
    if (key.size() > kLongestKey)
      fail(fmt::format("found a key of {} characters; at most {} are allowed", key.size(), kLongestKey));
    if (!levels_.back().seen.insert(key).second) fail(fmt::format("key {} is given twice; keep one", in_quotes(key)));
    levels_.back().current = key;
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const Json::exception&) override {
    return false;  // the parse proper tells of it
  }

 private:
  bool open() {
    levels_.emplace_back();
    if (levels_.size() > kDeepest) fail(fmt::format("nested more than {} levels deep", kDeepest));
    return true;
  }
  [[noreturn]] void fail(const std::string& message) const {
    std::string pointer;
    for (const Level& level : levels_)
      if (!level.current.empty()) pointer += "/" + level.current;
    if (pointer.size() > 200) pointer = pointer.substr(0, 200) + "...";
    throw InputError(file_, pointer.empty() ? "/" : pointer, message);
  }

  struct Level {
    std::set<std::string> seen;
    std::string current;
  };
  std::string file_;
  std::vector<Level> levels_;
};

// nlohmann's "[json.exception.parse_error.101] parse error at line 3, column 5: ..." without its internal name.
std::string readable(const std::string& what) {
  const std::size_t end = what.find("] ");
  std::string text = end == std::string::npos ? what : what.substr(end + 2);
  constexpr std::size_t kShown = 240;
  return text.size() > kShown ? text.substr(0, kShown) + "..." : text;
}

// Text of 16 or 32 bits a character, by its byte-order mark or by a zero byte beside the character JSON begins with.
bool is_wide(std::string_view text) {
  using namespace std::string_view_literals;
  if (text.starts_with("\xff\xfe"sv) || text.starts_with("\xfe\xff"sv) || text.starts_with("\0\0\xfe\xff"sv))
    return true;
  constexpr std::string_view kFirst = "{[\" \t\r\n";
  const auto begins = [&](std::size_t i) { return kFirst.find(text[i]) != std::string_view::npos; };
  return text.size() > 1 && ((text[0] == '\0' && begins(1)) || (text[1] == '\0' && begins(0)));
}

// A byte-order mark of UTF-8 is let pass, as nlohmann's parser does.
void check_encoding(const std::string& text, const std::string& file) {
  if (is_wide(text))
    throw InputError(file, "", "is text in UTF-16 or UTF-32; save it as UTF-8 (iconv -f UTF-16 -t UTF-8 does)");
}

Json parse_strictly(const std::string& text, const std::string& file) {
  check_encoding(text, file);
  try {
    StrictCheck check(file);
    Json::sax_parse(text, &check);
    return Json::parse(text);
  } catch (const Json::exception& e) {
    throw InputError(file, "", "not valid JSON: " + readable(e.what()));
  }
}

std::string escaped(const std::string& key) {
  std::string out;
  for (const char c : key) {
    if (c == '~')
      out += "~0";
    else if (c == '/')
      out += "~1";
    else
      out += c;
  }
  return out;
}

std::vector<std::string> split_path(std::string_view path) {
  std::vector<std::string> parts;
  std::size_t start = 0;
  for (;;) {
    const std::size_t dot = path.find('.', start);
    parts.emplace_back(path.substr(start, dot - start));
    if (dot == std::string_view::npos) return parts;
    start = dot + 1;
  }
}

// What is shipped under a name goes by the key that it, or the list that it is in, is given to.
std::string kind_at(const std::string& pointer) {
  const std::string key = pointer.substr(pointer.rfind('/') + 1);
  if (const std::string list = "/tiers/" + key; pointer.ends_with(list)) return "tier";
  return key == "items" || key == "size" ? "distribution" : key;
}

std::string names_nothing(const std::string& name, const std::filesystem::path& folder, const std::string& kind) {
  std::vector<std::string> known;
  for (const Shipped& s : shipped(kind)) known.push_back(s.name);
  if (is_bare_name(name) && !known.empty())
    return fmt::format("{} is neither a file nor a shipped {}{}", in_quotes(name), kind, suggestion(name, known));
  const std::string type = fmt::format("; if a type is meant, write {{\"{}\": \"{}\"}}",
                                       kind == "sharding" ? "strategy" : "type", shortened(name));
  return fmt::format("names the file {}, which does not exist (looked for {}){}", in_quotes(name),
                     in_quotes((folder / name).lexically_normal().string()), is_bare_name(name) ? type : "");
}

// The element of an array that `part` names: by index, or by the "name" of an object.
Json* element(Json& array, const std::string& part) {
  for (Json& e : array)
    if (e.is_object() && e.contains("name") && e["name"] == part) return &e;
  if (!part.empty() && part.size() < 10 && part.find_first_not_of("0123456789") == std::string::npos) {
    const std::size_t index = std::stoul(part);
    if (index < array.size()) return &array[index];
  }
  return nullptr;
}

}  // namespace

std::string read_text_file(const std::filesystem::path& file, std::uintmax_t limit) {
  std::error_code error;
  if (std::filesystem::is_directory(file, error))
    throw InputError(file.string(), "", "is a folder; a file is expected");
  std::ifstream in(file, std::ios::binary);
  if (!in) throw InputError(file.string(), "", "cannot be opened; check the path and its permissions");
  const std::uintmax_t size = std::filesystem::file_size(file, error);
  if (!error && size > limit)
    throw InputError(file.string(), "", fmt::format("has {} bytes; at most {} are read", size, limit));
  std::string text;
  std::vector<char> block(kTextBlock);
  while (in.read(block.data(), kTextBlock), in.gcount() > 0) {
    text.append(block.data(), static_cast<std::size_t>(in.gcount()));
    if (text.size() > limit)  // a device or pipe, which has no size beforehand
      throw InputError(file.string(), "", fmt::format("has more than the {} bytes that are read", limit));
  }
  if (in.bad()) throw InputError(file.string(), "", "cannot be read");
  return text;
}

std::pair<std::string, std::string> split_assignment(std::string_view text, const std::string& option) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0)
    throw InputError(
        option, "",
        fmt::format("found {}; expected {}=value", in_quotes(text), option.starts_with("--set") ? "path" : "key"));
  return {std::string(text.substr(0, equals)), std::string(text.substr(equals + 1))};
}

Document Document::load(const std::filesystem::path& file) {
  const std::string text = read_text_file(file, kLargestFile);
  return wrap(parse_strictly(text, file.string()), file.string(), file.parent_path());
}

Document Document::parse(const std::string& text, std::string name) {
  Json value = parse_strictly(text, name);
  return wrap(std::move(value), std::move(name), std::filesystem::path());
}

Document Document::wrap(Json value, std::string name, std::filesystem::path folder) {
  Document document;
  document.root = std::move(value);
  document.sources_[""] = {std::move(name), std::move(folder), ""};
  return document;
}

Document::Origin Document::origin(const std::string& pointer) const {
  std::string prefix = pointer;
  for (;;) {
    if (const auto found = sources_.find(prefix); found != sources_.end()) {
      const Source& s = found->second;
      // An option of the command line says itself which place it sets.
      const bool said = s.file.starts_with("--") && prefix.size() == pointer.size();
      return {s.file, s.folder, said ? "" : s.base + pointer.substr(prefix.size())};
    }
    const std::size_t slash = prefix.rfind('/');
    prefix.resize(slash == std::string::npos ? 0 : slash);
  }
}

InputError Document::located(const ScenarioError& error) const {
  const Origin at = origin(error.pointer());
  return {at.file, at.pointer, with_remedy(error.message(), error.pointer())};
}

std::map<std::string, Document::Source> Document::sources_below(const std::string& pointer) const {
  std::map<std::string, Source> out;
  for (auto it = sources_.lower_bound(pointer); it != sources_.end() && it->first.starts_with(pointer); ++it)
    if (it->first.size() == pointer.size() || it->first[pointer.size()] == '/') out.insert(*it);
  return out;
}

bool Document::came_apart(const std::string& pointer) const { return !sources_below(pointer).empty(); }

void Document::note(const std::string& pointer, const std::string& text, const std::string& detail) {
  const std::map<std::string, Source> apart = sources_below(pointer);
  const Origin at = origin(apart.empty() ? pointer : apart.begin()->first);
  if (noted_.insert(at.file + ": " + text).second)
    notes_.push_back({one_line(at.file + (at.pointer.empty() ? "" : ": " + at.pointer)), text, one_line(detail)});
}

void Document::forget_below(const std::string& pointer) {
  for (const auto& [inside, _] : sources_below(pointer)) sources_.erase(inside);
}

void Document::moved(const std::string& from, const std::string& to) {
  const Origin at = origin(from);
  for (const auto& [pointer, source] : sources_below(from)) sources_[to + pointer.substr(from.size())] = source;
  sources_.try_emplace(to, Source{at.file, at.folder, at.pointer});
  forget_below(from);
}

void Document::replaced(const std::string& from, const std::vector<std::string>& to) {
  const Origin at = origin(from);
  const std::map<std::string, Source> apart = sources_below(from);
  const Source source = apart.empty() ? Source{at.file, at.folder, at.pointer} : apart.begin()->second;
  for (const std::string& pointer : to) sources_[pointer] = source;
  forget_below(from);
}

void Document::include(Json& value, const std::string& pointer) {
  const Origin at = origin(pointer);
  const std::string name = value.get<std::string>();
  const std::string kind = kind_at(pointer);
  const std::optional<std::filesystem::path> file = find_file(at.folder, name, kind);
  if (!file) throw InputError(at.file, at.pointer, names_nothing(name, at.folder, kind));
  value = parse_strictly(read_text_file(*file, kLargestFile), file->string());
  if (value.is_string()) throw InputError(file->string(), "", "holds only the name of another file; write the object");
  sources_[pointer] = {file->string(), file->parent_path(), ""};
}

void Document::set(std::string_view path, std::string_view text) {
  if (first_not_utf8(path) != std::string_view::npos || first_not_utf8(text) != std::string_view::npos)
    throw InputError("--set", "", fmt::format("{} is not UTF-8 text", in_quotes(fmt::format("{}={}", path, text))));
  // Only text that cannot be meant as a plain word is read as JSON.
  Json value = Json::parse(text, nullptr, false);
  if (value.is_discarded()) {
    if (!text.empty() && (text.front() == '{' || text.front() == '['))
      throw InputError(fmt::format("--set {}", path), "", fmt::format("{} is not valid JSON", in_quotes(text)));
    value = std::string(text);
  }
  set(path, value, fmt::format("--set {}", path), std::filesystem::path());
}

void Document::set(std::string_view path, const Json& value, const std::string& source,
                   const std::filesystem::path& folder) {
  Json* at = &root;
  std::string pointer;
  for (const std::string& part : split_path(path)) {
    if (part.empty()) throw InputError(source, "", fmt::format("the path {} has an empty part", in_quotes(path)));
    if (at->is_array()) {
      Json* next = element(*at, part);
      if (next == nullptr)
        throw InputError(source, pointer,
                         fmt::format("has {} elements and none is number or name {}", at->size(), in_quotes(part)));
      pointer += fmt::format("/{}", next - &(*at)[0]);
      at = next;
      continue;
    }
    if (at->is_null()) *at = Json::object();
    if (!at->is_object()) {
      throw InputError(source, "",
                       fmt::format("{} holds {}, which has no key {}", pointer.empty() ? "/" : pointer,
                                   at->dump().substr(0, 60), in_quotes(part)));
    }
    pointer += "/" + escaped(part);
    at = &(*at)[part];
  }
  *at = value;
  forget_below(pointer);
  sources_[pointer] = {source, folder, pointer};
}

}  // namespace shardsim
