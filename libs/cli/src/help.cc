// SPDX-License-Identifier: Apache-2.0
#include "masu/cli/help.h"

#include "masu/base/text.h"
#include "spelling.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace masu::cli {
namespace {

constexpr std::size_t kWidth = 100;
constexpr std::size_t kIndent = 3;

using Rows = std::vector<std::pair<std::string, std::string>>;

// Appends `text` word by word, breaking lines at kWidth; `column` is where the cursor is, `indent` where
// lines begin.
void append_wrapped(std::string& out, std::string_view text, std::size_t column, std::size_t indent) {
  bool first = true;
  for (std::string_view word : text::split(text, ' ')) {
    if (!first && column + 1 + word.size() > kWidth) {
      out += '\n';
      out.append(indent, ' ');
      column = indent;
    } else if (!first) {
      out += ' ';
      ++column;
    }
    out += word;
    column += word.size();
    first = false;
  }
  out += '\n';
}

void append_rows(std::string& out, std::string_view heading, const Rows& rows) {
  if (rows.empty()) return;
  std::size_t widest = 0;
  for (const auto& [term, text] : rows) widest = std::max(widest, term.size());
  const std::size_t column = kIndent + widest + 2;
  out += cat("\n", heading, ":\n");
  for (const auto& [term, text] : rows) {
    out.append(kIndent, ' ');
    out += term;
    out.append(widest - term.size() + 2, ' ');
    append_wrapped(out, text, column, column);
  }
}

void append_description(std::string& out, std::string_view description) {
  std::string_view separator = "\nDESCRIPTION:\n";
  for (const std::string& paragraph : paragraphs(description)) {
    out += separator;
    out.append(kIndent, ' ');
    append_wrapped(out, paragraph, kIndent, kIndent);
    separator = "\n";
  }
}

Rows option_rows(std::span<const Option* const> options) {
  Rows rows;
  for (const Option* option : shown(options)) {
    std::string text(option->help);
    if (option->values.from == Values::From::choices) text += cat(" (one of: ", option->values.text, ")");
    if (option->takes == Option::Takes::values) text += " (may be repeated)";
    rows.emplace_back(spelling(*option), std::move(text));
  }
  return rows;
}

}  // namespace

std::string help(const Program& program, std::string_view called_as) {
  const bool alone = program.commands.empty();  // its options are all that there is
  std::string out = cat("NAME:\n   ", called_as, " - ", program.summary, "\n\nUSAGE:\n   ", called_as,
                        alone ? " [options]\n" : " [global options] COMMAND [options] [arguments...]\n");
  append_description(out, program.description);
  Rows commands;
  for (const Command* command : program.commands)
    commands.emplace_back(std::string(command->name), std::string(command->summary));
  append_rows(out, "COMMANDS", commands);
  append_rows(out, alone ? "OPTIONS" : "GLOBAL OPTIONS", option_rows(program.options));
  return out;
}

std::string help(std::string_view called_as, const Command& command) {
  std::string out = cat("NAME:\n   ", called_as, " ", command.name, " - ", command.summary, "\n\nUSAGE:\n   ",
                        called_as, " ", usage_line(command), "\n");
  append_description(out, command.description);
  Rows arguments;
  for (const Positional& positional : command.positionals)
    arguments.emplace_back(std::string(positional.name), std::string(positional.help));
  append_rows(out, "ARGUMENTS", arguments);
  append_rows(out, "OPTIONS", option_rows(command.options));
  return out;
}

}  // namespace masu::cli
