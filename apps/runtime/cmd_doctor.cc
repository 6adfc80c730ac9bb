// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "globals.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/cli/columns.h"
#include "masu/doctor/doctor.h"
#include "masu/json/writer.h"

namespace masu::runtime {
namespace {

constexpr cli::Option kFormat{.name = "format",
                              .letter = 'f',
                              .takes = Takes::value,
                              .argument = "FORMAT",
                              .values = {From::choices, "text json"},
                              .help = "print in this form; text by default"};
constexpr const cli::Option* kOptions[] = {&kFormat};

using doctor::Finding;

std::string text_of(const std::vector<Finding>& findings) {
  cli::Columns table{"STATE", "SUBJECT", "FOUND"};
  for (const Finding& finding : findings)
    table.add({std::string(doctor::state_name(finding.state)), finding.subject, finding.detail});
  // A cure is a line of its own below its row, to be copied whole.
  const std::string rows = table.text();
  const auto lines = text::split(rows, '\n');
  std::string text = cat(lines[0], "\n");
  for (std::size_t i = 0; i < findings.size(); ++i) {
    text += cat(lines[i + 1], "\n");
    if (!findings[i].cure.empty()) text += cat("    mend: ", findings[i].cure, "\n");
  }
  return text;
}

std::string json_of(const std::vector<Finding>& findings) {
  std::string text;
  json::Writer out(text, json::Layout::spaces);
  out.begin_array();
  for (const Finding& finding : findings) {
    out.begin_object()
        .member("state", doctor::state_name(finding.state))
        .member("subject", finding.subject)
        .member("detail", finding.detail);
    if (!finding.cure.empty()) out.member("cure", finding.cure);
    out.end_object();
  }
  out.end_array();
  return text + "\n";
}

Result<int> run(const cli::Call& call) {
  const auto findings = doctor::examine(doctor::read_host(TRY(choose_root(call.globals, call.env))));
  const bool json = call.arguments.value(kFormat) == "json";
  TRY(call.env.print(json ? json_of(findings) : text_of(findings)));
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
