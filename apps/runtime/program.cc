// SPDX-License-Identifier: Apache-2.0
//
// The program's table, and the way of every call: global options, log, command, outcome.
#include "program.h"

#include "commands.h"
#include "globals.h"
#include "masu/base/log.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/cli/help.h"
#include "masu/sys/protect.h"
#include "report.h"
#include "version.h"

namespace masu::runtime {
namespace {

constexpr const cli::Command* kCommands[] = {
    &kCreateCommand,   &kStartCommand,      &kRunCommand,        &kExecCommand,    &kStateCommand,
    &kKillCommand,     &kDeleteCommand,     &kListCommand,       &kPsCommand,      &kPauseCommand,
    &kResumeCommand,   &kUpdateCommand,     &kCheckpointCommand, &kRestoreCommand, &kMountsCommand,
    &kEventsCommand,   &kInfoCommand,       &kDoctorCommand,     &kExplainCommand, &kSpecCommand,
    &kFeaturesCommand, &kCompletionCommand, &kHelpCommand};

constexpr cli::Note kExitCodes[] = {
    {"0", "success"},
    {"1", "any failure of the runtime itself, except in exec; the message says which"},
    {"255", "exec failed"},
    {"N",
     "run and exec in the foreground: the exit code of the program, or 128+S after signal S, even if that "
     "came "
     "before the program ran"}};

constexpr cli::Note kEnvironment[] = {
    {"XDG_RUNTIME_DIR", "holds the state directory by default, for callers other than root"},
    {"USER", "root of a user namespace has its state below $XDG_RUNTIME_DIR too, unless this is root"},
    {"NOTIFY_SOCKET",
     "the container gets such a socket, and its READY=1 is handed on, with MAINPID (sd_notify(3))"},
    {"MASU_WASM_ENGINE_PATH",
     "folders and files, with colons between, to look for WebAssembly engines first"},
    {"LISTEN_FDS", "as many file descriptors from 3 on are passed to the container's program"}};

constexpr cli::Note kFiles[] = {
    {"/run/masu-runtime", "the state directory of root, a folder for each container"},
    {"config.json", "in the bundle: the configuration of the container"}};

Result<> open_log(const cli::Arguments& globals) { return log::open(log_config(globals)); }

Result<const cli::Command*> choose_command(const cli::Arguments& globals) {
  const auto& words = globals.positionals();
  if (const cli::Command* command = cli::find_command(kProgram, words.front())) return command;
  for (std::string_view word : words)
    if (word == "-h" || word == "--help")
      return fail(Error::make(Kind::usage, cat("No help topic for ", quote(words.front()))));
  return fail(Error::make(Kind::usage, cat("unknown command ", quote(words.front())))
                  .hint(cat(kProgram.name, " --help lists the commands")));
}

// A container that we enter must not reach our executable through /proc (CVE-2019-5736). This starts the
// program anew; the call counts from the first start.
Result<> protect(const cli::Command* command, cli::Env& env) {
  if (command != &kCreateCommand && command != &kRunCommand && command != &kExecCommand &&
      command != &kMountsCommand && command != &kExplainCommand)
    return {};
  env.started_ns = TRY(sys::protect_executable(const_cast<char* const*>(env.words.data()),
                                               const_cast<char* const*>(env.variables), env.started_ns));
  return {};
}

// Help, asked for or needed.
Result<int> explain(const cli::Command& command, Result<cli::Arguments> arguments, const cli::Env& env) {
  const std::string help = cli::help(shown_name(env), command);
  TRY(env.print(arguments ? help : cat("Incorrect Usage.\n\n", help)));
  if (arguments) return 0;
  return fail(std::move(arguments).error());
}

Result<int> run_globals(const cli::Arguments& globals, cli::Env env, const cli::Command*& command) {
  if (globals.has(kVersion) || globals.has(kVersionToo)) {
    TRY(env.print(version_text(shown_name(env))));
    return 0;
  }
  if (globals.has(cli::kHelp) || globals.positionals().empty()) {
    TRY(env.print(cli::help(kProgram, shown_name(env))));
    return 0;
  }
  auto chosen = choose_command(globals);
  if (!chosen) {
    TRY(open_log(globals));
    return fail(std::move(chosen).error());
  }
  command = *chosen;
  auto arguments = cli::parse(kProgram, *command, env.words.last(globals.positionals().size() - 1));
  const bool runs = arguments && !arguments->has(cli::kHelp);
  // This may start the program anew, so it comes before the first effect, the log's file.
  Result<> is_protected;
  if (runs) is_protected = protect(command, env);
  TRY(open_log(globals));
  if (!runs) return explain(*command, std::move(arguments), env);
  TRY(std::move(is_protected));
  return command->run({kProgram, *command, globals, *arguments, env});
}

}  // namespace

constinit const cli::Program kProgram{.name = "masu-runtime",
                                      .summary = "OCI container runtime",
                                      .description = R"(
Runs containers as the OCI runtime specification describes them. A container is made from a bundle: a directory with a
root file system and a config.json.

Docker, containerd, CRI-O, Podman and Buildah call it as they call runc and crun: options, output, messages and exit
codes are theirs. Options are written with one dash or two, their values after a space or an equals sign.)",
                                      .options = kGlobalOptions,
                                      .commands = kCommands,
                                      .exit_codes = kExitCodes,
                                      .environment = kEnvironment,
                                      .files = kFiles,
                                      .see_also = "crun(1) runc(8)",
                                      .date = "November 22, 2026"};

std::string_view shown_name(const cli::Env& env) {
  return env.called_as() == "runc" ? "runc" : kProgram.name;
}

int run_program(const cli::Env& env) {
  const auto globals = cli::parse(kProgram, env.words.subspan(env.words.empty() ? 0 : 1));
  if (!globals) {
    report(globals.error(), false);
    return exit_code(globals.error(), nullptr);
  }
  const cli::Command* command = nullptr;
  const auto outcome = run_globals(*globals, env, command);
  if (outcome) return *outcome;
  report(outcome.error(), globals->value(kLogFormat) == "json");
  return exit_code(outcome.error(), command);
}

}  // namespace masu::runtime
