// SPDX-License-Identifier: Apache-2.0
//
// The zsh script is one function over _arguments (zshcompsys(1)), which knows words, values and repetition by
// itself.
#include "masu/base/text.h"
#include "masu/cli/completion.h"
#include "spelling.h"

#include <string>
#include <string_view>

namespace masu::cli {
namespace {

// Text within a specification of _arguments: colons and brackets are its syntax.
std::string spec_text(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == ':' || c == '[' || c == ']' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string action(const Program& program, const Values& values) {
  switch (values.from) {
    case Values::From::anywhere:
      return " ";
    case Values::From::files:
      return "_files";
    case Values::From::directories:
      return "_files -/";
    case Values::From::choices:
      return cat("(", values.text, ")");
    case Values::From::output:
      return cat("{", shell_name(program), "_output ", values.text, "}");
  }
  return {};
}

// (-b --bundle)'{-b,--bundle}'[help]:DIR:_files: an option excludes its other spelling, unless it may be
// repeated.
std::string option_spec(const Program& program, const Option& option) {
  const bool repeated = option.takes == Option::Takes::values;
  const std::string long_form = cat("--", option.name);
  std::string tail = cat("[", spec_text(option.help), "]");
  if (option.takes == Option::Takes::optional) tail += ":";
  if (option.takes != Option::Takes::nothing)
    tail += cat(":", spec_text(option.argument), ":", action(program, option.values));
  if (option.letter == 0) {
    const std::string_view equals = option.takes == Option::Takes::nothing ? "" : "=";
    return shell_quote(cat(repeated ? "*" : "", long_form, equals, tail));
  }
  const std::string short_form = cat("-", std::string_view(&option.letter, 1));
  const std::string head = repeated ? "*" : cat("(", short_form, " ", long_form, ")");
  return cat(shell_quote(head), "{", short_form, ",", long_form,
             option.takes == Option::Takes::nothing ? "" : "=", "}", shell_quote(tail));
}

std::string option_lines(const Program& program, std::span<const Option* const> options,
                         std::string_view indent) {
  std::string out;
  for (const Option* option : shown(options)) out += cat(" \\\n", indent, option_spec(program, *option));
  return out;
}

std::string positional_lines(const Program& program, const Command& command, std::string_view indent) {
  std::string out;
  std::size_t nth = 0;
  for (const Positional& positional : command.positionals) {
    std::string place = cat(++nth, ":");
    if (positional.count == Positional::Count::optional) place += ":";
    if (positional.count == Positional::Count::any || positional.count == Positional::Count::some)
      place = "*:";
    out += cat(" \\\n", indent,
               shell_quote(cat(place, spec_text(positional.name), ":", action(program, positional.values))));
  }
  return out;
}

// Of a command of two words, the second: proposed, or taken to the first. Behind a group there may also be a
// command of one word.
std::string second_words(const Program& program) {
  if (program.groups.empty()) return "      case $line[1] in\n";
  std::string out = "      local name=$line[1]\n      local -a names=(";
  for (const Command* command : program.commands) out += cat(shell_quote(command->name), " ");
  out += ")\n      case $name in\n";
  for (const Group& group : program.groups) {
    out += cat("        ", group.name, group.alias.empty() ? "" : cat("|", group.alias),
               ")\n          if (( CURRENT == 2 )); then\n            local -a commands=(\n");
    for (const auto& [word, command] : commands_of(program, group))
      out += cat("              ", shell_quote(cat(word, ":", command->summary)), "\n");
    out += cat("            )\n            _describe command commands\n            return\n          fi\n",
               "          shift words\n          (( CURRENT-- ))\n          name=\"", group.name,
               " $words[1]\"\n");
    for (const auto& [two, name] : renamed_commands(program))
      if (two.starts_with(cat(group.name, " ")))
        out += cat("          [[ $name == ", shell_quote(two), " ]] && name=", name, "\n");
    out += cat("          (( $names[(Ie)$name] )) || name=$words[1] ;;\n");
  }
  return out + "      esac\n      case $name in\n";
}

}  // namespace

std::string zsh_completion(const Program& program) {
  const std::string name = shell_name(program);
  std::string out =
      cat("#compdef ", program.name, "\n# zsh completion for ", program.name, ", made by `", program.name,
          " completion zsh`.\n\n", name, "_output() {\n  local -a found\n  found=(${(f)\"$(", program.name,
          " \"$@\" 2>/dev/null)\"})\n  compadd -a found\n}\n\n", name,
          "() {\n  local context state state_descr line\n  typeset -A opt_args\n  _arguments -C -S");
  out += option_lines(program, program.options, "    ");
  out += " \\\n    '1:command:->command' \\\n    '*::argument:->argument'\n  case $state in\n";
  out += "    command)\n      local -a commands=(\n";
  for (const auto& [word, summary] : first_words(program))
    out += cat("        ", shell_quote(cat(word, ":", summary)), "\n");
  out += cat("      )\n      _describe command commands ;;\n    argument)\n", second_words(program));
  for (const Command* command : program.commands) {
    const bool two = command->name.find(' ') != std::string_view::npos;
    out +=
        cat("        ", two ? shell_quote(command->name) : std::string(command->name), ") _arguments -S",
            command->options_first ? " -A '-*'" : "", option_lines(program, command->options, "          "),
            positional_lines(program, *command, "          "), " ;;\n");
  }
  return out + cat("      esac ;;\n  esac\n}\n\n", "if [[ $funcstack[1] == ", name, " ]]; then\n  ", name,
                   " \"$@\"\nelse\n  compdef ", name, " ", program.name, "\nfi\n");
}

}  // namespace masu::cli
