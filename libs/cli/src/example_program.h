// SPDX-License-Identifier: Apache-2.0
//
// A small program's tables for the tests: one of each kind of option and positional.
#pragma once

#include "masu/cli/command.h"

namespace masu::cli::example {

inline constexpr Option kVerbose{.name = "verbose", .letter = 'v', .help = "say more"};
inline constexpr Option kRoot{.name = "root",
                              .takes = Option::Takes::value,
                              .argument = "DIR",
                              .values = kDirectories,
                              .help = "keep state in DIR"};
inline constexpr Option kOld{.name = "old", .help = "ignored", .hidden = true};
inline constexpr const Option* kGlobals[] = {&kVerbose, &kRoot, &kOld};

inline constexpr Option kDetach{
    .name = "detach", .letter = 'd', .help = "return at once; it's [quick]: really"};
inline constexpr Option kTty{.name = "tty", .letter = 't', .help = "allocate a terminal"};
inline constexpr Option kEnv{.name = "env",
                             .letter = 'e',
                             .takes = Option::Takes::values,
                             .argument = "NAME=VALUE",
                             .help = "set a variable"};
inline constexpr Option kFormat{.name = "format",
                                .letter = 'f',
                                .takes = Option::Takes::value,
                                .argument = "FORMAT",
                                .values = {Values::From::choices, "table json"},
                                .help = "print in this form"};
inline constexpr Option kColour{.name = "colour",
                                .takes = Option::Takes::optional,
                                .argument = "WHEN",
                                .values = {Values::From::choices, "always never"},
                                .help = "colour the output"};
inline constexpr Option kNoSubreaper{.name = "no-subreaper", .help = "do not adopt orphans"};

inline constexpr const Option* kRunOptions[] = {&kDetach, &kTty, &kEnv, &kFormat, &kColour, &kNoSubreaper};
inline constexpr Positional kRunPositionals[] = {{.name = "ID", .help = "name of the container"}};
inline constexpr Command kRun{.name = "run",
                              .summary = "run a container",
                              .description = "Runs it.\n\nThen waits\nfor it.",
                              .options = kRunOptions,
                              .positionals = kRunPositionals};

inline constexpr const Option* kExecOptions[] = {&kTty, &kEnv};
inline constexpr Positional kExecPositionals[] = {
    {.name = "ID", .values = {Values::From::output, "list -q"}, .help = "the container"},
    {.name = "COMMAND", .count = Positional::Count::any, .values = kFiles, .help = "what to execute"}};
inline constexpr Command kExec{.name = "exec",
                               .summary = "execute a command in a container",
                               .options = kExecOptions,
                               .positionals = kExecPositionals,
                               .options_first = true};

inline constexpr Positional kKillPositionals[] = {
    {.name = "ID", .values = {Values::From::output, "list -q"}, .help = "the container"},
    {.name = "SIGNAL",
     .count = Positional::Count::optional,
     .values = {Values::From::choices, "HUP KILL TERM"},
     .help = "the signal"}};
inline constexpr Command kKill{.name = "kill", .summary = "send a signal", .positionals = kKillPositionals};

inline constexpr Command kNetworkList{
    .name = "network list", .summary = "list networks", .options = kExecOptions};
inline constexpr Command kNetworkRemove{
    .name = "network rm", .summary = "remove a network", .positionals = kKillPositionals};

inline constexpr const Command* kCommands[] = {&kRun, &kExec, &kKill};
inline constexpr Note kExitCodes[] = {{"0", "success"}, {"1", "any failure"}};
inline constexpr Program kProgram{.name = "box-tool",
                                  .summary = "keep boxes",
                                  .description = "Keeps boxes.",
                                  .options = kGlobals,
                                  .commands = kCommands,
                                  .exit_codes = kExitCodes,
                                  .see_also = "crun(1) runc(8)",
                                  .date = "November 22, 2026"};

/// The same with commands of two words.
inline constexpr const Command* kGroupedCommands[] = {&kRun, &kExec, &kKill, &kNetworkList, &kNetworkRemove};
inline constexpr Group kGroups[] = {{"box", "b", "boxes", "run end=kill"}, {"network", "", "networks", ""}};
inline constexpr Program kGrouped{.name = "box-tool",
                                  .summary = "keep boxes",
                                  .options = kGlobals,
                                  .commands = kGroupedCommands,
                                  .groups = kGroups};

}  // namespace masu::cli::example
