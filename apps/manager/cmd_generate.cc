// SPDX-License-Identifier: Apache-2.0
// `masu generate systemd`: systemd starts the container and stays with it, so its exit code is the unit's.
#include "commands.h"
#include "each_container.h"
#include "globals.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/sys/fd.h"
#include "stop_options.h"

#include <fcntl.h>

namespace masu::manager {
namespace {

using Takes = cli::Option::Takes;

constexpr cli::Option kFiles{
    .name = "files", .letter = 'f', .help = "write a file into this folder, and print its path"};
constexpr cli::Option kByName{
    .name = "name", .letter = 'n', .help = "name the container in the unit, not its id"};
constexpr cli::Option kPolicy{.name = "restart-policy",
                              .takes = Takes::value,
                              .argument = "POLICY",
                              .values = {cli::Values::From::choices,
                                         "no on-success on-failure on-abnormal on-watchdog on-abort always"},
                              .help = "when systemd starts it again; on-failure by default"};
constexpr cli::Option kTime{.name = "time",
                            .letter = 't',
                            .takes = Takes::value,
                            .argument = "SECONDS",
                            .help = "how long it has to end by itself; as --stop-timeout said by default"};
constexpr const cli::Option* kOptions[] = {&kByName, &kFiles, &kPolicy, &kTime};
constexpr cli::Option kNoSignal{};

// A word of a command line of systemd (systemd.service(5)): % and $ mean something, and so do quotes.
std::string unit_word(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '%' || c == '$') out += c;
    out += c;
  }
  return out + "\"";
}

std::string unit_text(const cli::Call& call, const Place& place, const Request& request,
                      std::int64_t seconds) {
  const std::string masu = cat(unit_word(place.self), " --root ", unit_word(place.root), " --state ",
                               unit_word(place.state), " --runtime ", unit_word(place.runtime), " ");
  const std::string name = unit_word(call.arguments.has(kByName) ? request.name : request.id);
  return cat("# Made by masu generate systemd.\n[Unit]\nDescription=Masu container ", request.name,
             "\nDocumentation=man:masu(1)\nWants=network-online.target\nAfter=network-online."
             "target\nRequiresMountsFor=",
             unit_word(place.root), "\n\n[Service]\nType=exec\n",
             // One that was started by hand, or that is left of a killed service.
             "ExecStartPre=-", masu, "stop --ignore --time ", seconds, " ", name, "\nExecStart=", masu,
             "start --attach ", name, "\nExecStop=-", masu, "stop --ignore --time ", seconds, " ", name,
             "\nExecStopPost=-", masu, "stop --ignore --time ", seconds, " ", name,
             "\nRestart=", call.arguments.value(kPolicy, "on-failure"),
             // Ended by the signal that stop sends.
             "\nSuccessExitStatus=143 SIGTERM\nTimeoutStopSec=", seconds + 60,
             "\nDelegate=yes\nKillMode=mixed\n\n[Install]\nWantedBy=",
             place.root.starts_with("/var/") ? "multi-user.target" : "default.target", "\n");
}

Result<int> run(const cli::Call& call) {
  const StopOptions given = TRY(read_stop(call, kTime, kNoSignal));
  const Place place = TRY(make_place(call));
  const Request request = TRY(find(place, call.arguments.positional(0)));
  if (request.remove)
    return fail(Error::make(Kind::invalid_state, cat("container ", request.name, " goes when it ends (--rm)"))
                    .hint("make one without --rm for a unit"));
  const std::int64_t seconds = given.seconds ? std::int64_t{*given.seconds} : request.stop_timeout;
  const std::string text = unit_text(call, place, request, seconds);
  if (!call.arguments.has(kFiles)) {
    TRY(call.env.print(text));
    return 0;
  }
  const std::string file =
      cat("container-", call.arguments.has(kByName) ? request.name : request.id, ".service");
  TRY(sys::replace_file_at(AT_FDCWD, file.c_str(), text, 0644));
  const std::string path = TRY(call.env.absolute(file));
  TRY(call.env.print(path + "\n"));
  return 0;
}

}  // namespace

constinit const cli::Command kGenerateSystemdCommand{
    .name = "generate systemd",
    .summary = "print a unit of systemd that runs a container",
    .options = kOptions,
    .positionals = kContainer,
    .run = run};

}  // namespace masu::manager
