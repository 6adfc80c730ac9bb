// SPDX-License-Identifier: Apache-2.0
//
// Commands that do one thing to each of several containers.
#pragma once

#include "masu/base/error.h"
#include "masu/cli/command.h"
#include "masu/cli/env.h"
#include "masu/manager/container.h"
#include "masu/manager/life.h"

#include <functional>
#include <optional>
#include <string>

namespace masu::manager {

inline constexpr cli::Positional kContainers[] = {
    {.name = "CONTAINER",
     .count = cli::Positional::Count::any,
     .values = {cli::Values::From::output, "ls -a --format {{.Names}}"},
     .help = "ids, beginnings of ids, or names"}};
inline constexpr cli::Positional kContainer[] = {
    {.name = "CONTAINER",
     .values = {cli::Values::From::output, "ls -a --format {{.Names}}"},
     .help = "an id, the beginning of one, or a name"}};

// Each command has those in its table that it knows.
inline constexpr cli::Option kEachFilter{.name = "filter",
                                         .letter = 'f',
                                         .takes = cli::Option::Takes::values,
                                         .argument = "KEY=VALUE",
                                         .help = "all that match, as masu ls has it"};
/// The same where -f is --force.
inline constexpr cli::Option kEachFilterLong{.name = "filter",
                                             .takes = cli::Option::Takes::values,
                                             .argument = "KEY=VALUE",
                                             .help = "all that match, as masu ls has it"};
inline constexpr cli::Option kEachCidFile{.name = "cidfile",
                                          .takes = cli::Option::Takes::values,
                                          .argument = "FILE",
                                          .values = cli::kFiles,
                                          .help = "the container whose id is in the file"};
inline constexpr cli::Option kEachLatest{
    .name = "latest", .letter = 'l', .help = "the last one that was made"};
inline constexpr cli::Option kEachIgnore{
    .name = "ignore", .letter = 'i', .help = "one that is not there is no error"};

struct Which {
  bool all = false;             ///< every container, in place of those named
  bool ignore_missing = false;  ///< one that is not there is fine
  std::optional<Phase> only;    ///< of all or of what a filter finds: those in this state
};

/// What the words, --all, --filter, --cidfile and --latest name; --ignore is heeded. Kind::usage if nothing
/// is named.
Result<std::vector<std::string>> chosen_names(const cli::Call& call, const Place& place, const Which& which);

/// Calls `work` for each, and prints the line that it returns, or what the container was called by. The
/// failure of one does not keep the others from their turn; the exit code is 1 then.
Result<int> each_container(const cli::Call& call, Which which,
                           const std::function<Result<std::string>(const Place&, const Request&)>& work);

}  // namespace masu::manager
