// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "globals.h"
#include "masu/base/try.h"
#include "masu/doctor/report.h"

namespace masu::runtime {
namespace {

constexpr cli::Option kFormat{.name = "format",
                              .letter = 'f',
                              .takes = Takes::value,
                              .argument = "FORMAT",
                              .values = {From::choices, "text json"},
                              .help = "print in this form; text by default"};
constexpr const cli::Option* kOptions[] = {&kFormat};

Result<int> run(const cli::Call& call) {
  const auto findings = doctor::examine(doctor::read_host(TRY(choose_root(call.globals, call.env))));
  const bool json = call.arguments.value(kFormat) == "json";
  TRY(call.env.print(json ? doctor::json_of(findings) : doctor::text_of(findings)));
  return doctor::has_problem(findings) ? 1 : 0;
}

}  // namespace

constinit const cli::Command kDoctorCommand{.name = "doctor",
                                            .summary = "find what this machine lacks for containers",
                                            .description = R"(
Examines the machine for the caller, root or not: kernel, user namespaces, ids, cgroups, systemd, the state directory,
rights, security modules. It tries what can be tried, and changes nothing.

A problem keeps the caller's containers from running; a warning takes something from them, which the text names. Below
either stands the command that mends it, where there is one. The exit code is 0 when there is no problem, otherwise 1.)",
                                            .options = kOptions,
                                            .run = run};

}  // namespace masu::runtime
