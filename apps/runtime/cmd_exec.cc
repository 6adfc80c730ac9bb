// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "create_options.h"
#include "globals.h"
#include "masu/base/text.h"
#include "masu/base/try.h"

namespace masu::runtime {
namespace {

constexpr cli::Option kProcess{
    .name = "process",
    .letter = 'p',
    .takes = Takes::value,
    .argument = "FILE",
    .values = cli::kFiles,
    .help = "execute the process object in FILE; other options for the process are ignored"};
constexpr cli::Option kDetach{
    .name = "detach", .letter = 'd', .help = "return when the process runs, instead of waiting for its end"};
constexpr cli::Option kTty{.name = "tty", .letter = 't', .help = "give the process a terminal"};
constexpr cli::Option kCwd{
    .name = "cwd", .takes = Takes::value, .argument = "DIR", .help = "working directory, in the container"};
constexpr cli::Option kEnv{.name = "env",
                           .letter = 'e',
                           .takes = Takes::values,
                           .argument = "NAME=VALUE",
                           .help = "add a variable to the container's environment"};
constexpr cli::Option kUser{.name = "user",
                            .letter = 'u',
                            .takes = Takes::value,
                            .argument = "UID[:GID]",
                            .help = "run as this user and group, by number"};
constexpr cli::Option kAdditionalGids{.name = "additional-gids",
                                      .letter = 'g',
                                      .takes = Takes::values,
                                      .argument = "GID",
                                      .help = "add a supplementary group"};
constexpr cli::Option kCap{.name = "cap",
                           .letter = 'c',
                           .takes = Takes::values,
                           .argument = "CAP",
                           .help = "add a capability to the bounding, effective and permitted sets"};
constexpr cli::Option kNoNewPrivs{.name = "no-new-privs",
                                  .help = "executing a program gives no new privileges"};
constexpr cli::Option kApparmor{.name = "apparmor",
                                .takes = Takes::value,
                                .argument = "PROFILE",
                                .help = "AppArmor profile of the process"};
constexpr cli::Option kProcessLabel{.name = "process-label",
                                    .takes = Takes::value,
                                    .argument = "LABEL",
                                    .help = "SELinux label of the process"};
constexpr cli::Option kCgroup{.name = "cgroup",
                              .takes = Takes::values,
                              .argument = "[CONTROLLER,...:]PATH",
                              .help = "join this cgroup below the container's own"};
constexpr cli::Option kIgnorePaused{.name = "ignore-paused",
                                    .help = "also in a paused container; the process waits"};

constexpr const cli::Option* kOptions[] = {
    &kProcess,        &kDetach,      &kTty,        &kCwd,         &kEnv,          &kUser,
    &kAdditionalGids, &kCap,         &kNoNewPrivs, &kApparmor,    &kProcessLabel, &kCgroup,
    &kConsoleSocket,  &kPidfdSocket, &kPidFile,    &kPreserveFds, &kIgnorePaused};
constexpr cli::Positional kPositionals[] = {
    kId,
    {.name = "COMMAND",
     .count = cli::Positional::Count::any,
     .help = "the program and its arguments; all that follows ID belongs to it"}};

std::vector<std::string> strings(const std::vector<std::string_view>& views) {
  return {views.begin(), views.end()};
}

Result<std::vector<std::uint32_t>> gids(const cli::Arguments& arguments) {
  std::vector<std::uint32_t> out;
  for (std::string_view given : arguments.values(kAdditionalGids)) {
    const auto gid = text::parse_int<std::uint32_t>(given);
    if (!gid)
      return fail(
          Error::make(Kind::usage, cat("invalid additional-gids ", quote(given), ": expected a number")));
    out.push_back(*gid);
  }
  return out;
}

Result<container::ExecOptions> exec_options(const cli::Call& call) {
  const cli::Arguments& given = call.arguments;
  container::ExecOptions options;
  options.process_file = TRY(path_value(call, kProcess));
  options.args = strings(given.positionals());
  options.args.erase(options.args.begin());  // the id
  if (options.args.empty() && options.process_file.empty())
    return fail(Error::make(Kind::usage, "process args cannot be empty")
                    .hint("name a command, or a file with --process"));
  options.env = strings(given.values(kEnv));
  options.cwd = given.value(kCwd);
  options.user = given.value(kUser);
  if (given.has(kUser) && options.user.empty())
    return fail(Error::make(Kind::usage, "--user '': expected UID or UID:GID, both decimal numbers"));
  options.additional_gids = TRY(gids(given));
  options.capabilities = strings(given.values(kCap));
  options.tty = given.flag(kTty);
  options.no_new_privileges = given.has(kNoNewPrivs);
  options.apparmor_profile = given.value(kApparmor);
  options.process_label = given.value(kProcessLabel);
  options.cgroups = strings(given.values(kCgroup));
  options.console_socket = TRY(path_value(call, kConsoleSocket));
  options.pidfd_socket = TRY(path_value(call, kPidfdSocket));
  options.pid_file = TRY(path_value(call, kPidFile));
  options.preserve_fds = TRY(preserve_fds(given));
  options.detach = given.has(kDetach);
  options.ignore_paused = given.has(kIgnorePaused);
  return options;
}

Result<int> run(const cli::Call& call) {
  const auto context = TRY(make_context(call));
  return container::exec(context, std::string(call.arguments.positional(0)), TRY(exec_options(call)));
}

}  // namespace

constinit const cli::Command kExecCommand{.name = "exec",
                                          .summary = "execute another process in a container",
                                          .description = R"(
The process gets what the container's own has: user, environment, working directory, capabilities, limits; options change
it. Without --detach its exit code becomes that of the command, and signals are passed on to it; a command that is killed by
SIGKILL leaves the process to the container.)",
                                          .options = kOptions,
                                          .positionals = kPositionals,
                                          .options_first = true,
                                          .run = run};

}  // namespace masu::runtime
