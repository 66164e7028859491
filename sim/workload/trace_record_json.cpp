// SPDX-License-Identifier: Apache-2.0
#include "workload/trace_record_json.hpp"

#include <algorithm>
#include <cctype>

#include "config/suggest.hpp"

namespace shardsim {
namespace {

constexpr const char* kTime = "t";
constexpr const char* kItems = "items";
constexpr const char* kLookups = "lookups";
constexpr const char* kRows = "rows";

}  // namespace

RecordParser::RecordParser(const TraceHeader& header, TimeUnit unit) : header_(header), unit_(unit) {
  for (std::size_t t = 0; t < header.tables.size(); ++t) table_numbers_[header.tables[t].name] = t;
}

void RecordParser::parse(const std::string& text, TraceRecord& record) {
  record_ = &record;
  record.items = 0;
  record.lookups.assign(header_.tables.size(), 0);
  record.rows.clear();
  text_ = &text;
  slot_ = Slot::record;
  level_ = Level::outside;
  has_time_ = has_items_ = has_tables_ = false;
  has_table_.assign(header_.tables.size(), false);
  parts_.clear();
  Json::sax_parse(text, this);
}

std::string RecordParser::expected() const {
  switch (slot_) {
    case Slot::record:
      return "one record a line, such as {\"t\": 0}";
    case Slot::time:
      return fmt::format("'t' to be a number of at least 0, in the header's time_unit, {}", name_of(unit_));
    case Slot::items:
      return fmt::format("'items' to be a whole number from 1 to {}", kMostTraceItems);
    case Slot::tables:
      return counts() ? R"('lookups' to be an object of counts by table, {"table": 3})"
                      : R"('rows' to be an object of lists by table, {"table": [7, 0]})";
    case Slot::count:
      return fmt::format("a count of lookups in table {}, a whole number from 0 to {}",
                         in_quotes(header_.tables[table_].name), kMostTraceLookups);
    case Slot::row_list:
      return fmt::format("a list of row numbers of table {}", in_quotes(header_.tables[table_].name));
    case Slot::row:
      break;
  }
  return fmt::format("row numbers of table {}, whole and at least 0", in_quotes(header_.tables[table_].name));
}

void RecordParser::refuse(const std::string& found) const {
  throw BadRecord(fmt::format("found {}; expected {}", found, expected()));
}

bool RecordParser::number_integer(number_integer_t value) {
  // Only negative numbers come here.
  refuse(value == 0 ? "-0" : std::to_string(value));
}

bool RecordParser::number_unsigned(number_unsigned_t value) {
  const auto at_most = [&](std::int64_t high) {
    if (value > static_cast<std::uint64_t>(high)) refuse(std::to_string(value));
  };
  switch (slot_) {
    case Slot::time:
      set_time(std::to_string(value));
      return true;
    case Slot::items:
      at_most(kMostTraceItems);
      if (value < 1) refuse("0");
      record_->items = static_cast<int>(value);
      return true;
    case Slot::count:
      at_most(kMostTraceLookups);
      record_->lookups[table_] = static_cast<std::int32_t>(value);
      return true;
    case Slot::row:
      add_row(value);
      return true;
    default:
      refuse(std::to_string(value));
  }
}

bool RecordParser::number_float(number_float_t, const string_t& text) {
  if (slot_ != Slot::time || text.starts_with('-')) refuse(shortened(text));
  set_time(text);
  return true;
}

bool RecordParser::string(string_t& text) {
  // A time with its unit is what people would write most.
  const bool with_unit = slot_ == Slot::time;
  refuse(in_quotes(text) + (with_unit ? " (text)" : ""));
}

void RecordParser::set_time(std::string_view number) {
  const std::optional<Time> time = decimal_time(number, unit_);
  if (!time)
    throw BadRecord(fmt::format(
        "found the time {} {}, beyond 106 days, the longest a trace may last; times start at the trace's own "
        "zero: subtract the first, and check the header's time_unit",
        shortened(number), name_of(unit_)));
  record_->arrival = *time;
}

void RecordParser::add_row(std::uint64_t row) {
  const TraceTable& table = header_.tables[table_];
  const std::int64_t limit = table.rows > 0 ? table.rows : std::numeric_limits<std::int64_t>::max();
  if (row >= static_cast<std::uint64_t>(limit)) throw BadRecord(complaint_about_row(std::to_string(row), table));
  record_->rows.push_back(static_cast<std::int64_t>(row));
  ++record_->lookups[table_];
}

bool RecordParser::start_object(std::size_t) {
  if (level_ == Level::outside)
    level_ = Level::record;
  else if (level_ == Level::record && slot_ == Slot::tables)
    level_ = Level::tables;
  else
    refuse("an object");
  return true;
}

bool RecordParser::key(string_t& key) {
  if (level_ == Level::record)
    record_key(key);
  else
    table_key(key);
  return true;
}

void RecordParser::once(bool& seen, const std::string& key) const {
  if (seen) throw BadRecord(fmt::format("key '{}' is given twice; keep one", key));
  seen = true;
}

void RecordParser::record_key(const std::string& key) {
  std::vector<std::string> allowed{kTime};
  if (header_.has_items) allowed.emplace_back(kItems);
  if (header_.detail != TraceDetail::none) allowed.emplace_back(counts() ? kLookups : kRows);
  if (std::find(allowed.begin(), allowed.end(), key) == allowed.end()) {
    const bool unannounced = key == kItems || key == kLookups || key == kRows;
    throw BadRecord(fmt::format("{} key {}{}", unannounced ? "the header does not announce the" : "unknown",
                                in_quotes(key), suggestion(key, allowed)));
  }
  if (key == kTime) {
    once(has_time_, key);
    slot_ = Slot::time;
  } else if (key == kItems) {
    once(has_items_, key);
    slot_ = Slot::items;
  } else {
    once(has_tables_, key);
    slot_ = Slot::tables;
  }
}

void RecordParser::table_key(const std::string& key) {
  const auto found = table_numbers_.find(key);
  if (found == table_numbers_.end()) {
    std::vector<std::string> names;
    for (const TraceTable& t : header_.tables) names.push_back(t.name);
    throw BadRecord(fmt::format("unknown table {}{}", in_quotes(key), suggestion(key, names)));
  }
  table_ = found->second;
  if (has_table_[table_]) throw BadRecord(fmt::format("table {} is given twice; keep one", in_quotes(key)));
  has_table_[table_] = true;
  slot_ = counts() ? Slot::count : Slot::row_list;
}

bool RecordParser::start_array(std::size_t) {
  if (level_ != Level::tables || slot_ != Slot::row_list) refuse("a list");
  parts_.push_back({table_, record_->rows.size()});
  slot_ = Slot::row;
  return true;
}

bool RecordParser::end_array() { return true; }

bool RecordParser::end_object() {
  if (level_ == Level::tables) {
    level_ = Level::record;
    return true;
  }
  check_complete();
  arrange_rows();
  return true;
}

void RecordParser::check_complete() const {
  const auto require = [](bool there, const char* key) {
    if (!there) throw BadRecord(fmt::format("the record lacks the key '{}'", key));
  };
  require(has_time_, kTime);
  require(has_items_ || !header_.has_items, kItems);
  require(has_tables_ || header_.detail == TraceDetail::none, counts() ? kLookups : kRows);
}

// Tables may come in any order; their rows are kept in the header's.
void RecordParser::arrange_rows() {
  const auto by_table = [](const Part& a, const Part& b) { return a.table < b.table; };
  if (std::is_sorted(parts_.begin(), parts_.end(), by_table)) return;
  std::sort(parts_.begin(), parts_.end(), by_table);
  arranged_.clear();
  for (const Part& part : parts_) {
    const auto first = record_->rows.begin() + static_cast<std::ptrdiff_t>(part.first_row);
    arranged_.insert(arranged_.end(), first, first + record_->lookups[part.table]);
  }
  record_->rows.swap(arranged_);
}

bool RecordParser::parse_error(std::size_t position, const std::string& last_token, const Json::exception& e) {
  if (position > text_->size()) throw BadRecord("the line ends within a record; was the file cut off?");
  constexpr int kNumberOverflow = 406;  // of nlohmann/json: a number beyond those of a double
  if (e.id == kNumberOverflow) refuse(shortened(last_token));
  throw BadRecord(fmt::format("not valid JSON at column {}, near {}{}; expected {}", position, in_quotes(last_token),
                              spells_no_number(position) ? " (NaN and infinity are no numbers here)" : "", expected()));
}

// Whether the text has NaN or infinity, which JSON does not know, about there.
bool RecordParser::spells_no_number(std::size_t position) const {
  constexpr std::size_t kBefore = 3;
  std::string near = text_->substr(position - std::min(position, kBefore), 2 * kBefore);
  for (char& c : near) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return near.find("nan") != std::string::npos || near.find("inf") != std::string::npos;
}

}  // namespace shardsim
