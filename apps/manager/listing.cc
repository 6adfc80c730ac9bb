// SPDX-License-Identifier: Apache-2.0
#include "listing.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/cli/columns.h"
#include "masu/json/value.h"
#include "masu/json/writer.h"
#include "masu/manager/template.h"

#include <optional>

namespace masu::manager {
namespace {

// "\t" and "\n" in a format are what they are in C, as docker has it.
std::string unescape(std::string_view format) {
  std::string out;
  for (std::size_t i = 0; i < format.size(); ++i) {
    const char next = i + 1 < format.size() ? format[i + 1] : '\0';
    if (format[i] != '\\' || (next != 't' && next != 'n')) {
      out += format[i];
      continue;
    }
    out += next == 't' ? '\t' : '\n';
    ++i;
  }
  return out;
}

std::vector<std::string> cells(std::string_view line) {
  std::vector<std::string> out;
  for (const std::string_view cell : text::split(line, '\t')) out.emplace_back(cell);
  return out;
}

// The headings of "table …" are the template over an object that has each column's heading as its field.
std::string headings(const Template& format, std::span<const Column> columns) {
  std::string object;
  json::Writer out(object);
  out.begin_object();
  for (const Column& column : columns) out.member(column.field, column.heading);
  out.end_object();
  const auto document = json::Document::parse(object);
  auto text = document ? format.expand(document->root()) : fail(Error::make(Kind::internal, "headings"));
  return text ? *std::move(text) : std::string();
}

Result<std::string> default_table(std::span<const Column> columns, const std::vector<std::string>& rows,
                                  bool heading) {
  std::vector<std::string> names;
  for (const Column& column : columns)
    if (!column.extra) names.emplace_back(column.heading);
  cli::Columns table(names, heading);
  for (const std::string& row : rows) {
    const json::Document document = TRY(json::Document::parse(row));
    std::vector<std::string> line;
    for (const Column& column : columns) {
      if (column.extra) continue;
      const auto member = document.root().find(column.field);
      line.emplace_back(!member                               ? ""
                        : member->is(json::Type::boolean)     ? (member->boolean() ? "true" : "false")
                        : member->type() >= json::Type::array ? ""
                        : member->is(json::Type::null)        ? ""
                                                              : member->text());
    }
    table.add(std::move(line));
  }
  return table.text();
}

}  // namespace

Result<std::string> rows_text(std::span<const Column> columns, const std::vector<std::string>& rows,
                              const RowOptions& options) {
  std::string_view format = options.format;
  if (format.empty() || format == "table") return default_table(columns, rows, options.heading);
  std::string out;
  if (format == "json") {
    for (const std::string& row : rows) out += row + "\n";
    return out;
  }
  const bool table = format.starts_with("table ");
  if (table) format.remove_prefix(6);
  const Template parsed = TRY(Template::parse(unescape(format)));
  std::optional<cli::Columns> aligned;
  if (table) aligned.emplace(cells(headings(parsed, columns)), options.heading);
  for (const std::string& row : rows) {
    const json::Document document = TRY(json::Document::parse(row));
    const std::string line = TRY(parsed.expand(document.root()));
    if (aligned)
      aligned->add(cells(line));
    else
      out += line + "\n";
  }
  return aligned ? aligned->text() : out;
}

Result<> print_rows(const cli::Call& call, std::span<const Column> columns,
                    const std::vector<std::string>& rows, const RowOptions& options) {
  const std::string text = TRY(rows_text(columns, rows, options));
  return call.env.print(text);
}

}  // namespace masu::manager
