// SPDX-License-Identifier: Apache-2.0
#include "masu/cli/help.h"

#include "masu/base/text.h"
#include "spelling.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace masu::cli {
namespace {

constexpr std::size_t kWidth = 80;
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
  for (const Option* option : options) {
    std::string text(option->help);
    if (option->values.from == Values::From::choices) text += cat(" (one of: ", option->values.text, ")");
    if (option->takes == Option::Takes::values) text += " (may be repeated)";
    rows.emplace_back(spelling(*option), std::move(text));
  }
  return rows;
}

void append_names(std::string& out, std::string_view heading, const std::vector<std::string_view>& names) {
  out += cat("\n", heading, ":\n");
  std::string text;
  for (const std::string_view name : names) text += cat(text.empty() ? "" : " ", name);
  out.append(kIndent, ' ');
  append_wrapped(out, text, kIndent, kIndent);
}

std::size_t line_count(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count(text, '\n'));
}

std::string names_of(std::span<const Option* const> options) {
  std::vector<std::string> spelt;
  for (const Option* option : options) spelt.push_back(cat("--", option->name));
  std::string out;
  append_names(out, "MORE OPTIONS (the manual page explains them)", {spelt.begin(), spelt.end()});
  return out;
}

// As many options are explained as leave room for the names of the others: the first, since a table has first
// what matters most. Where the names alone would fill the screen, their number has to do.
void append_options(std::string& out, const Command& command, std::size_t lines) {
  const std::vector<const Option*> all = shown(command.options);
  const std::span<const Option* const> options(all);
  const auto text_for = [&](std::size_t explained, bool by_name) {
    std::string text;
    append_rows(text, "OPTIONS", option_rows(options.first(explained)));
    if (explained == all.size()) return text;
    return text + (by_name ? names_of(options.subspan(explained))
                           : cat("\nThe manual page has the other ", all.size() - explained, " options.\n"));
  };
  for (const bool by_name : {true, false})
    for (std::size_t explained = all.size() + 1; explained-- > 0;) {
      const std::string text = text_for(explained, by_name);
      if (line_count(out) + line_count(text) > lines && (by_name || explained > 0)) continue;
      out += text;
      return;
    }
}

void append_commands(std::string& out, const Program& program) {
  Rows commands;
  if (program.groups.empty()) {
    for (const Command* command : program.commands)
      commands.emplace_back(std::string(command->name), std::string(command->summary));
    append_rows(out, "COMMANDS", commands);
    return;
  }
  std::vector<std::string_view> names;
  for (const Command* command : program.commands)
    if (command->name.find(' ') == std::string_view::npos) names.push_back(command->name);
  append_names(out, cat("COMMANDS (", program.name, " COMMAND --help explains each)"), names);
  for (const Group& group : program.groups)
    commands.emplace_back(std::string(group.name), std::string(group.summary));
  append_rows(out, "GROUPS OF COMMANDS", commands);
}

}  // namespace

std::string help(const Program& program, const Group& group) {
  std::string out = cat("NAME:\n   ", program.name, " ", group.name, " - ", group.summary, "\n\nUSAGE:\n   ",
                        program.name, " ", group.name, " COMMAND [options] [arguments...]\n");
  Rows commands;
  for (const auto& [word, command] : commands_of(program, group))
    commands.emplace_back(std::string(word), std::string(command->summary));
  append_rows(out, "COMMANDS", commands);
  return out;
}

std::string help(const Program& program, std::string_view called_as) {
  const bool alone = program.commands.empty();  // its options are all that there is
  std::string out = cat("NAME:\n   ", called_as, " - ", program.summary, "\n\nUSAGE:\n   ", called_as,
                        alone ? " [options]\n" : " [global options] COMMAND [options] [arguments...]\n");
  append_description(out, program.description);
  if (!alone) append_commands(out, program);
  append_rows(out, alone ? "OPTIONS" : "GLOBAL OPTIONS", option_rows(shown(program.options)));
  return out;
}

std::string help(std::string_view called_as, const Command& command, std::size_t lines) {
  const std::string head = cat("NAME:\n   ", called_as, " ", command.name, " - ", command.summary,
                               "\n\nUSAGE:\n   ", called_as, " ", usage_line(command), "\n");
  std::string out = head;
  append_description(out, command.description);
  Rows arguments;
  for (const Positional& positional : command.positionals)
    arguments.emplace_back(std::string(positional.name), std::string(positional.help));
  append_rows(out, "ARGUMENTS", arguments);
  append_rows(out, "OPTIONS", option_rows(shown(command.options)));
  if (lines == 0 || line_count(out) <= lines) return out;
  out = head;
  append_options(out, command, lines);
  return out;
}

}  // namespace masu::cli
