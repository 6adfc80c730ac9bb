// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "each_container.h"
#include "foreground.h"
#include "globals.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/manager/exec.h"
#include "masu/manager/life.h"
#include "masu/manager/session.h"
#include "masu/sys/tty.h"
#include "program.h"

#include <unistd.h>

namespace masu::manager {
namespace {

using Takes = cli::Option::Takes;

constexpr cli::Option kDetach{.name = "detach", .letter = 'd', .help = "leave it running"};
constexpr cli::Option kInteractive{.name = "interactive", .letter = 'i', .help = "pass stdin on"};
constexpr cli::Option kTty{.name = "tty", .letter = 't', .help = "give it a terminal"};
constexpr cli::Option kEnv{
    .name = "env", .letter = 'e', .takes = Takes::values, .argument = "NAME=VALUE", .help = "set a variable"};
constexpr cli::Option kEnvFile{.name = "env-file",
                               .takes = Takes::values,
                               .argument = "FILE",
                               .values = cli::kFiles,
                               .help = "set the variables of a file, one a line"};
constexpr cli::Option kUser{.name = "user",
                            .letter = 'u',
                            .takes = Takes::value,
                            .argument = "USER[:GROUP]",
                            .help = "who runs it; as the container by default"};
constexpr cli::Option kWorkdir{
    .name = "workdir", .letter = 'w', .takes = Takes::value, .argument = "DIR", .help = "where it starts"};
constexpr cli::Option kPrivileged{.name = "privileged", .help = "with all capabilities"};
constexpr cli::Option kCidFile{.name = "cidfile",
                               .takes = Takes::value,
                               .argument = "FILE",
                               .values = cli::kFiles,
                               .help = "the container is the one whose id is in FILE; CONTAINER is left out"};
constexpr const cli::Option* kOptions[] = {&kDetach,  &kInteractive, &kTty,        &kEnv,     &kUser,
                                           &kWorkdir, &kPrivileged,  &kDetachKeys, &kEnvFile, &kCidFile};
constexpr cli::Positional kPositionals[] = {
    kContainer[0], {.name = "COMMAND", .count = cli::Positional::Count::any, .help = "what to run"}};

// The container, and how many words it has taken.
Result<std::pair<std::string, std::ptrdiff_t>> read_container(const cli::Call& call) {
  const cli::Arguments& given = call.arguments;
  if (!given.has(kCidFile)) {
    if (given.positionals().size() < 2) return fail(Error::make(Kind::usage, "'exec' requires COMMAND"));
    return std::pair{std::string(given.positional(0)), std::ptrdiff_t{1}};
  }
  const std::string path = TRY(call.env.absolute(given.value(kCidFile)));
  const std::string text = TRY_IN(sys::read_file(path), "--cidfile");
  const std::string_view id = text::trim(text);
  if (id.empty()) return fail(Error::make(Kind::usage, cat("--cidfile: there is no id in ", quote(path))));
  return std::pair{std::string(id), std::ptrdiff_t{0}};
}

Result<int> run(const cli::Call& call) {
  const cli::Arguments& given = call.arguments;
  const Place place = TRY(make_place(call));
  const auto [container, taken] = TRY(read_container(call));
  const Request request = TRY(find(place, container));
  const StayOptions stay = TRY(read_stay(call));
  ExecOptions options{
      .tty = given.has(kTty),
      .input = given.has(kInteractive),
      .privileged = given.has(kPrivileged),
      .user = given.has(kUser) ? std::optional(std::string(given.value(kUser))) : std::nullopt,
      .cwd = std::string(given.value(kWorkdir)),
      .env = {},
      .args = {given.positionals().begin() + taken, given.positionals().end()}};
  if (options.tty && options.input && !given.has(kDetach) && !sys::is_tty(STDIN_FILENO))
    return fail(
        Error::make(Kind::usage, "-t with -i needs a terminal, and stdin is none").hint("leave out -t"));
  for (const std::string_view path : given.values(kEnvFile)) {
    const std::string file = TRY(call.env.absolute(path));
    const std::string text = TRY_IN(sys::read_file(file), "--env-file");
    for (const std::string_view line : text::split(text, '\n')) {
      const std::string_view variable = text::trim(line);
      if (variable.empty() || variable.starts_with('#')) continue;
      if (variable.find('=') != std::string_view::npos)
        options.env.emplace_back(variable);
      else if (const std::string_view own = call.env.variable(variable); !own.empty())
        options.env.push_back(cat(variable, "=", own));
    }
  }
  for (const std::string_view variable : given.values(kEnv)) {
    if (variable.find('=') == std::string_view::npos)
      return fail(Error::make(Kind::usage, cat("--env ", quote(variable), ": expected NAME=VALUE")));
    options.env.emplace_back(variable);
  }
  const ShimClient shim(place.shim_folder(request.id));
  const std::string path = TRY(make_exec(place, request, options));
  if (given.has(kDetach)) {
    TRY(shim.get("POST", path + "/start"));
    return 0;
  }
  const SessionOptions session{.path = path + (options.input ? "/attach" : "/attach?stdin=0"),
                               .resize_path = path + "/resize",
                               .input = options.input,
                               .tty = options.tty,
                               .kill_path = path + "/kill",
                               .detach_keys = stay.detach_keys};
  bool started = false;
  auto end = run_session(shim, session, [&]() -> Result<> {
    TRY(shim.get("POST", path + "/start"));
    started = true;
    return {};
  });
  if (!end && started) return fail(std::move(end).error());
  if (!end) {
    print_error(end.error());
    return start_failure_code(end.error());
  }
  if (end->outcome == Outcome::lost) return fail(Error::make(Kind::system, "the container has ended"));
  if (end->outcome == Outcome::ended) (void)shim.ask("DELETE", path);
  return end->code;
}

}  // namespace

constinit const cli::Command kExecCommand{.name = "exec",
                                          .summary = "run another program in a running container",
                                          .description = "The exit code is the program's.",
                                          .options = kOptions,
                                          .positionals = kPositionals,
                                          .options_first = true,
                                          .run = run};

}  // namespace masu::manager
