// SPDX-License-Identifier: Apache-2.0
#include <sys/resource.h>

#include <boost/iostreams/filter/gzip.hpp>
#include <boost/iostreams/filter/zstd.hpp>
#include <boost/iostreams/filtering_stream.hpp>
#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "config/document.hpp"
#include "config/input_file.hpp"
#include "config/output_file.hpp"
#include "engine/random.hpp"
#include "workload/arrivals.hpp"
#include "workload/decimal_time.hpp"
#include "workload/trace.hpp"

using namespace shardsim;
using Catch::Matchers::Contains;

namespace {

namespace io = boost::iostreams;

class Folder {
 public:
  Folder() : path_(std::filesystem::temp_directory_path() / fmt::format("shardsim-trace-{}", getpid())) {
    std::filesystem::create_directories(path_);
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  std::filesystem::path put(const std::string& name, const std::string& content) const {
    std::filesystem::remove(path_ / name);  // some file systems write out a file that is cut to nothing
    std::ofstream(path_ / name, std::ios::binary) << content;
    return path_ / name;
  }
  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(path_), {}));
  }

 private:
  std::filesystem::path path_;
};

std::string content_of(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

template <class Filter>
std::string compressed(const std::string& text, Filter filter) {
  std::ostringstream out;
  io::filtering_ostream chain;
  chain.push(filter);
  chain.push(out);
  chain << text;
  chain.reset();
  return out.str();
}
std::string gzip(const std::string& text) { return compressed(text, io::gzip_compressor()); }
std::string zstd(const std::string& text) { return compressed(text, io::zstd_compressor()); }

bool operator_equal(const TraceRecord& a, const TraceRecord& b) {
  return a.arrival == b.arrival && a.items == b.items && a.lookups == b.lookups && a.rows == b.rows;
}

struct Trace {
  TraceHeader header;
  std::vector<TraceRecord> records;
};

Trace read(const std::filesystem::path& file) {
  TraceReader reader(file);
  Trace trace{reader.header(), {}};
  TraceRecord record;
  while (reader.next(record)) trace.records.push_back(record);
  CHECK(reader.count() == trace.records.size());
  CHECK_FALSE(reader.next(record));  // stays at the end
  return trace;
}

void write(const std::filesystem::path& file, const Trace& trace) {
  TraceWriter writer(file, trace.header);
  for (const TraceRecord& r : trace.records) writer.write(r);
  writer.close();
}

void check_same(const Trace& a, const Trace& b) {
  CHECK(a.header.provenance == b.header.provenance);
  CHECK(a.header.has_items == b.header.has_items);
  CHECK(a.header.detail == b.header.detail);
  REQUIRE(a.header.tables.size() == b.header.tables.size());
  for (std::size_t t = 0; t < a.header.tables.size(); ++t) {
    CHECK(a.header.tables[t].name == b.header.tables[t].name);
    CHECK(a.header.tables[t].rows == b.header.tables[t].rows);
  }
  REQUIRE(a.records.size() == b.records.size());
  for (std::size_t i = 0; i < a.records.size(); ++i) REQUIRE(operator_equal(a.records[i], b.records[i]));
}

// A trace of any kind: gaps from 0 ps to days, few or many lookups, rows up to the largest.
Trace random_trace(std::uint64_t seed) {
  RandomStream random(seed, 0, Purpose::lookups, 0);
  // Of any size up to `most`, small and large alike.
  const auto some = [&](std::uint64_t most) {
    const std::uint64_t within = std::min(most, random.bits() >> random.below(64));
    return static_cast<std::int64_t>(random.below(within + 1));
  };
  Trace trace;
  trace.header.detail = static_cast<TraceDetail>(random.below(3));
  trace.header.has_items = random.below(2) == 1;
  trace.header.provenance = {{"source", "h\u00f6rt \"this\"\n"}, {"seed", std::to_string(seed)}};
  if (trace.header.detail != TraceDetail::none)
    for (const char* name : {"plain", "a \"quoted\" \\ name", "t\u00e4ble \u2192", ""})
      trace.header.tables.push_back({*name == 0 ? std::to_string(seed) : name, some(1'000'000'000'000'000'000)});
  Time time{};
  const std::int64_t records = some(60);
  for (std::int64_t i = 0; i < records; ++i) {
    TraceRecord r;
    time += Duration(some(static_cast<std::uint64_t>((Time::max() - time).count() / 2)));
    r.arrival = time;
    if (trace.header.has_items) r.items = static_cast<int>(1 + some(999'999));
    for (const TraceTable& table : trace.header.tables) {
      const bool rows = trace.header.detail == TraceDetail::rows;
      r.lookups.push_back(static_cast<std::int32_t>(some(rows ? 200 : 1'000'000'000)));
      const std::int64_t limit = table.rows > 0 ? table.rows : std::numeric_limits<std::int64_t>::max();
      for (int k = 0; rows && k < r.lookups.back(); ++k) r.rows.push_back(some(static_cast<std::uint64_t>(limit) - 1));
    }
    trace.records.push_back(std::move(r));
  }
  return trace;
}

std::string error_of(const std::filesystem::path& file) {
  try {
    TraceReader reader(file);
    TraceRecord record;
    while (reader.next(record)) continue;
  } catch (const InputError& e) {
    return e.what();
  }
  return "no error";
}

const std::string kHeader = R"({"format": "shardsim-trace", "version": 1, "time_unit": "s")";
const std::string kCounts =
    kHeader + R"(, "items": true, "detail": "counts", "tables": [{"name": "user", "rows": 10}, {"name": "item"}]})" +
    "\n";
const std::string kRows =
    kHeader + R"(, "detail": "rows", "tables": [{"name": "user", "rows": 10}, {"name": "item"}]})" + "\n";

std::string leb(std::uint64_t v) {
  std::string out;
  for (; v >= 128; v >>= 7) out += static_cast<char>((v & 127) | 128);
  return out + static_cast<char>(v);
}
std::string compact(const std::string& header, const std::string& records) {
  return "SSTRACE1" + leb(header.size()) + header + records;
}
const std::string kCompactRows =
    R"({"format":"shardsim-trace","version":1,"time_unit":"ps","detail":"rows","tables":[{"name":"user","rows":10}]})";

}  // namespace

TEST_CASE("a trace is the same after any form and compression, and from one to the next") {
  const Folder folder;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    CAPTURE(seed);
    const Trace trace = random_trace(seed);
    Trace last = trace;
    for (const char* name : {"a.trace", "a.jsonl", "a.trace.gz", "a.jsonl.gz", "a.trace.zst", "a.jsonl.zst"}) {
      CAPTURE(name);
      write(folder / name, last);
      last = read(folder / name);
      check_same(trace, last);
    }
    write(folder / "b.jsonl", last);
    CHECK(content_of(folder / "a.jsonl") == content_of(folder / "b.jsonl"));
    write(folder / "b.trace", last);
    CHECK(content_of(folder / "a.trace") == content_of(folder / "b.trace"));
  }
  CHECK(folder.files() == 8);  // no temporary ones
}

TEST_CASE("large traces cross the buffers' ends") {
  const Folder folder;
  Trace trace;
  trace.header.detail = TraceDetail::rows;
  trace.header.tables = {{"t", 0}};
  RandomStream random(1, 0, Purpose::lookups, 0);
  for (int i = 0; i < 3000; ++i) {
    TraceRecord r;
    r.arrival = Time(Duration(std::int64_t{i} * 1'000'000'007));
    r.lookups = {i == 7 ? 200'000 : 100};  // a line of more than a block
    for (int k = 0; k < r.lookups[0]; ++k) r.rows.push_back(static_cast<std::int64_t>(random.bits() >> 2));
    trace.records.push_back(r);
  }
  for (const char* name : {"a.trace", "a.jsonl", "a.trace.gz", "a.jsonl.zst"}) {
    CAPTURE(name);
    write(folder / name, trace);
    check_same(trace, read(folder / name));
  }
  // Places count from the start of the file, not of a block.
  const std::string whole = content_of(folder / "a.trace");
  CHECK_THAT(error_of(folder.put("b", whole + "x")), Contains(fmt::format("byte {}: ", whole.size() + 1)));
  const std::string text = content_of(folder / "a.jsonl");
  CHECK_THAT(error_of(folder.put("b", text + "x")), Contains("b:3002: "));
}

TEST_CASE("decimal times are exact to the picosecond, then rounded to the nearest") {
  const auto ps = [](const char* text, TimeUnit unit) {
    const auto time = decimal_time(text, unit);
    return time ? time->time_since_epoch().count() : -1;
  };
  CHECK(ps("0", TimeUnit::s) == 0);
  CHECK(ps("0.0123", TimeUnit::s) == 12'300'000'000);
  CHECK(ps("12.3E-3", TimeUnit::s) == 12'300'000'000);
  CHECK(ps("1e+3", TimeUnit::us) == 1'000'000'000);
  CHECK(ps("0.000e5", TimeUnit::s) == 0);
  CHECK(ps("9000000.000000000001", TimeUnit::s) == 9'000'000'000'000'000'001);  // a double has 16 digits
  CHECK(ps("9000000000000000001", TimeUnit::ps) == 9'000'000'000'000'000'001);
  CHECK(ps("0.4999999999999999999999999", TimeUnit::ps) == 0);
  CHECK(ps("0.5", TimeUnit::ps) == 1);
  CHECK(ps("1.0005", TimeUnit::ns) == 1001);
  CHECK(ps("0.00005e1", TimeUnit::ns) == 1);
  CHECK(ps("5e-4", TimeUnit::ns) == 1);
  CHECK(ps("4e-4", TimeUnit::ns) == 0);
  CHECK(ps("9223372036854775807", TimeUnit::ps) == std::numeric_limits<std::int64_t>::max());
  CHECK(ps("9223372036854775807.4", TimeUnit::ps) == std::numeric_limits<std::int64_t>::max());
  CHECK(ps("9223372036854775807.5", TimeUnit::ps) == -1);
  CHECK(ps("9223372.036854775808", TimeUnit::s) == -1);
  CHECK(ps("99999999999999999999", TimeUnit::ps) == -1);
  CHECK(ps("1e99999999999999999999", TimeUnit::ps) == -1);
  CHECK(ps("0e99999999999999999999", TimeUnit::ps) == 0);
  CHECK(ps("1e-99999999999999999999", TimeUnit::s) == 0);
  CHECK(microseconds_text(Time(Duration(0))) == "0");
  CHECK(microseconds_text(Time(Duration(1))) == "0.000001");
  CHECK(microseconds_text(Time(Duration(1'500'000))) == "1.5");
  CHECK(microseconds_text(Time(Duration(10'000'000))) == "10");
  RandomStream random(1, 0, Purpose::lookups, 0);
  for (int i = 0; i < 1000; ++i) {
    const Time time(Duration(static_cast<std::int64_t>(random.bits() >> (1 + random.below(63)))));
    CHECK(decimal_time(microseconds_text(time), TimeUnit::us) == time);
  }
}

TEST_CASE("text is taken as it is meant") {
  const Folder folder;
  const Trace trace =
      read(folder.put("a", "\xef\xbb\xbf\r\n" + kCounts.substr(0, kCounts.size() - 1) +
                               "\r\n\r\n{\"lookups\": {\"item\": 7}, \"items\": 3, \"t\": 0}\r\n  \n"
                               " {\"t\": 1e-3, \"items\": 4, \"lookups\": {\"item\": 0, \"user\": 2}} "));
  REQUIRE(trace.records.size() == 2);
  CHECK(trace.records[0].lookups == std::vector<std::int32_t>{0, 7});
  CHECK(trace.records[1].lookups == std::vector<std::int32_t>{2, 0});
  CHECK(trace.records[1].arrival == Time(std::chrono::milliseconds(1)));
  CHECK(trace.records[1].items == 4);

  const Trace rows = read(folder.put(
      "b", kRows + R"({"t": 5, "rows": {"item": [8, 9, 8], "user": [1]}})" + "\n" + R"({"t": 5, "rows": {}})"));
  REQUIRE(rows.records.size() == 2);
  CHECK(rows.records[0].lookups == std::vector<std::int32_t>{1, 3});
  CHECK(rows.records[0].rows == std::vector<std::int64_t>{1, 8, 9, 8});
  CHECK(rows.records[1].lookups == std::vector<std::int32_t>{0, 0});

  CHECK(read(folder.put("c", kHeader + "}")).records.empty());  // a header only
}

TEST_CASE("each bad line of a text trace gets its error") {
  const Folder folder;
  const auto check = [&](const std::string& header, const std::string& line, const std::string& words) {
    const auto file = folder.put("bad.jsonl", header + line);
    CAPTURE(line);
    CHECK_THAT(error_of(file), Contains(words) && Contains("bad.jsonl:2: "));
  };
  const auto bare = [&](const std::string& line, const std::string& words) { check(kHeader + "}\n", line, words); };
  bare(R"({"t": -1})", "found -1; expected 't' to be a number of at least 0, in the header's time_unit, s");
  bare(R"({"t": -0.5})", "found -0.5; expected");
  bare(R"({"t": -0})", "found -0; expected");
  bare(R"({"t": "5 us"})", "found '5 us' (text); expected 't' to be a number");
  bare(R"({"t": NaN})", "NaN and infinity are no numbers");
  bare(R"({"t": nan})", "NaN and infinity are no numbers");
  bare(R"({"t": -Infinity})", "NaN and infinity are no numbers");
  bare(R"({"t": 1e999})", "found 1e999; expected 't'");
  bare(R"({"t": null})", "found null");
  bare(R"({"t": [1]})", "found a list");
  bare(R"({"t": {"t": 1}})", "found an object");
  bare(R"({"t": 1662859140.25})", "beyond 106 days");
  bare(R"({"t": 99999999999999999999999})", "beyond 106 days");
  bare(R"({})", "lacks the key 't'");
  bare(R"({"t": 1, "t": 2})", "'t' is given twice");
  bare(R"({"t": 1, "tt": 2})", "unknown key 'tt'; did you mean 't'?");
  bare(R"({"t": 1, "items": 2})", "the header does not announce the key 'items'");
  bare(R"({"t": 1, "lookups": {}})", "the header does not announce the key 'lookups'");
  bare(R"([])", "found a list; expected one record a line");
  bare(R"(7)", "found 7; expected one record a line");
  bare(R"("x")", "found 'x'; expected one record a line");
  bare(R"({"t": 1} {"t": 2})", "not valid JSON at column 10");
  bare(R"({"t": 1)", "ends within a record");
  bare("{\"t\": 1, \"\xff\": 2}", "not valid JSON");
  bare("garbage", "not valid JSON");
  bare(std::string(1000, '['), "found a list");

  const auto counts = [&](const std::string& line, const std::string& words) { check(kCounts, line, words); };
  counts(R"({"t": 1, "lookups": {}})", "lacks the key 'items'");
  counts(R"({"t": 1, "items": 1})", "lacks the key 'lookups'");
  counts(R"({"t": 1, "items": 0, "lookups": {}})", "found 0; expected 'items' to be a whole number from 1 to 1000000");
  counts(R"({"t": 1, "items": 1000001, "lookups": {}})", "found 1000001; expected 'items'");
  counts(R"({"t": 1, "items": 1.5, "lookups": {}})", "found 1.5; expected 'items'");
  counts(R"({"t": 1, "items": 1, "lookups": {"usr": 1}})",
         "unknown table 'usr'; did you mean 'user'?; allowed: user, item");
  counts(R"({"t": 1, "items": 1, "lookups": {"user": -1}})", "found -1; expected a count of lookups in table 'user'");
  counts(R"({"t": 1, "items": 1, "lookups": {"user": 1.5}})", "found 1.5");
  counts(R"({"t": 1, "items": 1, "lookups": {"user": 1000000001}})", "found 1000000001");
  counts(R"({"t": 1, "items": 1, "lookups": {"user": 99999999999999999999999}})", "found 99999999999999999999999");
  counts(R"({"t": 1, "items": 1, "lookups": {"user": [1]}})", "found a list");
  counts(R"({"t": 1, "items": 1, "lookups": {"user": 1, "user": 1}})", "table 'user' is given twice");
  counts(R"({"t": 1, "items": 1, "lookups": [1, 2]})", "found a list; expected 'lookups' to be an object");
  counts(R"({"t": 1, "items": 1, "lookups": 3})", "found 3; expected 'lookups' to be an object");
  counts(R"({"t": 1, "items": 1, "rows": {}})", "the header does not announce the key 'rows'");

  const auto rows = [&](const std::string& line, const std::string& words) { check(kRows, line, words); };
  rows(R"({"t": 1, "rows": {"user": [3, 10]}})", "found row 10; table 'user' has rows 0 to 9");
  rows(R"({"t": 1, "rows": {"item": [9223372036854775807]}})", "found row 9223372036854775807");
  rows(R"({"t": 1, "rows": {"item": [-1]}})", "found -1; expected row numbers of table 'item'");
  rows(R"({"t": 1, "rows": {"item": [0.5]}})", "found 0.5");
  rows(R"({"t": 1, "rows": {"item": [[1]]}})", "found a list");
  rows(R"({"t": 1, "rows": {"item": 1}})", "found 1; expected a list of row numbers");
  rows(R"({"t": 1, "rows": {"item": {"item": 1}}})", "found an object");

  const auto file = folder.put("order.jsonl", kHeader + "}\n{\"t\": 2}\n{\"t\": 2}\n\n{\"t\": 1.5}\n");
  CHECK_THAT(error_of(file), Contains("order.jsonl:5: found the time 1500000 us after 2000000 us; sort"));
}

TEST_CASE("each bad header gets its error") {
  const Folder folder;
  const auto check = [&](const std::string& content, const std::string& words) {
    CAPTURE(content.substr(0, 200));
    CHECK_THAT(error_of(folder.put("bad", content)), Contains(words) && Contains("bad"));
  };
  const std::string start = R"({"format": "shardsim-trace", "version": 1)";
  check("", "is empty");
  check("\n \n", "is empty");
  check("\xef\xbb\xbf", "is empty");
  check("arrival_s,items\n0,1\n", "is not a trace: found the line 'arrival_s,items'");
  check("arrival_s,items\n0,1\n", "Arrival times of a CSV file are read by arrivals of type 'trace'");
  check(std::string("\x7f"
                    "ELF\0\0\1",
                    7),
        "binary data");
  check("{\n", "is not a trace");
  check("{}", "is not a trace: found other JSON");
  check("{\"t\": 1}\n", "is not a trace: found other JSON");
  check(R"({"format": "other"})", "found the format \"other\"");
  check(R"({"format": "shardsim-trace", "version": 2, "hue": 1})", "written by a newer shardsim");
  check(R"({"format": "shardsim-trace", "version": 0, "time_unit": "s"})", "at least 1");
  check(R"({"format": "shardsim-trace", "time_unit": "s"})", "'version' of trace-header is missing");
  check(start + "}", "'time_unit' of trace-header is missing");
  check(start + R"(, "time_unit": "min"})", "allowed: ps, ns, us, ms, s");
  check(start + R"(, "time_unit": "s", "itms": true})", "did you mean 'items'?");
  check(start + R"(, "time_unit": "s", "time_unit": "s"})", "given twice");
  check(start + R"(, "time_unit": "s", "detail": "count"})", "did you mean 'counts'?");
  check(start + R"(, "time_unit": "s", "detail": "counts"})", "expected at least one table, as 'detail' is 'counts'");
  check(start + R"(, "time_unit": "s", "tables": [{"name": "a"}]})", "'none' but there are tables");
  check(start + R"(, "time_unit": "s", "detail": "counts", "tables": [{"name": "a"}, {"name": "a"}]})",
        "two tables are named 'a'");
  check(start + R"(, "time_unit": "s", "detail": "counts", "tables": [{"name": ""}]})", "empty name");
  check(start + R"(, "time_unit": "s", "detail": "counts", "tables": [{"name": "a", "rows": 0}]})", "at least 1");
  check(start + R"(, "time_unit": "s", "detail": "counts", "tables": [{"rows": 5}]})",
        "'name' of trace-table is missing");
  check(start + R"(, "time_unit": "s" "items": true})", "bad:1: not valid JSON");
  check("SSTRACE2", "written by a newer shardsim");
  CHECK_THAT(error_of(folder / ""), Contains("is a folder"));
  CHECK_THAT(error_of(folder / "none"), Contains("cannot be opened"));
  CHECK_THAT(error_of("/dev/null"), Contains("is empty"));
  CHECK_THAT(error_of("/dev/zero"), Contains("longer than"));  // it never ends
}

TEST_CASE("each bad byte of a compact trace gets its error, with its place") {
  const Folder folder;
  const auto check = [&](const std::string& content, const std::string& words) {
    CAPTURE(words);
    CHECK_THAT(error_of(folder.put("bad.trace", content)), Contains(words) && Contains("bad.trace: "));
  };
  const std::string head = compact(kCompactRows, "");
  const std::string good = leb(1) + leb(5) + leb(2) + leb(3) + leb(9);
  CHECK(read(folder.put("good", head + good + leb(0) + leb(1))).records.size() == 1);
  CHECK(read(folder.put("good", head + leb(0) + leb(0))).records.empty());
  check(head + good + leb(2), "found 2; expected 1 before a record or 0 after the last");
  check(head + good + leb(1) + leb(0) + leb(1) + leb(10),
        fmt::format("record 2 (byte {}): found row 10", head.size() + 5));
  check(head + leb(1) + leb(0) + leb(1'000'000'001), "at most 1000000000 are read");
  check(head + leb(1) + leb(0) + leb(100'000'001), "more than 100000000 rows");
  check(head + leb(1) + leb(0) + leb(1'000'000'000'000'000'000), "found 1000000000000000000 lookups in table 'user'");
  check(head + leb(1) + leb(0) + leb(100'000'000), "ends within a record");  // and 800 MB are not set aside
  check(head + leb(1) + leb(std::uint64_t{1} << 63), "beyond 106 days");
  check(head + leb(1) + leb(std::numeric_limits<std::int64_t>::max()) + leb(0) + leb(1) + leb(1), "beyond 106 days");
  check(head + leb(1) + std::string(10, '\x80') + leb(0), "more than 64 bits");
  check(head + leb(1) + std::string(9, '\xff') + "\x02", "more than 64 bits");
  check(head + good, "ends within a record; it was cut off");
  check(head + good + leb(0) + leb(2), "ends after 1 records and says it has 2");
  check(head + good + leb(0) + leb(1) + "x", "data after the end");
  check("SSTRACE1" + leb(std::uint64_t{1} << 60) + kCompactRows, "at most 16777216 are read");
  check("SSTRACE1" + leb(10'000'000) + kCompactRows, "ends within the header");
  check(compact("x" + kCompactRows, ""), "not valid JSON");
  check(compact(R"({"format":"shardsim-trace","version":1,"time_unit":"us"})", leb(0) + leb(0)),
        "/time_unit: found 'us'; a compact trace has 'ps'");
  const std::string items = compact(R"({"format":"shardsim-trace","version":1,"time_unit":"ps","items":true})", "");
  check(items + leb(1) + leb(0) + leb(0), "found 0 items; expected 1 to 1000000");
  check(items + leb(1) + leb(0) + leb(1'000'001), "found 1000001 items");
}

TEST_CASE("a file cut at any byte is an error, and one with any bit changed is never a crash") {
  const Folder folder;
  Trace trace = random_trace(2);
  while (trace.header.detail != TraceDetail::rows || trace.records.size() < 3)
    trace = random_trace(trace.records.size() + 77);
  trace.records.resize(3);
  write(folder / "whole.trace", trace);
  write(folder / "whole.jsonl", trace);
  const std::string plain = content_of(folder / "whole.trace");
  const std::string text = content_of(folder / "whole.jsonl");
  for (const std::string& whole : {plain, gzip(plain), zstd(plain), gzip(text), zstd(text)}) {
    for (std::size_t size = 0; size < whole.size(); ++size) {
      CAPTURE(size);
      REQUIRE(error_of(folder.put("cut", whole.substr(0, size))) != "no error");
    }
    CHECK(error_of(folder.put("cut", whole)) == "no error");
    CHECK(error_of(folder.put("cut", whole + "garbage")) != "no error");
    for (std::size_t at = 0; at < whole.size(); ++at) {
      std::string damaged = whole;
      damaged[at] = static_cast<char>(damaged[at] ^ (1 << (at % 8)));
      error_of(folder.put("damaged", damaged));  // whatever it says, it returns
    }
  }
  // Text may end with any line, but not within one.
  const std::size_t header = text.find('\n') + 1;
  for (std::size_t size = header; size < text.size() - 1; ++size) {
    const bool whole_line = text[size - 1] == '\n' || text[size] == '\n';
    REQUIRE((error_of(folder.put("cut", text.substr(0, size))) == "no error") == whole_line);
  }
}

TEST_CASE("gzip and zstd of several parts are read to their end") {
  const Folder folder;
  const std::string text = kHeader + "}\n{\"t\": 1}\n";
  for (const auto& [first, second] :
       {std::pair(gzip(text), gzip("{\"t\": 2}\n")), {zstd(text), zstd("{\"t\": 2}\n")}}) {
    CHECK(read(folder.put("two", first + second)).records.size() == 2);
    CHECK_THAT(error_of(folder.put("two", first + second.substr(0, second.size() - 1))), Contains("cut off"));
  }
  // A skippable frame of 5 bytes between two frames (RFC 8878, section 3.1.2).
  const std::string skipped("\x50\x2a\x4d\x18\x05\0\0\0hello", 13);
  CHECK(read(folder.put("two", zstd(text) + skipped + zstd("{\"t\": 2}\n"))).records.size() == 2);
  CHECK_THAT(error_of(folder.put("two", zstd(text) + skipped.substr(0, 12))), Contains("cut off"));
}

TEST_CASE("a trace appears whole or not at all") {
  const Folder folder;
  TraceHeader header;
  TraceRecord record;
  {
    TraceWriter writer(folder / "a.trace", header);
    writer.write(record);
  }
  CHECK(folder.files() == 0);
  std::ofstream(folder / "a.trace") << "old";
  {
    TraceWriter writer(folder / "a.trace", header);
    writer.write(record);
    CHECK(content_of(folder / "a.trace") == "old");
    writer.close();
  }
  CHECK(read(folder / "a.trace").records.size() == 1);
  CHECK(folder.files() == 1);
  CHECK_THROWS_WITH(TraceWriter(folder / "a.csv", header), Contains("names no form of trace"));
  CHECK_THROWS_WITH(TraceWriter(folder / "a.gz", header), Contains("names no form of trace"));
  std::filesystem::create_directory(folder / "b.trace");
  CHECK_THROWS_WITH(TraceWriter(folder / "b.trace", header), Contains("is a folder"));
  CHECK_THROWS_WITH(TraceWriter("/proc/none/a.trace", header), Contains("cannot be written"));
}

TEST_CASE("a disk that is full is an error, and nothing is left") {
  const Folder folder;
  TraceHeader header;
  header.has_items = true;
  // A limit on the size of files stands for the end of the disk.
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit small{100'000, before.rlim_max};
  auto* const handler = std::signal(SIGXFSZ, SIG_IGN);
  for (const char* name : {"a.trace", "a.jsonl", "a.trace.gz", "a.jsonl.zst"})
    for (const int records : {20'000, 500'000}) {  // fails at close(), fails at write()
      CAPTURE(name, records);
      setrlimit(RLIMIT_FSIZE, &small);
      std::string error = "none";
      try {
        RandomStream random(1, 0, Purpose::lookups, 0);
        TraceWriter writer(folder / name, header);
        TraceRecord record;
        for (int i = 0; i < records; ++i) {
          record.arrival += Duration(static_cast<std::int64_t>(random.bits() >> 16));
          record.items = static_cast<int>(1 + random.below(1'000'000));
          record.arrival = std::min(record.arrival, Time::max() - Duration(std::int64_t{1} << 50));
          writer.write(record);
        }
        writer.close();
      } catch (const std::runtime_error& e) {
        error = e.what();
      }
      setrlimit(RLIMIT_FSIZE, &before);
      CHECK_THAT(error, Contains("cannot be written"));
      CHECK(folder.files() == 0);
    }
  std::signal(SIGXFSZ, handler);
}

TEST_CASE("what cannot be read back is not written") {
  const Folder folder;
  TraceHeader header;
  header.detail = TraceDetail::rows;
  header.tables = {{"t", 5}};
  TraceRecord record;
  record.lookups = {1};
  record.rows = {4};
  record.arrival = Time(Duration(7));
  TraceWriter writer(folder / "a.trace", header);
  writer.write(record);
  const auto refuses = [&](auto change) {
    TraceRecord bad = record;
    change(bad);
    CHECK_THROWS_AS(writer.write(bad), std::logic_error);
  };
  refuses([](TraceRecord& r) { r.arrival = Time(Duration(6)); });
  refuses([](TraceRecord& r) { r.lookups = {}; });
  refuses([](TraceRecord& r) { r.lookups = {2}; });
  refuses([](TraceRecord& r) { r.lookups = {-1}; });
  refuses([](TraceRecord& r) { r.rows = {5}; });
  refuses([](TraceRecord& r) { r.rows = {-1}; });
}

TEST_CASE("a replay brings the times, items and lookups of its trace, and says what is wrong with it") {
  const Folder folder;
  const auto replay = [&](const std::string& file, const std::string& more = "") {
    Document d =
        Document::wrap(Json::parse(R"({"type": "replay", "file": ")" + file + "\"" + more + "}"), "test", folder / "");
    return read_document<Choice<Arrivals>>(d);
  };
  folder.put("counts", kCounts + R"({"t": 0.25, "items": 3, "lookups": {"item": 7}})" + "\n" +
                           R"({"t": 9.5, "items": 4, "lookups": {"user": 1}})");
  const auto arrivals = replay("counts");
  CHECK(arrivals->gives_items());
  REQUIRE(arrivals->recorded().has_value());
  CHECK(arrivals->recorded()->tables.size() == 2);
  const auto source = arrivals->open(1, 0);
  const auto first = source->next();
  REQUIRE(first.has_value());
  CHECK(first->time == Time(std::chrono::milliseconds(250)));  // as recorded: time zero is the trace's
  CHECK(first->items == 3);
  REQUIRE(first->recorded != nullptr);
  CHECK(first->recorded->lookups == std::vector<std::int32_t>{0, 7});
  CHECK(source->next()->recorded->lookups == std::vector<std::int32_t>{1, 0});
  CHECK_FALSE(source->next().has_value());

  folder.put("times", kHeader + "}\n{\"t\": 1}\n{\"t\": 2}\n{\"t\": 4}\n");
  const auto times = replay("times");
  CHECK_FALSE(times->gives_items());
  CHECK_FALSE(times->recorded().has_value());
  CHECK(times->open(1, 0)->next()->recorded == nullptr);

  const auto all_times = [](const Choice<Arrivals>& a) {
    std::vector<double> out;
    const auto s = a->open(1, 0);
    while (const auto arrival = s->next()) out.push_back(to_seconds(arrival->time.time_since_epoch()));
    return out;
  };
  CHECK(all_times(times) == std::vector<double>{1, 2, 4});
  CHECK(all_times(replay("times", R"(, "speedup": 2)")) == std::vector<double>{0.5, 1, 2});
  CHECK(all_times(replay("times", R"(, "max_gap": "2 s")")) == std::vector<double>{1, 2, 4});
  CHECK_THROWS_WITH(all_times(replay("times", R"(, "max_gap": "1.9 s")")),
                    Contains("times:4: ") && Contains("clock jump or a change of unit?"));
  // Two gaps in three seconds.
  const auto rated = all_times(replay("times", R"(, "rate": "2 /s")"));
  REQUIRE(rated.size() == 3);
  CHECK(rated[2] - rated[0] == Approx(1).epsilon(1e-9));

  folder.put("empty", kHeader + "}\n");
  CHECK_THROWS_WITH(replay("empty"), Contains("/file") && Contains("nothing to replay"));
  write(folder / "empty.trace", Trace{});
  CHECK_THROWS_WITH(replay("empty.trace"), Contains("/file") && Contains("nothing to replay"));
  folder.put("a.csv", "arrival_s\n1\n");
  CHECK_THROWS_WITH(replay("a.csv"), Contains("/file") && Contains("arrivals of type 'trace'"));
}
