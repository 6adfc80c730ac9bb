// SPDX-License-Identifier: Apache-2.0
//
// What the commands that list things have in common: --format with json, a template or "table TEMPLATE", -q,
// --noheading. Each row is a JSON object with the fields that docker's have.
//
//     constexpr Column kColumns[] = {{"VOLUME NAME", "Name"}, {"DRIVER", "Driver"}};
//     TRY(print_rows(call, kColumns, rows, {.format = call.arguments.value(kFormat)}));
#pragma once

#include "masu/base/error.h"
#include "masu/cli/command.h"
#include "masu/cli/env.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace masu::manager {

/// A column: its heading, and the field that it shows. The first ones are shown by default; one with
/// `extra` only names the heading of a field that "table …" may ask for.
struct Column {
  std::string_view heading, field;
  bool extra = false;
};

struct RowOptions {
  std::string_view format;  ///< empty or "table": the columns; "json": an object a line; else a template
  bool heading = true;
};

Result<std::string> rows_text(std::span<const Column> columns, const std::vector<std::string>& rows,
                              const RowOptions& options);
Result<> print_rows(const cli::Call& call, std::span<const Column> columns,
                    const std::vector<std::string>& rows, const RowOptions& options);

inline constexpr cli::Option kListFormat{.name = "format",
                                         .takes = cli::Option::Takes::value,
                                         .argument = "FORMAT",
                                         .help = "json, a template, or table and a template"};
inline constexpr cli::Option kNoHeading{.name = "noheading", .help = "without the headings"};

}  // namespace masu::manager
