// SPDX-License-Identifier: Apache-2.0
#include "masu/base/text.h"
#include "masu/cli/document.h"
#include "spelling.h"

#include <string>
#include <string_view>

namespace masu::cli {
namespace {

// A cell of a table: a bar would end it.
std::string cell(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '|' || c == '<' || c == '*' || c == '_') out += '\\';
    out += c;
  }
  return out;
}

std::string description(std::string_view text) {
  std::string out;
  for (const std::string& paragraph : paragraphs(text)) out += cat(paragraph, "\n\n");
  return out;
}

std::string option_table(std::span<const Option* const> options) {
  std::string out = "| option | meaning |\n| --- | --- |\n";
  for (const Option* option : shown(options)) {
    out += cat("| `", text::trim(spelling(*option)), "` | ", cell(option->help));
    if (option->values.from == Values::From::choices) {
      std::string_view separator = "; one of ";
      for (std::string_view choice : text::split(option->values.text, ' ')) {
        out += cat(separator, "`", choice, "`");
        separator = ", ";
      }
    }
    out += option->takes == Option::Takes::values ? "; may be repeated |\n" : " |\n";
  }
  return out + "\n";
}

std::string command_section(const Program& program, const Command& command) {
  std::string out =
      cat("## ", command.name, "\n\n```text\n", program.name, " ", usage_line(command), "\n```\n\n");
  out +=
      command.description.empty() ? cat(sentence(command.summary), "\n\n") : description(command.description);
  if (!command.positionals.empty()) {
    out += "| argument | meaning |\n| --- | --- |\n";
    for (const Positional& positional : command.positionals)
      out += cat("| `", spelling(positional), "` | ", cell(positional.help), " |\n");
    out += '\n';
  }
  return command.options.empty() ? out : out + option_table(command.options);
}

std::string notes(std::string_view heading, std::string_view column, std::span<const Note> rows) {
  if (rows.empty()) return {};
  std::string out = cat("## ", heading, "\n\n| ", column, " | meaning |\n| --- | --- |\n");
  for (const Note& note : rows) out += cat("| `", note.name, "` | ", cell(note.text), " |\n");
  return out + "\n";
}

}  // namespace

std::string markdown(const Program& program) {
  const bool alone = program.commands.empty();
  std::string out =
      cat("<!-- Made by the target update-reference from the tables of the command line; edit those. -->\n# ",
          program.name, "\n\n```text\n", program.name,
          alone ? " [options]\n```\n\n" : " [global options] COMMAND [options] [arguments...]\n```\n\n");
  out += description(program.description);
  out += alone ? "## Options\n\n" : "## Global options\n\nThey come before the command.\n\n";
  out += option_table(program.options);
  for (const Command* command : program.commands) out += command_section(program, *command);
  out += notes("Environment", "variable", program.environment);
  out += notes("Files", "file", program.files);
  out += notes("Exit codes", "code", program.exit_codes);
  while (out.ends_with("\n\n")) out.pop_back();
  return out;
}

}  // namespace masu::cli
