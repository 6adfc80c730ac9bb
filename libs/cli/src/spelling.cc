// SPDX-License-Identifier: Apache-2.0
#include "spelling.h"

#include "masu/base/text.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace masu::cli {
namespace {

// Levenshtein's distance, a row at a time.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0uz);
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] != b[j]);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string spelling(const Option& option) {
  std::string out = option.letter != 0 ? cat("-", std::string_view(&option.letter, 1), ", ") : "    ";
  out += cat("--", option.name);
  switch (option.takes) {
    case Option::Takes::nothing:
      break;
    case Option::Takes::value:
    case Option::Takes::values:
      out += cat(" ", option.argument);
      break;
    case Option::Takes::optional:
      out += cat("[=", option.argument, "]");
      break;
  }
  return out;
}

std::string spelling(const Positional& positional) {
  switch (positional.count) {
    case Positional::Count::one:
      return std::string(positional.name);
    case Positional::Count::optional:
      return cat("[", positional.name, "]");
    case Positional::Count::any:
      return cat("[", positional.name, "...]");
    case Positional::Count::some:
      return cat(positional.name, "...");
  }
  return {};
}

std::string usage_line(const Command& command) {
  std::string line = cat(command.name, command.options.empty() ? "" : " [options]");
  for (const Positional& positional : command.positionals) line += cat(" ", spelling(positional));
  return line;
}

std::string_view nearest(std::string_view word, const std::vector<std::string_view>& names) {
  constexpr std::size_t kLongest = 64;  // no name is longer, and the work is bounded
  if (word.size() > kLongest) return {};
  std::string_view best;
  std::size_t least = word.size() / 3 + 1;  // one slip in three letters
  for (std::string_view name : names) {
    const std::size_t slips = distance(word, name);
    if (slips < least || (slips == least && best.empty() && slips < name.size())) {
      least = slips;
      best = name;
    }
  }
  return best;
}

std::vector<const Option*> shown(std::span<const Option* const> options) {
  std::vector<const Option*> out;
  for (const Option* option : options)
    if (!option->hidden) out.push_back(option);
  out.push_back(&kHelp);
  return out;
}

std::vector<std::pair<std::string_view, const Command*>> commands_of(const Program& program,
                                                                     const Group& group) {
  std::vector<std::pair<std::string_view, const Command*>> out;
  for (const std::string_view item : text::split(group.commands, ' ')) {
    const auto equals = item.find('=');
    const std::string_view name = equals == std::string_view::npos ? item : item.substr(equals + 1);
    if (const Command* command = find_command(program, name))
      out.emplace_back(item.substr(0, equals), command);
  }
  for (const Command* command : program.commands)
    if (command->name.starts_with(group.name) && command->name.substr(group.name.size()).starts_with(' '))
      out.emplace_back(command->name.substr(group.name.size() + 1), command);
  return out;
}

std::vector<std::pair<std::string, std::string_view>> renamed_commands(const Program& program) {
  std::vector<std::pair<std::string, std::string_view>> out;
  for (const Group& group : program.groups)
    for (const auto& [word, command] : commands_of(program, group))
      if (std::string two = cat(group.name, " ", word); word != command->name && two != command->name)
        out.emplace_back(std::move(two), command->name);
  return out;
}

std::vector<std::pair<std::string_view, std::string_view>> first_words(const Program& program) {
  std::vector<std::pair<std::string_view, std::string_view>> out;
  for (const Command* command : program.commands)
    if (command->name.find(' ') == std::string_view::npos) out.emplace_back(command->name, command->summary);
  for (const Group& group : program.groups) out.emplace_back(group.name, group.summary);
  return out;
}

std::vector<std::string> paragraphs(std::string_view text) {
  std::vector<std::string> out;
  bool open = false;
  for (std::string_view line : text::split(text, '\n')) {
    line = text::trim(line);
    if (line.empty()) {
      open = false;
    } else if (open) {
      out.back() += cat(" ", line);
    } else {
      out.emplace_back(line);
      open = true;
    }
  }
  return out;
}

std::string sentence(std::string_view line) {
  std::string out(line);
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z') out[0] = static_cast<char>(out[0] - 'a' + 'A');
  if (!out.ends_with('.')) out += '.';
  return out;
}

std::string shell_name(const Program& program) {
  std::string out = cat("_", program.name);
  std::ranges::replace(out, '-', '_');
  return out;
}

std::string shell_quote(std::string_view text) {
  std::string out = "'";
  for (char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  return out + "'";
}

}  // namespace masu::cli
