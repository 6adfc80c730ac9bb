// SPDX-License-Identifier: Apache-2.0
#include "masu/cli/parse.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "spelling.h"

#include <algorithm>
#include <string>
#include <utility>

namespace masu::cli {
namespace {

std::optional<bool> parse_bool(std::string_view word) {
  for (std::string_view yes : {"true", "yes", "1"})
    if (text::equals_ignore_case(word, yes)) return true;
  for (std::string_view no : {"false", "no", "0"})
    if (text::equals_ignore_case(word, no)) return false;
  return std::nullopt;
}

Error usage(std::string what) { return Error::make(Kind::usage, std::move(what)); }

Result<> check_choice(const Option& option, std::string_view value) {
  if (option.values.from != Values::From::choices) return {};
  const auto choices = text::split(option.values.text, ' ');
  if (std::ranges::find(choices, value) != choices.end()) return {};
  return fail(
      usage(cat("invalid ", option.name, " ", quote(value), ": expected one of ", option.values.text)));
}

std::string count_error(const Command& command, std::string_view bound, std::size_t wanted,
                        std::size_t given) {
  return cat(quote(command.name), " requires ", bound, " ", wanted, wanted == 1 ? " argument" : " arguments",
             ", ", given, given == 1 ? " was given" : " were given");
}

// The words of checkArgs in runc's utils.go ("requires exactly 1 argument"), where there are such.
Result<> check_count(const Command& command, const std::vector<std::string_view>& given) {
  std::size_t least = 0;
  std::size_t most = 0;
  bool bounded = true;
  for (const Positional& positional : command.positionals) {
    least += positional.count == Positional::Count::one || positional.count == Positional::Count::some;
    most += 1;
    bounded &= positional.count == Positional::Count::one || positional.count == Positional::Count::optional;
  }
  if (bounded && least == most && given.size() != least)
    return fail(usage(count_error(command, "exactly", least, given.size())));
  if (given.size() < least) return fail(usage(count_error(command, "a minimum of", least, given.size())));
  if (bounded && given.size() > most)
    return fail(usage(count_error(command, "a maximum of", most, given.size())));
  return {};
}

}  // namespace

class Parser {
 public:
  Parser(std::span<const Option* const> options, Words words) : options_(options), words_(words) {}

  Result<Arguments> run(bool options_first) {
    while (next_ < words_.size()) {
      const std::string_view word = words_[next_++];
      if (word == "--") break;
      if (word.size() > 1 && word.front() == '-' && !is_number(word)) {
        TRY(option(word));
        continue;
      }
      parsed_.positionals_.push_back(word);
      if (options_first) break;
    }
    for (; next_ < words_.size(); ++next_) parsed_.positionals_.push_back(words_[next_]);
    return std::move(parsed_);
  }

 private:
  // "-9" is a negative number, as in `kill web -9`, not an option: no table has digits for letters.
  static bool is_number(std::string_view word) { return word[1] >= '0' && word[1] <= '9'; }

  const Option* find(std::string_view name) const {
    for (const Option* option : options_)
      if (option->name == name || (name.size() == 1 && option->letter == name[0])) return option;
    for (std::string_view help : {"help", "h", "?", "usage"})
      if (name == help) return &kHelp;
    return nullptr;
  }

  // `word` starts with a dash and is not one alone.
  Result<> option(std::string_view word) {
    const bool one_dash = word[1] != '-';
    const std::string_view body = word.substr(one_dash ? 1 : 2);
    const auto equals = body.find('=');
    const std::string_view spelt = word.substr(0, word.find('='));
    std::optional<std::string_view> attached;
    if (equals != std::string_view::npos) attached = body.substr(equals + 1);
    if (const Option* found = find(body.substr(0, equals))) return apply(*found, spelt, attached);
    if (one_dash && find(body.substr(0, 1)) != nullptr) return letters(word);
    return fail(unknown(spelt, body.substr(0, equals)));
  }

