// SPDX-License-Identifier: Apache-2.0
#include "options.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/shim/program.h"
#include "masu/sys/activation.h"

#include <unistd.h>

namespace masu::shim {
namespace {

using Takes = cli::Option::Takes;
using From = cli::Values::From;

constexpr cli::Option kBundle{.name = "bundle",
                              .letter = 'b',
                              .takes = Takes::value,
                              .argument = "DIR",
                              .values = cli::kDirectories,
                              .help = "the folder with config.json and the root file system"};
constexpr cli::Option kId{.name = "container-id",
                          .takes = Takes::value,
                          .argument = "ID",
                          .help = "the container's name for the runtime"};
constexpr cli::Option kRoot{.name = "root",
                            .takes = Takes::value,
                            .argument = "DIR",
                            .values = cli::kDirectories,
                            .help = "keep a folder for each shim in DIR"};
constexpr cli::Option kBaseDir{.name = "base-dir",
                               .takes = Takes::value,
                               .argument = "DIR",
                               .values = cli::kDirectories,
                               .help = "the folder of this shim, instead of one named by the id in --root"};
constexpr cli::Option kRuntime{
    .name = "runtime",
    .takes = Takes::value,
    .argument = "PROGRAM",
    .values = cli::kFiles,
    .help = "the OCI runtime, by its path or as found in $PATH; masu-runtime by default"};
constexpr cli::Option kRuntimeArg{.name = "runtime-arg",
                                  .takes = Takes::values,
                                  .argument = "WORD",
                                  .help = "an argument for each call of the runtime, before the command"};
constexpr cli::Option kLogFile{
    .name = "log-file",
    .takes = Takes::value,
    .argument = "FILE",
    .values = cli::kFiles,
    .help = "log the container's output to FILE; container.log in the shim's folder by default"};
constexpr cli::Option kLogFileToo{.name = "container-log-file",
                                  .takes = Takes::value,
                                  .argument = "FILE",
                                  .help = "as --log-file",
                                  .hidden = true};
constexpr cli::Option kLogDriver{.name = "log-format",
                                 .takes = Takes::value,
                                 .argument = "FORMAT",
                                 .values = {From::choices, "json cri docker journald none"},
                                 .help = "the form of the log; json by default"};
constexpr cli::Option kLogSize{
    .name = "log-max-size",
    .takes = Takes::value,
    .argument = "SIZE",
    .help = "begin another log file before this one is larger: 10m; no limit by default"};
constexpr cli::Option kLogFiles{.name = "log-max-files",
                                .takes = Takes::value,
                                .argument = "N",
                                .help = "keep so many log files; 5 by default"};
constexpr cli::Option kPidFile{.name = "pid-file",
                               .takes = Takes::value,
                               .argument = "FILE",
                               .values = cli::kFiles,
                               .help = "write the pid of the container's first process to FILE"};
constexpr cli::Option kExitDir{
    .name = "exit-dir",
    .takes = Takes::value,
    .argument = "DIR",
    .values = cli::kDirectories,
    .help = "write the record of the container's end to DIR too, as a file named by the id"};
constexpr cli::Option kEventLog{.name = "event-log",
                                .takes = Takes::value,
                                .argument = "DIR",
                                .values = cli::kDirectories,
                                .help = "append each event, as a line of JSON, to the file log in DIR"};
constexpr cli::Option kExitCommand{.name = "exit-command",
                                   .takes = Takes::value,
                                   .argument = "PROGRAM",
                                   .values = cli::kFiles,
                                   .help = "run this once when the container has ended for good"};
constexpr cli::Option kExitArg{.name = "exit-command-arg",
                               .takes = Takes::values,
                               .argument = "WORD",
                               .help = "an argument for the exit command"};
constexpr cli::Option kLogTotal{
    .name = "log-max-total",
    .takes = Takes::value,
    .argument = "SIZE",
    .help = "log no more than this of the container's output; no limit by default"};
constexpr cli::Option kLogSync{.name = "log-sync",
                               .help = "have the log on the disk before the container's end is told"};
constexpr cli::Option kTimeLimit{.name = "time-limit",
                                 .takes = Takes::value,
                                 .argument = "TIME",
                                 .help = "kill the container when it has run so long"};
constexpr cli::Option kPassing{.name = "passing",
                               .help =
                                   "the container is removed at its end: do not wait for the disk to "
                                   "have the record of it"};
constexpr cli::Option kJournalSocket{.name = "journal-socket",
                                     .takes = Takes::value,
                                     .argument = "PATH",
                                     .help = "where journald listens",
                                     .hidden = true};
constexpr cli::Option kHoldFds{.name = "hold-fds",
                               .takes = Takes::value,
                               .argument = "N",
                               .help =
                                   "hold N file descriptors, those behind the ones of LISTEN_FDS, until the "
                                   "container has ended for good: "
                                   "sockets that keep published ports occupied"};
constexpr cli::Option kExitDelay{.name = "exit-delay",
                                 .takes = Takes::value,
                                 .argument = "TIME",
                                 .help = "wait so long before the exit command; 0s by default"};
constexpr cli::Option kStdin{
    .name = "stdin",
    .takes = Takes::value,
    .argument = "MODE",
    .values = {From::choices, "none once open"},
    .help =
        "at its end from the beginning; open until the first attached client ends it (the "
        "default); open until it is ended by DELETE /stdin"};
constexpr cli::Option kRestart{
    .name = "restart",
    .takes = Takes::value,
    .argument = "POLICY",
    .values = {From::anywhere, {}},
    .help = "start again: no (the default), on-failure[:N], always or unless-stopped"};
constexpr cli::Option kStopSignal{.name = "stop-signal",
                                  .takes = Takes::value,
                                  .argument = "SIGNAL",
                                  .help = "what stops the container; TERM by default"};
constexpr cli::Option kStopTimeout{
    .name = "stop-timeout",
    .takes = Takes::value,
    .argument = "TIME",
    .help = "how long it may take to stop before it is killed; 10s by default"};
constexpr cli::Option kDrainTimeout{
    .name = "drain-timeout",
    .takes = Takes::value,
    .argument = "TIME",
    .help =
        "how long output is awaited from what the container's first process has left behind; 5s by default"};
constexpr cli::Option kRuntimeTimeout{
    .name = "runtime-timeout",
    .takes = Takes::value,
    .argument = "TIME",
    .help = "how long a call of the runtime may take before it is killed; 5m by default"};
constexpr cli::Option kHealthCmd{
    .name = "health-cmd",
    .takes = Takes::value,
    .argument = "TEXT",
    .help = "check the container's health by running TEXT in its shell, or the words of a JSON array"};
constexpr cli::Option kHealthInterval{.name = "health-interval",
                                      .takes = Takes::value,
                                      .argument = "TIME",
                                      .help = "time between two checks; 30s by default"};
constexpr cli::Option kHealthTimeout{.name = "health-timeout",
                                     .takes = Takes::value,
                                     .argument = "TIME",
                                     .help = "time that a check may take; 30s by default"};
constexpr cli::Option kHealthStart{
    .name = "health-start-period",
    .takes = Takes::value,
    .argument = "TIME",
    .help = "time after a start in which failures do not count; 0s by default"};
constexpr cli::Option kStartInterval{.name = "health-start-interval",
                                     .takes = Takes::value,
                                     .argument = "TIME",
                                     .help = "time between two checks in the start period; 5s by default"};
constexpr cli::Option kHealthRetries{.name = "health-retries",
                                     .takes = Takes::value,
                                     .argument = "N",
                                     .help = "so many failures in a row make it unhealthy; 3 by default"};
constexpr cli::Option kHealthAction{.name = "health-on-failure",
                                    .takes = Takes::value,
                                    .argument = "ACTION",
                                    .values = {From::choices, "none kill restart stop"},
                                    .help = "what to do then; none by default"};

constexpr cli::Option kStartupCmd{
    .name = "health-startup-cmd",
    .takes = Takes::value,
    .argument = "TEXT",
    .help = "check by this, as --health-cmd, until it has succeeded; then by --health-cmd"};
constexpr cli::Option kStartupInterval{.name = "health-startup-interval",
                                       .takes = Takes::value,
                                       .argument = "TIME",
                                       .help = "time between two of these checks; 30s by default"};
constexpr cli::Option kStartupTimeout{.name = "health-startup-timeout",
                                      .takes = Takes::value,
                                      .argument = "TIME",
                                      .help = "time that such a check may take; 30s by default"};
constexpr cli::Option kStartupRetries{
    .name = "health-startup-retries",
    .takes = Takes::value,
    .argument = "N",
    .help = "so many failures in a row restart the container; none do by default"};
constexpr cli::Option kStartupSuccess{.name = "health-startup-success",
                                      .takes = Takes::value,
                                      .argument = "N",
                                      .help = "so many successes in a row end these checks; 1 by default"};
constexpr cli::Option kLogName{.name = "log-name",
                               .takes = Takes::value,
                               .argument = "NAME",
                               .help = "the container's name in the journal; its id by default"};
constexpr cli::Option kLogTag{
    .name = "log-tag",
    .takes = Takes::value,
    .argument = "TEXT",
    .help = "CONTAINER_TAG and SYSLOG_IDENTIFIER in the journal; the container's id by default"};

constexpr const cli::Option* kOptions[] = {&kBundle,          &kId,
                                           &kRuntime,         &kRuntimeArg,
                                           &kRuntimeTimeout,  &kRoot,
                                           &kBaseDir,         &kLogFile,
                                           &kLogFileToo,      &kLogDriver,
                                           &kLogSize,         &kLogFiles,
                                           &kStdin,           &kPidFile,
                                           &kExitDir,         &kExitCommand,
                                           &kExitArg,         &kRestart,
                                           &kStopSignal,      &kStopTimeout,
                                           &kDrainTimeout,    &kHealthCmd,
                                           &kHealthInterval,  &kHealthTimeout,
                                           &kHealthStart,     &kHealthRetries,
                                           &kHealthAction,    &kLogTotal,
                                           &kJournalSocket,   &kHoldFds,
                                           &kExitDelay,       &kEventLog,
                                           &kLogSync,         &kPassing,
                                           &kTimeLimit,       &kStartupCmd,
                                           &kStartupInterval, &kStartupTimeout,
                                           &kStartupRetries,  &kStartupSuccess,
                                           &kLogName,         &kLogTag,
                                           &kStartInterval,   &kRecover,
                                           &kCompletion,      &kVersion};

constexpr cli::Note kExitCodes[] = {{"0", "the container is created; the path of the socket was printed"},
                                    {"125", "any failure; the message says which, and nothing is left"}};
constexpr cli::Note kEnvironment[] = {
    {"XDG_RUNTIME_DIR", "holds the shims' folders by default, for callers other than root"},
    {"PATH", "where the runtime is looked for"},
    {"NOTIFY_SOCKET", "handed on to the runtime (sd_notify(3))"},
    {"LISTEN_FDS", "as many file descriptors from 3 on are handed on to the runtime, for the container"}};
constexpr cli::Note kFiles[] = {{"/run/masu-shim", "the shims' folders of root, one for each container"},
                                {"shim.sock", "in the folder: the socket for HTTP requests"},
                                {"exit.json", "in the folder: how the container ended"},
                                {"container.log", "in the folder: what the container wrote"},
                                {"shim.json", "in the folder: what --recover reads"}};

// A value that is given is read, or refused with its flag; one that is not leaves `out` as it is.
template <class T, class Parse>
Result<> take(const cli::Arguments& arguments, const cli::Option& option, T& out, Parse parse) {
  if (!arguments.has(option)) return {};
  out = TRY_IN(parse(arguments.value(option)), cat("--", option.name));
  return {};
}

Result<> take_path(const cli::Arguments& arguments, const cli::Env& env, const cli::Option& option,
                   std::string& out) {
  return take(arguments, option, out, [&env](std::string_view path) { return env.absolute(path); });
}

Result<unsigned> parse_count(std::string_view text) {
  constexpr unsigned kMost = 1000;
  const auto count = text::parse_int<unsigned>(text);
  if (!count || *count == 0 || *count > kMost)
    return fail(Error::make(Kind::usage, cat(quote(text), " is not a number from 1 to ", kMost)));
  return *count;
}

Result<> read_log_options(const cli::Arguments& arguments, const cli::Env& env, Options& options) {
  const std::string_view format = arguments.value(kLogDriver, "json");
  options.log.format = format == "cri"      ? LogFormat::cri
                       : format == "docker" ? LogFormat::docker
                                            : LogFormat::json;
  options.log.path = options.base + "/container.log";
  TRY(take_path(arguments, env, kLogFileToo, options.log.path));
  TRY(take_path(arguments, env, kLogFile, options.log.path));
  if (format == "none" || format == "journald") options.log.path.clear();
  if (format == "journald")
    options.log.journal = arguments.value(kJournalSocket, "/run/systemd/journal/socket");
  options.log.name = arguments.value(kLogName);
  options.log.tag = arguments.value(kLogTag);
  options.log.sync = arguments.has(kLogSync);
  options.passing = arguments.has(kPassing);
  TRY(take(arguments, kLogTotal, options.log.max_total, parse_size));
  TRY(take(arguments, kLogSize, options.log.max_size, parse_size));
  return take(arguments, kLogFiles, options.log.max_files, parse_count);
}

Result<> read_health_options(const cli::Arguments& arguments, HealthOptions& health) {
  health.command = arguments.value(kHealthCmd);
  TRY(take(arguments, kHealthInterval, health.interval_ns, parse_duration));
  TRY(take(arguments, kHealthTimeout, health.timeout_ns, parse_duration));
  TRY(take(arguments, kHealthStart, health.start_period_ns, parse_duration));
  TRY(take(arguments, kStartInterval, health.start_interval_ns, parse_duration));
  TRY(take(arguments, kHealthRetries, health.retries, parse_count));
  return take(arguments, kHealthAction, health.action, HealthOptions::parse_action);
}

Result<> read_startup_options(const cli::Arguments& arguments, StartupOptions& startup) {
  startup.command = arguments.value(kStartupCmd);
  if (!startup.command.empty() && !arguments.has(kHealthCmd))
    return fail(Error::make(Kind::usage, "--health-startup-cmd needs --health-cmd"));
  TRY(take(arguments, kStartupInterval, startup.interval_ns, parse_duration));
  TRY(take(arguments, kStartupTimeout, startup.timeout_ns, parse_duration));
  TRY(take(arguments, kStartupRetries, startup.retries, parse_count));
  return take(arguments, kStartupSuccess, startup.successes, parse_count);
}

Result<> read_exit_options(const cli::Arguments& arguments, const cli::Env& env, Options& options) {
  TRY(take_path(arguments, env, kPidFile, options.pid_file));
  TRY(take_path(arguments, env, kExitDir, options.exit_dir));
  TRY(take_path(arguments, env, kEventLog, options.event_log));
  if (arguments.has(kExitCommand)) {
    options.exit_command.push_back(
        TRY_IN(find_program(std::string(arguments.value(kExitCommand)), env.variable("PATH")),
               cat("--", kExitCommand.name)));
    for (const std::string_view word : arguments.values(kExitArg)) options.exit_command.emplace_back(word);
    if (options.exit_command.front().front() != '/')
      options.exit_command.front() = TRY(env.absolute(options.exit_command.front()));
  }
  TRY(take(arguments, kExitDelay, options.exit_delay_ns, parse_duration));
  TRY(take(arguments, kTimeLimit, options.time_limit_ns, parse_duration));
  options.listen_fds = sys::listen_fds();
  TRY(take(arguments, kHoldFds, options.held_fds, parse_count));
  TRY(take(arguments, kStopSignal, options.stop_signal, parse_signal));
  TRY(take(arguments, kStopTimeout, options.stop_timeout_ns, parse_duration));
  TRY(take(arguments, kDrainTimeout, options.drain_timeout_ns, parse_duration));
  TRY(take(arguments, kRuntimeTimeout, options.runtime_timeout_ns, parse_duration));
  if (options.runtime_timeout_ns == 0)
    return fail(Error::make(Kind::usage, cat("--", kRuntimeTimeout.name, " must be above 0")));
  return {};
}

Result<std::string> current_directory() {
  char path[4096];
  if (getcwd(path, sizeof path) == nullptr) return fail(Error::sys(errno, "getcwd"));
  return std::string(path);
}

}  // namespace

constexpr cli::Option kVersion{.name = "version", .letter = 'v', .help = "print the version and exit"};
constexpr cli::Option kCompletion{.name = "completion",
                                  .takes = cli::Option::Takes::value,
                                  .argument = "SHELL",
                                  .values = {cli::Values::From::choices, "bash zsh fish"},
                                  .help = "print a completion script for this shell and exit"};
constexpr cli::Option kRecover{.name = "recover",
                               .help =
                                   "go on with the container of a shim that was killed; of the other options "
                                   "only the id and the folder count"};

constinit const cli::Program kProgram{.name = "masu-shim",
                                      .summary = "supervisor of one OCI container",
                                      .description = R"(
Makes a container by an OCI runtime and stays with it: as the parent of its processes, the keeper of its output, terminal
and exit code. The path of a unix socket is printed when the container is created; requests to that socket start it, stop
it, attach to it, follow its log and run more processes in it.

The shim ends when it is asked to by DELETE /, and removes all then.)",
                                      .options = kOptions,
                                      .exit_codes = kExitCodes,
                                      .environment = kEnvironment,
                                      .files = kFiles,
                                      .see_also = "masu-runtime(8) conmon(8)",
                                      .date = "November 22, 2026"};

