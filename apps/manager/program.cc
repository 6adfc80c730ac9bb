// SPDX-License-Identifier: Apache-2.0
#include "program.h"

#include "commands.h"
#include "globals.h"
#include "masu/base/log.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/cli/help.h"

#include <array>

#include <unistd.h>

namespace masu::manager {
namespace {

constexpr const cli::Command* kCommands[] = {&kRunCommand,
                                             &kCreateCommand,
                                             &kStartCommand,
                                             &kStopCommand,
                                             &kRestartCommand,
                                             &kKillCommand,
                                             &kPauseCommand,
                                             &kUnpauseCommand,
                                             &kWaitCommand,
                                             &kRmCommand,
                                             &kLsCommand,
                                             &kLogsCommand,
                                             &kAttachCommand,
                                             &kExecCommand,
                                             &kInspectCommand,
                                             &kTopCommand,
                                             &kStatsCommand,
                                             &kDiffCommand,
                                             &kCpCommand,
                                             &kExportCommand,
                                             &kCommitCommand,
                                             &kRenameCommand,
                                             &kUpdateCommand,
                                             &kHealthcheckRunCommand,
                                             &kEventsCommand,
                                             &kContainerPruneCommand,
                                             &kContainerExistsCommand,
                                             &kInfoCommand,
                                             &kVersionCommand,
                                             &kGenerateSystemdCommand,
                                             &kSystemDfCommand,
                                             &kSystemPruneCommand,
                                             &kSystemResetCommand,
                                             &kImageExistsCommand,
                                             &kImagesCommand,
                                             &kPullCommand,
                                             &kPushCommand,
                                             &kLoadCommand,
                                             &kSaveCommand,
                                             &kImportCommand,
                                             &kTagCommand,
                                             &kUntagCommand,
                                             &kRmiCommand,
                                             &kHistoryCommand,
                                             &kImagePruneCommand,
                                             &kLoginCommand,
                                             &kLogoutCommand,
                                             &kCheckCommand,
                                             &kDoctorCommand,
                                             &kVolumeCreateCommand,
                                             &kVolumeLsCommand,
                                             &kVolumeInspectCommand,
                                             &kVolumeRmCommand,
                                             &kVolumePruneCommand,
                                             &kSecretCreateCommand,
                                             &kSecretLsCommand,
                                             &kSecretInspectCommand,
                                             &kSecretRmCommand,
                                             &kPortCommand,
                                             &kNetworkCreateCommand,
                                             &kNetworkLsCommand,
                                             &kNetworkInspectCommand,
                                             &kNetworkRmCommand,
                                             &kNetworkPruneCommand,
                                             &kNetworkConnectCommand,
                                             &kNetworkDisconnectCommand};
constexpr std::size_t kScreen = 24;  // lines of a terminal
// For the program itself, not for people.
constexpr const cli::Command* kInternal[] = {&kCleanupCommand};

constexpr cli::Note kExitCodes[] = {
    {"0", "success"},
    {"1", "a command failed that is about containers or images that are there, or not; the message says why"},
    {"125", "run, create, exec: masu itself failed"},
    {"126", "run, exec: the program cannot be executed"},
    {"127", "run, exec: there is no such program in the container"},
    {"N", "run, exec, start -a, attach: the exit code of the program, or 128+S after signal S"}};
constexpr cli::Note kEnvironment[] = {
    {"MASU_NETWORK", "what --network of run and create is by default"},
    {"XDG_DATA_HOME", "holds images and containers, for callers other than root"},
    {"XDG_RUNTIME_DIR", "holds what dies with the boot, for callers other than root"},
    {"MASU_STORAGE_DRIVER", "as --storage-driver"},
    {"PATH", "where masu-shim, masu-runtime and masu-image are looked for, if they are not beside masu"},
    {"REGISTRY_AUTH_FILE", "the auth file, as by --authfile"},
    {"CONTAINERS_REGISTRIES_CONF", "the registries.conf to read, and no other"},
    {"MASU_NET_TIMEOUT", "seconds after which a registry that says nothing is given up; 60 by default"},
    {"HTTPS_PROXY, HTTP_PROXY, NO_PROXY", "proxies on the way to registries"}};
constexpr cli::Note kFiles[] = {
    {"/var/lib/masu", "images and containers of root; the images are an OCI image layout"},
    {"/run/masu", "sockets of the shims and state of the runtime, of root"},
    {"$XDG_RUNTIME_DIR/containers/auth.json", "credentials; of root /run/containers/0/auth.json"},
    {"~/.docker/config.json", "credentials of docker, which are read too"},
    {"/etc/containers/registries.conf", "short names, mirrors, blocked and insecure registries"},
    {"/etc/containers/policy.json", "which images are taken at all"},
    {"/etc/containers/certs.d/HOST:PORT/",
     "authorities (*.crt), and our own certificates (*.cert with *.key)"}};

// `masu container ls` is `masu ls`, but `masu image ls` is `masu images`.
struct Synonym {
  std::string_view group, verb, name;
};
constexpr Synonym kSynonyms[] = {{"image", "ls", "images"},
                                 {"image", "list", "images"},
                                 {"image", "rm", "rmi"},
                                 {"image", "remove", "rmi"},
                                 {"container", "list", "ls"},
                                 {"container", "ps", "ls"},
                                 {"container", "delete", "rm"},
                                 {"container", "del", "rm"},
                                 {"container", "remove", "rm"},
                                 {"", "ps", "ls"},
                                 {"image", "inspect", "inspect"},
                                 {"volume", "list", "volume ls"},
                                 {"volume", "remove", "volume rm"},
                                 {"secret", "list", "secret ls"},
                                 {"secret", "remove", "secret rm"},
                                 {"network", "list", "network ls"},
                                 {"network", "remove", "network rm"}};

// A command of two words stands in kCommands under both: "container prune".
constexpr cli::Group kGroups[] = {
    {"container", "c", "containers: also by the commands of one word",
     "run create start stop restart kill pause unpause wait rm ls logs attach exec inspect "
     "top stats diff cp export commit rename update port"},
    {"image", "i", "images: masu image ls is masu images",
     "ls=images pull push load save import tag untag rm=rmi history inspect"},
    {"generate", "", "files for other programs", ""},
    {"healthcheck", "", "of containers", ""},
    {"network", "", "networks that containers join", ""},
    {"secret", "", "what containers are given and nobody else sees", ""},
    {"system", "", "the store and this machine", "check doctor events info"},
    {"volume", "", "folders that outlive containers", ""}};

std::string_view group_of(std::string_view word) {
  const cli::Group* group = cli::find_group(kProgram, word);
  return group == nullptr ? std::string_view() : group->name;
}

bool is_group(const cli::Arguments& globals) {
  return globals.positionals().size() > 1 && !group_of(globals.positional(0)).empty();
}

const cli::Command* find(std::string_view group, std::string_view verb) {
  std::string_view name = verb;
  for (const Synonym& synonym : kSynonyms)
    if (synonym.group == group && synonym.verb == verb) name = synonym.name;
  for (const cli::Command* command : kInternal)
    if (group.empty() && command->name == name) return command;
  const cli::Command* own = group.empty() ? nullptr : cli::find_command(kProgram, cat(group, " ", verb));
  return own != nullptr ? own : cli::find_command(kProgram, name);
}

Result<const cli::Command*> choose_command(const cli::Arguments& globals) {
  const std::string_view first = globals.positional(0);
  const std::string_view group = is_group(globals) ? group_of(first) : "";
  const std::string_view verb = group.empty() ? first : globals.positional(1);
  if (const cli::Command* command = find(group, verb)) return command;
  return fail(
      Error::make(Kind::usage, cat("unknown command ", quote(group.empty() ? first : cat(first, " ", verb))))
          .hint("masu --help lists the commands"));
}

bool is_start(const cli::Command* command) {
  return command == nullptr || command->name == "run" || command->name == "create" || command->name == "exec";
}

// `masu network`, `masu network --help`.
const cli::Group* asked_group(const cli::Arguments& globals) {
  const auto& words = globals.positionals();
  if (words.size() > 2 || (words.size() == 2 && words[1] != "--help" && words[1] != "-h")) return nullptr;
  return cli::find_group(kProgram, words[0]);
}

Result<int> run_command(const cli::Arguments& globals, const cli::Env& env, const cli::Command*& command) {
  if (globals.has(kVersion)) {
    TRY(env.print(cat(kProgram.name, " version ", MASU_VERSION, "\ncommit: ", MASU_COMMIT, "\n")));
    return 0;
  }
  if (globals.has(cli::kHelp) || globals.positionals().empty()) {
    TRY(env.print(cli::help(kProgram, kProgram.name)));
    return 0;
  }
  if (const cli::Group* group = asked_group(globals)) {
    TRY(env.print(cli::help(kProgram, *group)));
    return 0;
  }
  if (const auto level = log::parse_level(globals.value(kLogLevel, "error")))
    TRY(log::open({.path = {}, .format = log::Format::text, .level = *level}));
  command = TRY(choose_command(globals));
  const cli::Arguments arguments = TRY(cli::parse(kProgram, *command, command_words(globals, env)));
  if (arguments.has(cli::kHelp)) {
    TRY(env.print(cli::help(kProgram.name, *command, kScreen)));
    return 0;
  }
  return command->run({kProgram, *command, globals, arguments, env});
}

}  // namespace

constinit const cli::Program kProgram{.name = "masu",
                                      .summary = "container manager without a daemon",
                                      .description = R"(
Pulls images and runs containers without a daemon: each container has a supervisor of its own, masu-shim. Commands may be
written as docker's are: masu ls, masu container ls, masu c ls.)",
                                      .options = kGlobalOptions,
                                      .commands = kCommands,
                                      .groups = kGroups,
                                      .exit_codes = kExitCodes,
                                      .environment = kEnvironment,
                                      .files = kFiles,
                                      .see_also = "masu-shim(8) masu-runtime(8) podman(1)",
                                      .section = '1',
                                      .date = "November 23, 2026"};

Version own_version() { return {MASU_VERSION, MASU_COMMIT}; }

cli::Words command_words(const cli::Arguments& globals, const cli::Env& env) {
  return env.words.last(globals.positionals().size() - (is_group(globals) ? 2 : 1));
}

void print_error(const Error& error) {
  std::string text = cat("masu: ", error.message(), "\n");
  if (!error.hint_text().empty()) text += cat("hint: ", error.hint_text(), "\n");
  (void)cli::Env{.out = STDERR_FILENO}.print(text);
}

void print_warning(std::string_view text) {
  (void)cli::Env{.out = STDERR_FILENO}.print(cat("masu: warning: ", text, "\n"));
}

int run_program(const cli::Env& env) {
  constexpr int kStartFailed = 125;
  const auto globals = cli::parse(kProgram, env.words.subspan(env.words.empty() ? 0 : 1));
  const cli::Command* command = nullptr;
  auto outcome =
      globals
          ? run_command(*globals, env, command)
          : fail(Error::make(Kind::usage, globals.error().message()).hint("masu --help lists the options"));
  if (outcome) return *outcome;
  print_error(outcome.error());
  return is_start(command) ? kStartFailed : 1;
}

}  // namespace masu::manager
