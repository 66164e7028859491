// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "config/error.hpp"
#include "config/json.hpp"

namespace shardsim {

/// A JSON value together with where each part of it came from: files that name other files are put together into one
/// value, and errors still speak of the file and pointer that the user wrote.
class Document {
 public:
  /// Reads a file strictly: JSON text in UTF-8, no duplicate keys, no deep nesting, no giant strings.
  /// Throws InputError.
  static Document load(const std::filesystem::path& file);
  /// The same for a text; `name` stands for the file in errors.
  static Document parse(const std::string& text, std::string name);
  /// Wraps a value made by the program; `name` stands for the file in errors, relative paths start at `folder`.
  static Document wrap(Json value, std::string name, std::filesystem::path folder);

  Json root;

  /// Where the value at `pointer` (a JSON pointer into root) came from.
  struct Origin {
    std::string file;              ///< shown to the user
    std::filesystem::path folder;  ///< relative paths in the value start here
    std::string pointer;           ///< of the value within that file
  };
  Origin origin(const std::string& pointer) const;
  /// The same error, told by the file and pointer that the user wrote.
  InputError located(const ScenarioError& error) const;

  /// What stands at `from` moves to `to` as it is. Errors still name what the user wrote.
  void moved(const std::string& from, const std::string& to);
  /// What stands at `from` is replaced by values at `to`, made of it.
  void replaced(const std::string& from, const std::vector<std::string>& to);
  /// Whether the value at `pointer`, or a part of it, was set or included apart from what it stands in.
  bool came_apart(const std::string& pointer) const;
  /// What the user should know and is no error.
  struct Note {
    std::string place;   ///< file and JSON pointer
    std::string text;    ///< one line; told once for a file
    std::string detail;  ///< on this place
  };
  void note(const std::string& pointer, const std::string& text, const std::string& detail = "");
  const std::vector<Note>& notes() const { return notes_; }

  /// Replaces `value`, which stands at `pointer` and must be a string, by the JSON file it names.
  void include(Json& value, const std::string& pointer);

  /// Sets the value at a dotted path such as "traffic.arrivals.rate"; objects on the way are made when missing, an
  /// element of an array is named by its index or by its "name". `text` is JSON where it parses as JSON, else a string.
  void set(std::string_view path, std::string_view text);
  /// The same with a value; `source` and `folder` say where it came from.
  void set(std::string_view path, const Json& value, const std::string& source, const std::filesystem::path& folder);

 private:
  struct Source {
    std::string file;
    std::filesystem::path folder;
    std::string base;  // pointer of this part within its own file
  };
  /// The sources of `pointer` and of what is below it.
  std::map<std::string, Source> sources_below(const std::string& pointer) const;
  void forget_below(const std::string& pointer);

  std::map<std::string, Source> sources_;  // by pointer into root; the longest prefix counts
  std::set<std::string> noted_;            // file and text
  std::vector<Note> notes_;
};

/// Longest key of an object, such as a host's name in 'host_platforms'.
inline constexpr std::size_t kLongestKey = 1024;

/// The whole text of a file. Throws InputError when it cannot be read or is larger than `limit` bytes.
std::string read_text_file(const std::filesystem::path& file, std::uintmax_t limit);

/// Parses the text of `path=value`. Throws InputError when there is no '='.
std::pair<std::string, std::string> split_assignment(std::string_view text, const std::string& option = "--set");

}  // namespace shardsim
