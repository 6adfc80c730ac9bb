// SPDX-License-Identifier: Apache-2.0
//
// The fish script: one `complete` line an option and positional. A helper walks the words before the cursor,
// since fish's own __fish_use_subcommand takes the value of a global option for the command.
#include "masu/base/text.h"
#include "masu/cli/completion.h"
#include "spelling.h"

#include <algorithm>
#include <string>
#include <string_view>

namespace masu::cli {
namespace {

constexpr std::string_view kWalk = R"(
    # True if the cursor is at a word of COMMAND ('': before the command); with NTH, if it is that positional.
    set -l words (commandline -opc)
    set -l command ''
    set -l nth 0
    set -l skip 0
    for word in $words[2..-1]
        if test $skip = 1
            set skip 0
        else if contains -- "$command:$word" $values
            set skip 1
        else if string match -q -- '-*' $word
            continue
        else if @unfinished
            @join
        else
            set nth (math $nth + 1)
        end
    end
    test "$command" = "$argv[1]"; or return 1
    test (count $argv) -lt 2; or contains -- $nth $argv[2..-1]; or begin
        test "$argv[2]" = rest; and test $nth -ge $argv[3]
    end
end
)";

// A word of a script, quoted if it has a space.
std::string word(std::string_view text) {
  return text.find(' ') == std::string_view::npos ? std::string(text) : cat("\"", text, "\"");
}

constexpr std::string_view kUnfinished = "test -z \"$command\"";
constexpr std::string_view kUnfinishedGroup = "test -z \"$command\"; or contains -- \"$command\" $groups";
// A command of two words: its group's, and its own; or, behind a group, a command of one word. A command that
// is called by two words is completed as the command.
std::string join(const Program& program) {
  if (program.groups.empty()) return "set command $word";
  std::string out = "set command (string trim -- \"$command $word\")\n";
  for (const auto& [two, name] : renamed_commands(program))
    out += cat("            test \"$command\" = \"", two, "\"; and set command ", name, "\n");
  return out + "            contains -- \"$command\" $names; or set command $word";
}

// Puts what stands for a "@word" in its place.
std::string fill(std::string_view text, const Program& program) {
  const std::pair<std::string_view, std::string> places[] = {
      {"@unfinished", std::string(program.groups.empty() ? kUnfinished : kUnfinishedGroup)},
      {"@join", join(program)}};
  std::string out;
  while (!text.empty()) {
    const auto at = std::min(text.find('@'), text.size());
    out += text.substr(0, at);
    text.remove_prefix(at);
    for (const auto& [name, value] : places)
      if (text.starts_with(name)) {
        out += value;
        text.remove_prefix(name.size());
      }
  }
  return out;
}

std::string walk(const Program& program) {
  std::string out;
  if (!program.groups.empty()) {
    std::string groups, names;
    for (const Group& group : program.groups) groups += cat(" ", group.name);
    for (const Command* command : program.commands) names += cat(" ", word(command->name));
    out = cat("\n    set -l groups", groups, "\n    set -l names", groups, names);
  }
  return out + fill(kWalk, program);
}

// fish knows only \' and \\ within single quotes.
std::string fish_quote(std::string_view text) {
  std::string out = "'";
  for (char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

std::string candidates(const Program& program, const Values& values) {
  switch (values.from) {
    case Values::From::anywhere:
      return "";
    case Values::From::files:
      return " -F";
    case Values::From::directories:
      return " -a '(__fish_complete_directories)'";
    case Values::From::choices:
      return cat(" -a ", fish_quote(values.text));
    case Values::From::output:
      return cat(" -a '(", program.name, " ", values.text, " 2>/dev/null)'");
  }
  return {};
}

// ":--log" ":-l": the options, by command, after which a value follows.
std::string value_options(std::string_view command, std::span<const Option* const> options) {
  std::string out;
  for (const Option* option : shown(options)) {
    if (option->takes != Option::Takes::value && option->takes != Option::Takes::values) continue;
    out += cat(" ", word(cat(command, ":--", option->name)));
    if (option->letter != 0) out += cat(" ", word(cat(command, ":-", std::string_view(&option->letter, 1))));
  }
  return out;
}

std::string option_lines(const Program& program, std::string_view command,
                         std::span<const Option* const> options) {
  const std::string name = shell_name(program);
  std::string out;
  for (const Option* option : shown(options)) {
    out += cat("complete -c ", program.name, " -n '_", name, "_at \"", command, "\"' -l ", option->name);
    if (option->letter != 0) out += cat(" -s ", std::string_view(&option->letter, 1));
    if (option->takes == Option::Takes::value || option->takes == Option::Takes::values)
      out += option->values.from == Values::From::files ? " -r" : " -x";
    out += cat(candidates(program, option->values), " -d ", fish_quote(option->help), "\n");
  }
  return out;
}

std::string positional_lines(const Program& program, const Command& command) {
  std::string out;
  std::size_t nth = 0;
  for (const Positional& positional : command.positionals) {
    const bool rest =
        positional.count == Positional::Count::any || positional.count == Positional::Count::some;
    if (positional.values.from != Values::From::anywhere)
      out += cat("complete -c ", program.name, " -n '_", shell_name(program), "_at ", word(command.name),
                 rest ? " rest " : " ", nth, "'", candidates(program, positional.values), " -d ",
                 fish_quote(positional.help), "\n");
    ++nth;
  }
  return out;
}

}  // namespace

std::string fish_completion(const Program& program) {
  std::string out =
      cat("# fish completion for ", program.name, ", made by `", program.name, " completion fish`.\n",
          "function _", shell_name(program), "_at\n    set -l values", value_options("", program.options));
  for (const Command* command : program.commands) out += value_options(command->name, command->options);
  out += walk(program);
  out += cat("\ncomplete -c ", program.name, " -f\n", option_lines(program, "", program.options));
  const auto propose = [&](std::string_view before, std::string_view candidate, std::string_view summary) {
    out += cat("complete -c ", program.name, " -n '_", shell_name(program), "_at \"", before, "\"' -a ",
               candidate, " -d ", fish_quote(summary), "\n");
  };
  for (const Group& group : program.groups) {
    propose("", group.name, group.summary);
    for (const auto& [candidate, command] : commands_of(program, group))
      propose(group.name, candidate, command->summary);
  }
  for (const Command* command : program.commands) {
    if (command->name.find(' ') == std::string_view::npos) propose("", command->name, command->summary);
    out += option_lines(program, command->name, command->options);
    out += positional_lines(program, *command);
  }
  return out;
}

}  // namespace masu::cli
