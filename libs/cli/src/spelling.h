// SPDX-License-Identifier: Apache-2.0
//
// How options and positionals are written, the same everywhere; and what a misspelt word may have meant.
#pragma once

#include "masu/cli/command.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace masu::cli {

/// "-b, --bundle DIR"; without a letter, the long name stands where it would after one.
std::string spelling(const Option& option);
/// "ID", "[ID]", "[ID...]", "ID...".
std::string spelling(const Positional& positional);
/// "create [options] ID".
std::string usage_line(const Command& command);

/// The name nearest to `word`, if it is near enough to have been meant; otherwise empty.
std::string_view nearest(std::string_view word, const std::vector<std::string_view>& names);

/// The options of a table that are shown, --help among them.
std::vector<const Option*> shown(std::span<const Option* const> options);

/// The words that may stand behind a group's, with the commands that they are: its own, and those that it
/// shares.
std::vector<std::pair<std::string_view, const Command*>> commands_of(const Program& program,
                                                                     const Group& group);
/// Two words that are a command of one: "image rm", which is rmi.
std::vector<std::pair<std::string, std::string_view>> renamed_commands(const Program& program);
/// All first words of a command line: commands of one word, groups.
std::vector<std::pair<std::string_view, std::string_view>> first_words(const Program& program);

/// Paragraphs of a description: parted by empty lines, line breaks within become spaces.
std::vector<std::string> paragraphs(std::string_view text);

/// A summary or help line as a sentence: "Print this help and exit."
std::string sentence(std::string_view line);

/// A name of a shell function: "_masu_runtime" of "masu-runtime".
std::string shell_name(const Program& program);

/// `text` between single quotes, as bash and zsh read it.
std::string shell_quote(std::string_view text);

}  // namespace masu::cli
