// SPDX-License-Identifier: Apache-2.0
#include "workload/trace_header.hpp"

#include <unordered_set>

#include "config/description.hpp"

namespace shardsim {
namespace {

struct TableFields {
  std::string name;
  std::optional<std::int64_t> rows;
};

struct EstimateFields {
  double items = 1;
  std::vector<TraceEstimate::Table> tables;
};

// The header as it is written.
struct HeaderFields {
  std::string format;
  int version = kTraceVersion;
  TimeUnit time_unit = TimeUnit::us;
  bool items = false;
  TraceDetail detail = TraceDetail::none;
  std::vector<TableFields> tables;
  Remarks provenance;
  std::optional<EstimateFields> estimate;
};

std::optional<Complaint> complaint_about(const HeaderFields& h) {
  if (h.detail == TraceDetail::none && !h.tables.empty())
    return Complaint{"detail", "is 'none' but there are tables; say whether records have counts or rows"};
  if (h.detail != TraceDetail::none && h.tables.empty())
    return Complaint{"tables", fmt::format("expected at least one table, as 'detail' is '{}'", name_of(h.detail))};
  std::unordered_set<std::string> seen;
  for (const TableFields& t : h.tables) {
    if (t.name.empty()) return Complaint{"tables", "a table has an empty name"};
    if (!seen.insert(t.name).second)
      return Complaint{"tables", fmt::format("two tables are named {}; names are unique", in_quotes(t.name))};
  }
  if (!h.estimate) return std::nullopt;
  for (const TraceEstimate::Table& t : h.estimate->tables)
    if (!seen.contains(t.name))
      return Complaint{"estimate", fmt::format("is of {} among others, which is no table of the trace or comes twice",
                                               in_quotes(t.name))};
    else
      seen.erase(t.name);
  return std::nullopt;
}

void check_version(const Json& root, const std::string& place) {
  if (!root.is_object() || !root.contains("format") || root["format"] != kTraceFormat) {
    const bool other = root.is_object() && root.contains("format");
    fail_not_a_trace(place, other ? "the format " + root["format"].dump().substr(0, 60) : "other JSON");
  }
  const auto version = root.find("version");
  if (version != root.end() && version->is_number_integer() && version->get<std::int64_t>() > kTraceVersion)
    throw InputError(place, "/version",
                     fmt::format("found {}: written by a newer shardsim; this one reads version {}", version->dump(),
                                 kTraceVersion));
}

}  // namespace

template <>
void describe(Describe<TableFields>& d) {
  d.object("trace-table", "a table of the trace");
  d.required("name", &TableFields::name, "unique");
  d.optional("rows", &TableFields::rows, "row numbers are below it").at_least(1);
}

template <>
void describe(Describe<TraceEstimate::Table>& d) {
  d.object("trace-estimate-table", "what was expected of a table");
  d.required("name", &TraceEstimate::Table::name, "of the table");
  d.required("lookups", &TraceEstimate::Table::lookups, "a query").at_least(0);
  d.optional("split_by", &TraceEstimate::Table::split_by, "modulo or range, where it was split");
  d.optional("shares", &TraceEstimate::Table::shares, "of the lookups, by part, where it was split");
}

template <>
void describe(Describe<EstimateFields>& d) {
  d.object("trace-estimate", "what was expected of the queries when they were recorded: the same plan follows from it");
  d.required("items", &EstimateFields::items, "a query").at_least(0);
  d.optional("tables", &EstimateFields::tables, "lookups in each table");
}

template <>
void describe(Describe<HeaderFields>& d) {
  d.object("trace-header", "header of a trace");
  d.required("format", &HeaderFields::format, kTraceFormat);
  d.required("version", &HeaderFields::version, "of the format").at_least(1);
  d.required("time_unit", &HeaderFields::time_unit, "of every time: ps, ns, us, ms or s");
  d.optional("items", &HeaderFields::items, "whether records have 'items'");
  d.optional("detail", &HeaderFields::detail, "what is known of lookups");
  d.optional("tables", &HeaderFields::tables, "the tables looked up");
  d.optional("provenance", &HeaderFields::provenance, "source, licence, how it was made");
  d.optional("estimate", &HeaderFields::estimate, "what was expected of the queries, for the same plan as then");
  d.check([](const HeaderFields& h) { return complaint_about(h); });
}

ParsedHeader parse_trace_header(const std::string& text, const std::string& place) {
  Document document = Document::parse(text, place);
  check_version(document.root, place);
  HeaderFields fields;
  // Not read_document(): a header names no other files.
  value_type<HeaderFields>().read(document.root, At(document), &fields);
  ParsedHeader parsed;
  parsed.unit = fields.time_unit;
  parsed.header.provenance = std::move(fields.provenance);
  parsed.header.has_items = fields.items;
  parsed.header.detail = fields.detail;
  for (TableFields& t : fields.tables) parsed.header.tables.push_back({std::move(t.name), t.rows.value_or(0)});
  if (fields.estimate) parsed.header.estimate = {fields.estimate->items, std::move(fields.estimate->tables)};
  return parsed;
}

std::string trace_header_text(const TraceHeader& header, TimeUnit unit) {
  HeaderFields fields;
  fields.format = kTraceFormat;
  fields.time_unit = unit;
  fields.items = header.has_items;
  fields.detail = header.detail;
  fields.provenance = header.provenance;
  for (const TraceTable& t : header.tables)
    fields.tables.push_back({t.name, t.rows > 0 ? std::optional(t.rows) : std::nullopt});
  if (header.estimate) fields.estimate = EstimateFields{header.estimate->items, header.estimate->tables};
  // Remarks may hold the name of a file, which need not be UTF-8.
  return value_type<HeaderFields>().write(&fields, {}).dump(-1, ' ', false, Json::error_handler_t::replace);
}

void fail_not_a_trace(const std::string& file, const std::string& found) {
  throw InputError(
      file, "",
      fmt::format(
          "is not a trace: found {}; expected the header {{\"format\": \"{}\", ...}} or a compact trace, either "
          "perhaps gzip or zstd. Arrival times of a CSV file are read by arrivals of type 'trace'; "
          "scripts/convert_trace.py makes traces of other files",
          found, kTraceFormat));
}

std::string complaint_about_row(const std::string& row, const TraceTable& table) {
  const std::string expected =
      table.rows > 0 ? fmt::format("has rows 0 to {}", table.rows - 1) : std::string("has fewer rows than 2^63");
  return fmt::format("found row {}; table {} {}", row, in_quotes(table.name), expected);
}

}  // namespace shardsim