  // "-dt", "-eNAME=value", "-dfjson": flags, then perhaps an option with its value.
  Result<> letters(std::string_view word) {
    for (std::size_t i = 1; i < word.size(); ++i) {
      const Option* found = find(word.substr(i, 1));
      if (found == nullptr) return fail(unknown(word, word.substr(i, 1)));
      const std::string_view rest = word.substr(i + 1);
      if (found->takes == Option::Takes::nothing) {
        TRY(apply(*found, word, std::nullopt));
      } else {
        return apply(*found, word, rest.empty() ? std::nullopt : std::optional(rest));
      }
    }
    return {};
  }

  Result<> apply(const Option& option, std::string_view spelt, std::optional<std::string_view> attached) {
    Arguments::Given given{&option, attached.value_or(""), true};
    switch (option.takes) {
      case Option::Takes::nothing:
        if (attached) {
          const auto on = parse_bool(*attached);
          if (!on) return fail(usage(cat("invalid boolean value ", quote(*attached), " for ", spelt)));
          given.on = *on;
        }
        break;
      case Option::Takes::value:
      case Option::Takes::values:
        if (!attached) {
          // These words are looked for by podman, which probes options by leaving their value out.
          if (next_ == words_.size()) return fail(usage(cat("flag needs an argument: ", spelt)));
          given.value = words_[next_++];
        }
        TRY(check_choice(option, given.value));
        break;
      case Option::Takes::optional:
        if (attached) TRY(check_choice(option, given.value));
        break;
    }
    parsed_.given_.push_back(given);
    return {};
  }

  Error unknown(std::string_view spelt, std::string_view name) const {
    std::vector<std::string_view> names{kHelp.name};
    for (const Option* option : options_)
      if (!option->hidden) names.push_back(option->name);
    Error error = usage(cat("flag provided but not defined: ", spelt));
    if (auto near = nearest(name, names); !near.empty())
      return std::move(error).hint(cat("did you mean --", near, "?"));
    return error;
  }

  std::span<const Option* const> options_;
  Words words_;
  std::size_t next_ = 0;
  Arguments parsed_;
};

std::optional<bool> Arguments::flag(const Option& option) const {
  for (auto given = given_.rbegin(); given != given_.rend(); ++given)
    if (given->option == &option) return given->on;
  return std::nullopt;
}

std::string_view Arguments::value(const Option& option, std::string_view otherwise) const {
  for (auto given = given_.rbegin(); given != given_.rend(); ++given)
    if (given->option == &option) return given->value;
  return otherwise;
}

std::vector<std::string_view> Arguments::values(const Option& option) const {
  std::vector<std::string_view> found;
  for (const Given& given : given_)
    if (given.option == &option) found.push_back(given.value);
  return found;
}

std::string_view Arguments::positional(std::size_t n, std::string_view otherwise) const {
  return n < positionals_.size() ? positionals_[n] : otherwise;
}

Result<Arguments> parse(const Program& program, Words words) {
  return Parser(program.options, words).run(true);
}

Result<Arguments> parse(const Program& program, const Command& command, Words words) {
  auto parsed = Parser(command.options, words).run(command.options_first);
  if (!parsed) {
    // The innermost hint wins, so this one shows only where the parser had none.
    return fail(std::move(parsed).error().hint(
        cat("see ", program.name, " ", command.name, " --help; global options come before the command")));
  }
  if (!parsed->has(kHelp)) TRY(check_count(command, parsed->positionals()));
  return parsed;
}

const Command* find_command(const Program& program, std::string_view name) {
  for (const Command* command : program.commands)
    if (command->name == name) return command;
  return nullptr;
}

const Group* find_group(const Program& program, std::string_view name) {
  for (const Group& group : program.groups)
    if (group.name == name || (!group.alias.empty() && group.alias == name)) return &group;
  return nullptr;
}

}  // namespace masu::cli
