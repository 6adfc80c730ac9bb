// SPDX-License-Identifier: Apache-2.0
#include "masu/base/text.h"
#include "masu/cli/document.h"
#include "spelling.h"

#include <string>
#include <string_view>

namespace masu::cli {
namespace {

std::string_view letter(const Option& option) { return {&option.letter, 1}; }

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return out;
}

// Text as roff(7) prints it unchanged: a backslash is \e, a hyphen that may be typed is \-, and no line
// begins with a control character.
std::string roff(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (out.empty() && (c == '.' || c == '\'')) out += "\\&";
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c;
    }
  }
  return out;
}

// An argument of a macro: one word, and no macro's name by chance.
std::string word(std::string_view text) { return cat("\"", roff(text), "\""); }

std::string line(std::string_view text) { return cat(roff(sentence(text)), "\n"); }

std::string argument_macro(const Option& option) {
  switch (option.takes) {
    case Option::Takes::nothing:
      return {};
    case Option::Takes::value:
    case Option::Takes::values:
      return cat(" Ar ", word(option.argument));
    case Option::Takes::optional:
      return cat(" Ns Op = Ns Ar ", word(option.argument));
  }
  return {};
}

std::string option_list(std::span<const Option* const> options) {
  std::string out = ".Bl -tag -width Ds\n";
  for (const Option* option : shown(options)) {
    out += ".It ";
    if (option->letter != 0) out += cat("Fl ", letter(*option), " , ");
    out += cat("Fl \\-", roff(option->name), argument_macro(*option), "\n", line(option->help));
    if (option->values.from == Values::From::choices)
      out += cat("One of: ", roff(option->values.text), ".\n");
    if (option->takes == Option::Takes::values) out += "May be repeated.\n";
  }
  return out + ".El\n";
}

// mdoc(7) wants each sentence on a line of its own.
std::string description(std::string_view text) {
  std::string out;
  for (const std::string& paragraph : paragraphs(text)) {
    if (!out.empty()) out += ".Pp\n";
    std::string_view rest = paragraph;
    for (auto stop = rest.find(". "); stop != std::string_view::npos; stop = rest.find(". ")) {
      out += cat(roff(rest.substr(0, stop + 1)), "\n");
      rest.remove_prefix(stop + 2);
    }
    out += cat(roff(rest), "\n");
  }
  return out;
}

std::string command_section(const Command& command) {
  std::string out = cat(".Ss ", roff(command.name));
  out += cat("\n.Nm\n.Cm ", word(command.name), "\n");
  if (!command.options.empty()) out += ".Op Ar options\n";
  for (const Positional& positional : command.positionals) {
    switch (positional.count) {
      case Positional::Count::one:
        out += cat(".Ar ", word(positional.name), "\n");
        break;
      case Positional::Count::optional:
        out += cat(".Op Ar ", word(positional.name), "\n");
        break;
      case Positional::Count::any:
        out += cat(".Op Ar ", word(positional.name), " ...\n");
        break;
      case Positional::Count::some:
        out += cat(".Ar ", word(positional.name), " ...\n");
        break;
    }
  }
  out += ".Pp\n";
  out += command.description.empty() ? line(command.summary) : description(command.description);
  if (!command.positionals.empty()) {
    out += ".Bl -tag -width Ds\n";
    for (const Positional& positional : command.positionals)
      out += cat(".It Ar ", word(positional.name), "\n", line(positional.help));
    out += ".El\n";
  }
  return command.options.empty() ? out : out + option_list(command.options);
}

std::string notes(std::string_view heading, std::span<const Note> rows, std::string_view macro) {
  if (rows.empty()) return {};
  std::string out = cat(".Sh ", heading, "\n.Bl -tag -width Ds\n");
  for (const Note& note : rows) out += cat(".It ", macro, word(note.name), "\n", line(note.text));
  return out + ".El\n";
}

// "crun(1) runc(8)" as cross references.
std::string see_also(std::string_view pages) {
  if (pages.empty()) return {};
  std::string out = ".Sh SEE ALSO\n";
  const auto names = text::split(pages, ' ');
  for (std::string_view page : names) {
    const auto open = page.find('(');
    out += cat(".Xr ", page.substr(0, open), " ", page.substr(open + 1, page.size() - open - 2),
               page == names.back() ? "\n" : " ,\n");
  }
  return out;
}

}  // namespace

std::string man_page(const Program& program) {
  const std::string_view section(&program.section, 1);
  std::string out =
      cat(".\\\" Made by the target update-reference from the tables of the command line; edit those.\n.Dd ",
          program.date, "\n.Dt ", upper(program.name), " ", section, "\n.Os\n.Sh NAME\n.Nm ", program.name,
          "\n.Nd ", program.summary, "\n.Sh SYNOPSIS\n.Nm\n");
  const bool alone = program.commands.empty();
  out +=
      alone ? ".Op Ar options\n" : ".Op Ar global options\n.Ar command\n.Op Ar options\n.Op Ar arguments\n";
  out += cat(".Sh DESCRIPTION\n", description(program.description));
  out += cat(alone ? ".Pp\nThe options are:\n" : ".Pp\nThe global options come before the command:\n",
             option_list(program.options));
  if (!alone) out += ".Sh COMMANDS\n";
  for (const Command* command : program.commands) out += command_section(*command);
  out += notes("ENVIRONMENT", program.environment, "Ev ");
  out += notes("FILES", program.files, "Pa ");
  out += notes("EXIT STATUS", program.exit_codes, "");
  return out + see_also(program.see_also);
}

}  // namespace masu::cli
