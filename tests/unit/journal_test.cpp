// SPDX-License-Identifier: Apache-2.0
// The journal of a sweep, cut and changed at every byte; records that come back to the last digit.
#include "experiment/journal.hpp"

#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "experiment/sweep_record.hpp"

using namespace shardsim;

namespace {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "shardsim-journal-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  std::filesystem::path operator/(const char* name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

void write_text(const std::filesystem::path& file, const std::string& text) {
  std::ofstream(file, std::ios::binary) << text;
}

std::string text_of(const std::filesystem::path& file) {
  std::ostringstream out;
  out << std::ifstream(file, std::ios::binary).rdbuf();
  return out.str();
}

std::vector<Json> entries(const std::filesystem::path& file, std::size_t damaged) {
  std::vector<Json> out;
  CHECK(read_journal(file, [&](const Json& entry) { out.push_back(entry); }).damaged == damaged);
  return out;
}

const Json kFirst = {{"id", "a"}, {"text", "crc32\":\"\n"}};
const Json kSecond = {{"id", "b"}, {"values", {1.5, -0.0, 1e-300}}};

}  // namespace

TEST_CASE("a journal gives back what was appended") {
  const TemporaryFolder folder;
  const auto file = folder / "deep/journal.jsonl";
  Journal(file, [](const Json&) { FAIL("it is new"); }).append(kFirst);
  std::vector<Json> seen;
  {
    Journal again(file, [&](const Json& entry) { seen.push_back(entry); });
    CHECK_THROWS_WITH(Journal(file, {}), Catch::Contains("in use"));
    again.append(kSecond);
  }
  CHECK(seen == std::vector<Json>{kFirst});
  CHECK(entries(file, 0) == std::vector<Json>{kFirst, kSecond});
  const Journal discarded(file, {});
  CHECK(text_of(file).empty());
}

// CRC-32 of `{"id":"a"` by Python's zlib, which is what other programs check lines with.
TEST_CASE("a line ends with the CRC-32 of what is before it") {
  CHECK(journal_line({{"id", "a"}}) == "{\"id\":\"a\",\"crc32\":\"143f85da\"}\n");
}

TEST_CASE("a journal cut anywhere loses its last line only, and goes on") {
  const TemporaryFolder folder;
  const auto file = folder / "journal.jsonl";
  const std::string first = journal_line(kFirst);
  const std::string both = first + journal_line(kSecond);
  for (std::size_t length = first.size(); length < both.size(); ++length) {
    CAPTURE(length);
    write_text(file, both.substr(0, length));
    CHECK(entries(file, length == first.size() ? 0 : 1) == std::vector<Json>{kFirst});
    Journal(file, [](const Json&) {}).append(kSecond);
    CHECK(text_of(file) == both);
  }
}

TEST_CASE("a line with any byte changed is dropped, and the others stay") {
  const TemporaryFolder folder;
  const auto file = folder / "journal.jsonl";
  const std::string first = journal_line(kFirst);
  for (std::size_t at = 0; at + 1 < first.size(); ++at) {
    CAPTURE(at);
    std::string changed = first;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    write_text(file, changed + journal_line(kSecond));
    CHECK(entries(file, 1) == std::vector<Json>{kSecond});
  }
}

TEST_CASE("a record comes back to the last digit") {
  PointRecord record;
  record.id = "x";
  record.seconds = 0.1;
  record.comparable = true;
  record.row.verdict = Verdict::saturated;
  record.row.completed = 3;
  record.row.figures.emplace();
  Estimate& p99 = (*record.row.figures)[Measure::p99];
  p99.value = 1.0 / 3;
  p99.low = 0.1 + 0.2;
  p99.high = 1e300;
  p99.trust = Trust::correlated;
  p99.pulls.width = 8;
  p99.pulls.runs = {{2, {1.0 / 7, -0.0}}, {0, {}}};
  const auto again = read_record(Json::parse(record_json(record).dump()));
  REQUIRE(again);
  CHECK(record_json(*again).dump() == record_json(record).dump());  // as text, where no number is null
  const Estimate& e = (*again->row.figures)[Measure::p99];
  CHECK(e.value == p99.value);
  CHECK(e.low == p99.low);
  CHECK(e.high == p99.high);
  CHECK(e.trust == Trust::correlated);
  CHECK(e.pulls.width == 8);
  REQUIRE(e.pulls.runs.size() == 2);
  CHECK(e.pulls.runs[0].first == 2);
  CHECK(e.pulls.runs[0].pulls == p99.pulls.runs[0].pulls);
  CHECK(std::isnan((*again->row.figures)[Measure::p50].low));
  CHECK_FALSE(
      read_record({{"id", "x"}, {"verdict", "unheard-of"}, {"completed", 1}, {"seconds", 1}, {"comparable", true}}));
  CHECK_FALSE(read_record({{"verdict", "stable"}}));
}
