// SPDX-License-Identifier: Apache-2.0
#include "config/suggest.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>

namespace shardsim {
namespace {

constexpr std::size_t kLongestWord = 64;

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row.back();
}

const std::string* nearest(std::string_view word, const std::vector<std::string>& known, std::size_t most) {
  std::size_t best = most + 1;
  const std::string* found = nullptr;
  for (const std::string& candidate : known) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < best) best = distance, found = &candidate;
  }
  return found;
}

// The shortest that the word begins, or else is a part of: 'cat' is more likely 'concat' than 'dot'.
const std::string* containing(std::string_view word, const std::vector<std::string>& known) {
  constexpr std::size_t kFewest = 3;
  if (word.size() < kFewest) return nullptr;
  const auto shortest = [&](bool at_the_start) {
    const std::string* found = nullptr;
    for (const std::string& candidate : known) {
      const bool fits = at_the_start ? candidate.starts_with(word) : candidate.find(word) != std::string::npos;
      if (fits && (found == nullptr || candidate.size() < found->size())) found = &candidate;
    }
    return found;
  };
  const std::string* begun = shortest(true);
  return begun != nullptr ? begun : shortest(false);
}

}  // namespace

std::string shortened(std::string_view text) {
  constexpr std::size_t kShown = 60;
  if (text.size() <= kShown) return std::string(text);
  std::size_t cut = kShown;
  while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0) == 0x80) --cut;  // not inside a UTF-8 sequence
  return fmt::format("{}...", text.substr(0, cut));
}

std::string in_quotes(std::string_view text) {
  const std::string shown = shortened(text);
  return shown.size() == text.size() ? fmt::format("'{}'", text)
                                     : fmt::format("'{}' ({} characters)", shown, text.size());
}

std::string suggestion(std::string_view word, const std::vector<std::string>& known) {
  if (known.empty()) return "";
  std::string out;
  if (!word.empty() && word.size() <= kLongestWord) {
    const std::string* meant = nearest(word, known, 1);
    if (meant == nullptr) meant = containing(word, known);
    if (meant == nullptr) meant = nearest(word, known, std::max<std::size_t>(2, word.size() / 3));
    if (meant != nullptr) out = fmt::format("; did you mean '{}'?", shortened(*meant));
  }
  constexpr std::size_t kListed = 24;
  const auto shown = std::min(known.size(), kListed);
  std::vector<std::string> names;
  for (std::size_t i = 0; i < shown; ++i) names.push_back(shortened(known[i]));
  out += fmt::format("; allowed: {}{}", fmt::join(names, ", "), shown < known.size() ? ", ..." : "");
  return out;
}

}  // namespace shardsim
