// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <unordered_map>

#include "workload/trace_form.hpp"

namespace shardsim {

/// What is wrong with a record; whoever knows the line says so.
class BadRecord : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Reads records of the text form, one JSON object each, without making a tree of it: a record may have millions of
/// rows. Throws BadRecord.
class RecordParser final : public nlohmann::json_sax<Json> {
 public:
  /// The header must outlive it.
  RecordParser(const TraceHeader& header, TimeUnit unit);
  void parse(const std::string& text, TraceRecord& record);

  bool null() override { refuse("null"); }
  bool boolean(bool value) override { refuse(value ? "true" : "false"); }
  bool number_integer(number_integer_t value) override;
  bool number_unsigned(number_unsigned_t value) override;
  bool number_float(number_float_t value, const string_t& text) override;
  bool string(string_t& text) override;
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override;
  bool key(string_t& key) override;
  bool end_object() override;
  bool start_array(std::size_t) override;
  bool end_array() override;
  bool parse_error(std::size_t position, const std::string& last_token, const Json::exception& e) override;

 private:
  // What the next value is.
  enum class Slot { record, time, items, tables, count, row_list, row };
  enum class Level { outside, record, tables };

  [[noreturn]] void refuse(const std::string& found) const;
  std::string expected() const;
  bool counts() const { return header_.detail == TraceDetail::counts; }
  void record_key(const std::string& key);
  void table_key(const std::string& key);
  void once(bool& seen, const std::string& key) const;
  void add_row(std::uint64_t row);
  void set_time(std::string_view number);
  void check_complete() const;
  void arrange_rows();
  bool spells_no_number(std::size_t position) const;

  const TraceHeader& header_;
  TimeUnit unit_;
  std::unordered_map<std::string, std::size_t> table_numbers_;

  TraceRecord* record_ = nullptr;
  const std::string* text_ = nullptr;
  Slot slot_ = Slot::record;
  Level level_ = Level::outside;
  bool has_time_ = false;
  bool has_items_ = false;
  bool has_tables_ = false;
  std::size_t table_ = 0;
  std::vector<bool> has_table_;
  struct Part {
    std::size_t table;
    std::size_t first_row;
  };
  std::vector<Part> parts_;  ///< of the rows, as they came
  std::vector<std::int64_t> arranged_;
};

}  // namespace shardsim
