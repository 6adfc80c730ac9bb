// SPDX-License-Identifier: Apache-2.0
//
// The bash script needs no bash-completion package. It walks the words before the cursor to learn the command
// and how many positionals precede; an option's value is known by the option before it. Bash splits words at
// `=`.
#include "masu/base/text.h"
#include "masu/cli/completion.h"
#include "spelling.h"

#include <string>
#include <string_view>

namespace masu::cli {
namespace {

constexpr std::string_view kHead = R"(# bash completion for @program, made by `@program completion bash`.
@function() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
  local command='' at=0 nth=0 i word words=''
  local values=)";

constexpr std::string_view kWalk = R"(
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    if [[ $values == *" $word "* ]]; then
      [[ ${COMP_WORDS[i+1]} == = ]] && ((i++))
      ((i++))
    elif [[ $word == -* ]]; then
      continue
    elif @unfinished; then
@join      case $command in
)";

// A command of two words: its group's, and its own. Behind a group there may also be a command of one word.
constexpr std::string_view kJoin = R"(      case $command in
@aliases      esac
      command=${command:+$command }$word
      ((at)) || at=$i
      case $command in
@renamed      esac
      [[ $names == *"|$command|"* ]] || command=$word
)";

constexpr std::string_view kValue = R"(      esac
    else
      ((nth++))
    fi
  done
  if [[ $cur == = ]]; then
    cur=''
  elif [[ $prev == = ]]; then
    prev=${COMP_WORDS[COMP_CWORD-2]}
  fi
  case $command:$prev in
)";

constexpr std::string_view kFlags = R"(  esac
  if [[ $cur == -* ]]; then
    case $command in
)";

constexpr std::string_view kPositionals = R"(    esac
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
    return
  fi
  case $command:$nth in
)";

constexpr std::string_view kTail = R"(  esac
}
complete -F @function @program
)";

// A pattern of `case`: a command of two words is quoted.
std::string label(std::string_view name) {
  return name.find(' ') == std::string_view::npos ? std::string(name) : shell_quote(name);
}
std::string group_label(const Group& group, std::string_view tail) {
  return cat(group.name, tail, group.alias.empty() ? "" : cat("|", group.alias, tail));
}

// The words that are groups, and all commands, for the walk.
std::string group_variables(const Program& program) {
  if (program.groups.empty()) return {};
  std::string groups = " ", names = "|";
  for (const Group& group : program.groups) {
    groups += cat(group.name, " ", group.alias, group.alias.empty() ? "" : " ");
    names += cat(group.name, "|", group.alias, group.alias.empty() ? "" : "|");
  }
  for (const Command* command : program.commands) names += cat(command->name, "|");
  return cat("\n  local groups='", groups, "' names='", names, "'");
}

// The statements that complete $cur with `values`.
std::string reply(const Values& values) {
  switch (values.from) {
    case Values::From::anywhere:
      return "";
    case Values::From::files:
      return R"(compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); )";
    case Values::From::directories:
      return R"(compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); )";
    case Values::From::choices:
      return cat("mapfile -t COMPREPLY < <(compgen -W ", shell_quote(values.text), R"( -- "$cur"); )");
    case Values::From::output:  // with the global options that were typed: --root names another set of
                                // containers
      return cat(R"(mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" "${COMP_WORDS[@]:1:at-1}" )",
                 values.text, R"-( 2>/dev/null)" -- "$cur"); )-");
  }
  return {};
}

// " -b --bundle --pid-file ": the options after which a value follows.
std::string value_options(std::span<const Option* const> options) {
  std::string out = " ";
  for (const Option* option : shown(options)) {
    if (option->takes != Option::Takes::value && option->takes != Option::Takes::values) continue;
    if (option->letter != 0) out += cat("-", std::string_view(&option->letter, 1), " ");
    out += cat("--", option->name, " ");
  }
  return out;
}