Result<std::string> base_folder(const cli::Arguments& arguments, const cli::Env& env) {
  if (!arguments.positionals().empty())
    return fail(
        Error::make(Kind::usage, cat("unexpected argument ", quote(arguments.positionals().front()))));
  if (arguments.has(kBaseDir)) return env.absolute(arguments.value(kBaseDir));
  if (!arguments.has(kId)) return fail(Error::make(Kind::usage, "--container-id must be given"));
  const std::string_view id = arguments.value(kId);
  TRY_IN(check_id(id), cat("--", kId.name));
  std::string root = "/run/masu-shim";
  if (const std::string_view home = env.variable("XDG_RUNTIME_DIR"); geteuid() != 0 && !home.empty())
    root = cat(home, "/masu-shim");
  TRY(take_path(arguments, env, kRoot, root));
  return cat(root, "/", id);
}

Result<Options> read_options(const cli::Arguments& arguments, const cli::Env& env) {
  Options options;
  options.base = TRY(base_folder(arguments, env));
  for (const cli::Option* needed : {&kId, &kBundle})
    if (!arguments.has(*needed))
      return fail(Error::make(Kind::usage, cat("--", needed->name, " must be given")));
  options.id = arguments.value(kId);
  TRY_IN(check_id(options.id), cat("--", kId.name));
  TRY(take_path(arguments, env, kBundle, options.bundle));
  options.runtime =
      TRY(find_program(std::string(arguments.value(kRuntime, "masu-runtime")), env.variable("PATH")));
  options.runtime = TRY(env.absolute(options.runtime));
  for (const std::string_view word : arguments.values(kRuntimeArg)) options.runtime_args.emplace_back(word);
  TRY(read_log_options(arguments, env, options));
  TRY(read_exit_options(arguments, env, options));
  TRY(read_health_options(arguments, options.health));
  TRY(read_startup_options(arguments, options.startup));
  TRY(take(arguments, kRestart, options.restart, RestartPolicy::parse));
  const std::string_view input = arguments.value(kStdin, "once");
  options.input = input == "none" ? Input::none : input == "open" ? Input::open : Input::once;
  for (const char* word : env.words) options.words.emplace_back(word);
  options.directory = TRY(current_directory());
  return options;
}

}  // namespace masu::shim
