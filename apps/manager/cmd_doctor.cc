// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "globals.h"
#include "masu/base/try.h"
#include "masu/doctor/report.h"
#include "masu/manager/storage_driver.h"
#include "masu/manager/user_namespace.h"

namespace masu::manager {
namespace {

constexpr cli::Option kFormat{.name = "format",
                              .letter = 'f',
                              .takes = cli::Option::Takes::value,
                              .argument = "FORMAT",
                              .values = {cli::Values::From::choices, "text json"},
                              .help = "print in this form; text by default"};
constexpr const cli::Option* kOptions[] = {&kFormat};

// In the user namespace that containers will have. Afterwards nothing can be said of the caller any more.
Result<ChosenDriver> try_storage(const cli::Call& call) {
  Place place;
  place.root = TRY(choose_root(call.globals, call.env));
  TRY(enter_user_namespace());
  return try_drivers(place);
}

Result<int> run(const cli::Call& call) {
  const doctor::Host host = doctor::read_host(TRY(choose_state(call)));
  std::vector<doctor::Finding> findings = doctor::examine(host);
  const auto storage = try_storage(call);
  for (doctor::Finding& finding : doctor::examine_manager(
           host, storage ? doctor::Storage{std::string(driver_name(storage->driver)), storage->refused}
                         : doctor::Storage{{}, storage.error().message()}))
    findings.push_back(std::move(finding));
  const bool json = call.arguments.value(kFormat) == "json";
  TRY(call.env.print(json ? doctor::json_of(findings) : doctor::text_of(findings)));
  return doctor::has_problem(findings) ? 1 : 0;
}

}  // namespace

constinit const cli::Command kDoctorCommand{.name = "doctor",
                                            .summary = "find what this machine lacks for containers",
                                            .description = R"(
Examines the machine for the caller, root or not: kernel, user namespaces, ids, cgroups, systemd, rights, security modules,
storage, and what networks without root need. It tries what can be tried, and keeps what it found of storage drivers.

A problem keeps the caller's containers from running; a warning takes something from them, which the text names. Below
either stands the command that mends it, where there is one. The exit code is 0 when there is no problem, otherwise 1.)",
                                            .options = kOptions,
                                            .run = run};

}  // namespace masu::manager
