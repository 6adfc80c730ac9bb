// SPDX-License-Identifier: Apache-2.0
//
// Options of run and create: the container as such: name, labels, what becomes of it at its end.
#pragma once

#include "masu/cli/env.h"
#include "masu/image/document.h"
#include "masu/manager/container.h"
#include "option.h"

#include <array>

namespace masu::manager {

inline constexpr cli::Option kInteractive{
    .name = "interactive", .letter = 'i', .help = "pass stdin on to the container"};
inline constexpr cli::Option kTty{.name = "tty", .letter = 't', .help = "give the container a terminal"};
inline constexpr cli::Option kRm{.name = "rm", .help = "remove the container when it has ended"};
inline constexpr cli::Option kName = value("name", "NAME", "the container's name; one is found by default");
inline constexpr cli::Option kLabel = values("label", "NAME[=VALUE]", "a label", 'l');
inline constexpr cli::Option kAnnotation =
    values("annotation", "NAME=VALUE", "an annotation for the runtime");
inline constexpr cli::Option kRestart =
    value("restart", "POLICY", "no (the default), on-failure[:N], always, unless-stopped");
inline constexpr cli::Option kStopSignal = value("stop-signal", "SIGNAL", "what stop sends; TERM by default");
inline constexpr cli::Option kStopTimeout =
    value("stop-timeout", "SECONDS", "after which stop kills; 10 by default");
inline constexpr cli::Option kPull = value(
    "pull", "WHEN", "pull the image always, never, when it is newer, or when it is missing (the default)", 0,
    {cli::Values::From::choices, "always missing newer never"});
inline constexpr cli::Option kRunPlatform =
    value("platform", "OS/ARCH", "of an image to be pulled, the one for this");
inline constexpr cli::Option kCidFile =
    value("cidfile", "FILE", "write the id to this new file", 0, cli::kFiles);
inline constexpr cli::Option kReplace = flag("replace", "remove the container of that name first");
inline constexpr cli::Option kLabelFile = values("label-file", "FILE", "labels, one a line", 0, cli::kFiles);
inline constexpr cli::Option kPidFile =
    value("pidfile", "FILE", "write the pid of the first process to this file", 0, cli::kFiles);
inline constexpr cli::Option kPullQuiet = flag("quiet", "do not tell of a pull", 'q');
inline constexpr cli::Option kHealthCmd =
    value("health-cmd", "COMMAND",
          "check its health by this, in its shell, or a JSON array of words; none for no checks");
inline constexpr cli::Option kHealthInterval =
    value("health-interval", "TIME", "between two checks; 30s by default");
inline constexpr cli::Option kHealthTimeout =
    value("health-timeout", "TIME", "that a check may take; 30s by default");
inline constexpr cli::Option kHealthStart =
    value("health-start-period", "TIME", "after a start in which failures do not count");
inline constexpr cli::Option kHealthStartInterval =
    value("health-start-interval", "TIME", "between two checks until then; 5s by default");
inline constexpr cli::Option kTimeout =
    value("timeout", "SECONDS", "kill it when it has run so long; 0 for never, the default");
inline constexpr cli::Option kHealthRetries =
    value("health-retries", "N", "so many failures in a row make it unhealthy; 3 by default");
inline constexpr cli::Option kHealthAction =
    value("health-on-failure", "ACTION", "what to do then: none (the default), kill, restart, stop", 0,
          {cli::Values::From::choices, "none kill restart stop"});
inline constexpr cli::Option kStartupCmd =
    value("health-startup-cmd", "COMMAND", "until this has succeeded, it is what is checked");
inline constexpr cli::Option kStartupInterval =
    value("health-startup-interval", "TIME", "between two such checks; 30s by default");
inline constexpr cli::Option kStartupTimeout =
    value("health-startup-timeout", "TIME", "that such a check may take; 30s by default");
inline constexpr cli::Option kStartupRetries =
    value("health-startup-retries", "N", "so many failures in a row restart it; 0 for none, the default");
inline constexpr cli::Option kStartupSuccess =
    value("health-startup-success", "N", "so many successes in a row are needed; 1 by default");
inline constexpr cli::Option kNoHealthcheck = flag("no-healthcheck", "without the image's checks");
inline constexpr cli::Option kLogDriver =
    value("log-driver", "DRIVER", "a file (json, json-file, k8s-file: all the same), journald, or none", 0,
          {cli::Values::From::choices, "json json-file k8s-file journald none"});
inline constexpr cli::Option kLogOpt =
    values("log-opt", "NAME=VALUE", "max-size=10m, max-file=3, path=FILE; of journald tag={{.Name}}");
inline constexpr std::array kPoliciesOptions = {&kInteractive,
                                                &kTty,
                                                &kRm,
                                                &kName,
                                                &kLabel,
                                                &kAnnotation,
                                                &kRestart,
                                                &kStopSignal,
                                                &kStopTimeout,
                                                &kPull,
                                                &kRunPlatform,
                                                &kCidFile,
                                                &kReplace,
                                                &kLabelFile,
                                                &kPidFile,
                                                &kPullQuiet,
                                                &kHealthCmd,
                                                &kHealthInterval,
                                                &kHealthTimeout,
                                                &kHealthStart,
                                                &kHealthRetries,
                                                &kHealthAction,
                                                &kNoHealthcheck,
                                                &kLogDriver,
                                                &kLogOpt,
                                                &kTimeout,
                                                &kHealthStartInterval,
                                                &kStartupCmd,
                                                &kStartupInterval,
                                                &kStartupTimeout,
                                                &kStartupRetries,
                                                &kStartupSuccess};

/// What they say, and the image where they are silent.
Result<> read_policies(const cli::Call& call, const image::Config& image, Request& out);

}  // namespace masu::manager
