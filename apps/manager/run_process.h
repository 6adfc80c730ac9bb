// SPDX-License-Identifier: Apache-2.0
//
// Options of run and create: how the program is run: environment, user, command line.
#pragma once

#include "masu/cli/env.h"
#include "masu/image/document.h"
#include "masu/manager/container.h"
#include "option.h"

#include <array>

namespace masu::manager {

inline constexpr cli::Option kEnv =
    values("env", "NAME[=VALUE]", "set a variable; without a value, to that of the caller", 'e');
inline constexpr cli::Option kEnvFile =
    values("env-file", "FILE", "set the variables of a file, one a line", 0, cli::kFiles);
inline constexpr cli::Option kEnvHost = flag("env-host", "set the caller's variables");
inline constexpr cli::Option kUnsetEnv = values("unsetenv", "NAME", "leave out a variable of the image");
inline constexpr cli::Option kUnsetEnvAll = flag("unsetenv-all", "leave out all variables of the image");
inline constexpr cli::Option kHttpProxy =
    flag("http-proxy", "pass on the caller's proxy variables (the default)");
inline constexpr cli::Option kWorkdir = value("workdir", "DIR", "where the program starts", 'w');
inline constexpr cli::Option kUser =
    value("user", "USER[:GROUP]", "who the program runs as; names are looked up in the container", 'u');
inline constexpr cli::Option kGroupAdd = values("group-add", "GROUP", "a supplementary group");
inline constexpr cli::Option kEntrypoint =
    value("entrypoint", "PROGRAM", "instead of the image's: one word, or a JSON array");
inline constexpr cli::Option kUmask = value("umask", "MODE", "of the program, in octal; 0022 by default");
inline constexpr cli::Option kTimezone =
    value("tz", "ZONE", "its time zone, as in Europe/Berlin; local for that of the host");
inline constexpr cli::Option kPasswd =
    flag("passwd", "add an entry of /etc/passwd for a user without one (the default)");
inline constexpr cli::Option kPasswdEntry =
    value("passwd-entry", "LINE", "that entry; $UID, $GID, $NAME and $HOME stand for their values");
inline constexpr cli::Option kGroupEntry = value("group-entry", "LINE", "the same in /etc/group");
inline constexpr cli::Option kInit = flag("init", "a first process that hands on signals and reaps orphans");
inline constexpr cli::Option kInitPath =
    value("init-path", "PROGRAM", "which; our own by default", 0, cli::kFiles);
inline constexpr cli::Option kPersonality = value("personality", "NAME", "LINUX or LINUX32");
inline constexpr std::array kProcessOptions = {
    &kEnv,     &kEnvFile,     &kEnvHost,    &kUnsetEnv,   &kUnsetEnvAll, &kHttpProxy,
    &kWorkdir, &kUser,        &kGroupAdd,   &kEntrypoint, &kUmask,       &kTimezone,
    &kPasswd,  &kPasswdEntry, &kGroupEntry, &kInit,       &kInitPath,    &kPersonality};

/// Sets variables as -e and --env-file say: "NAME=VALUE"; "NAME" as the caller's; "NAME*" for all of the
/// caller's that begin so.
void add_variable(std::vector<std::string>& env, std::string_view entry, const cli::Env& caller);
Result<> add_env_file(std::vector<std::string>& env, std::string_view path, const cli::Env& caller);

/// What they say, and the image where they are silent.
Result<> read_process(const cli::Call& call, const image::Config& image, Request& out);

}  // namespace masu::manager