std::string long_options(std::span<const Option* const> options) {
  std::string out;
  for (const Option* option : shown(options)) out += cat(out.empty() ? "--" : " --", option->name);
  return out;
}

std::string value_cases(std::string_view command, std::span<const Option* const> options) {
  std::string out;
  for (const Option* option : shown(options)) {
    if (option->takes == Option::Takes::nothing) continue;
    out += cat("    ", label(command), ":--", option->name);
    if (option->letter != 0) out += cat("|", label(command), ":-", std::string_view(&option->letter, 1));
    out += cat(") ", reply(option->values), "return ;;\n");
  }
  return out;
}

std::string positional_cases(const Command& command) {
  std::string out;
  std::size_t nth = 0;
  for (const Positional& positional : command.positionals) {
    const bool last =
        positional.count == Positional::Count::any || positional.count == Positional::Count::some;
    if (positional.values.from != Values::From::anywhere)
      out += cat("    ", label(command.name), ":", last ? "*" : cat(nth), ") ", reply(positional.values),
                 ";;\n");
    ++nth;
  }
  return out;
}

std::string fill(std::string_view text, const Program& program) {
  std::string out;
  while (!text.empty()) {
    if (text.starts_with("@function")) {
      out += shell_name(program);
      text.remove_prefix(9);
    } else if (text.starts_with("@program")) {
      out += program.name;
      text.remove_prefix(8);
    } else if (text.starts_with("@unfinished")) {
      out +=
          program.groups.empty() ? "[[ -z $command ]]" : "[[ -z $command || $groups == *\" $command \"* ]]";
      text.remove_prefix(11);
    } else if (text.starts_with("@join")) {
      out += program.groups.empty() ? "      command=$word at=$i\n" : fill(kJoin, program);
      text.remove_prefix(5);
    } else if (text.starts_with("@renamed")) {
      for (const auto& [two, name] : renamed_commands(program))
        out += cat("        ", label(two), ") command=", name, " ;;\n");
      text.remove_prefix(8);
    } else if (text.starts_with("@aliases")) {
      for (const Group& group : program.groups)
        if (!group.alias.empty()) out += cat("        ", group.alias, ") command=", group.name, " ;;\n");
      text.remove_prefix(8);
    } else {
      out += text.front();
      text.remove_prefix(1);
    }
  }
  return out;
}

}  // namespace

std::string bash_completion(const Program& program) {
  std::string commands;
  for (const auto& [word, summary] : first_words(program)) commands += cat(commands.empty() ? "" : " ", word);

  std::string out = fill(kHead, program);
  out += cat("'", value_options(program.options), "'", group_variables(program), fill(kWalk, program));
  for (const Command* command : program.commands)
    out += cat("        ", label(command->name), ") values='", value_options(command->options), "' ;;\n");
  for (const Group& group : program.groups)
    out += cat("        ", group_label(group, ""), ") values=' ' ;;\n");
  out += cat("        *) return ;;\n", kValue, value_cases("", program.options));
  for (const Command* command : program.commands) out += value_cases(command->name, command->options);
  out += cat(kFlags, "      '') words='", long_options(program.options), "' ;;\n");
  for (const Command* command : program.commands) {
    const std::string_view guard = command->options_first ? "((nth == 0)) && " : "";
    out +=
        cat("      ", label(command->name), ") ", guard, "words='", long_options(command->options), "' ;;\n");
  }
  out += cat(kPositionals, "    :*) ", reply({Values::From::choices, commands}), ";;\n");
  for (const Group& group : program.groups) {
    std::string words;
    for (const auto& [word, command] : commands_of(program, group))
      words += cat(words.empty() ? "" : " ", word);
    out += cat("    ", group_label(group, ":*"), ") ", reply({Values::From::choices, words}), ";;\n");
  }
  for (const Command* command : program.commands) out += positional_cases(*command);
  return out + fill(kTail, program);
}

}  // namespace masu::cli
