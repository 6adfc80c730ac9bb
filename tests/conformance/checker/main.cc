// SPDX-License-Identifier: Apache-2.0
//
// The program inside of the suite's containers: alone in the root file system, static, and on its own: of the
// code that it tests it shares the JSON reader only, so that it cannot share a mistake about the container.
#include "checks.h"
#include "look.h"
#include "masu/base/error.h"
#include "masu/base/text.h"
#include "masu/json/value.h"
#include "probes.h"
#include "report.h"

#include <algorithm>
#include <span>
#include <string>

#include <unistd.h>

namespace masu::conformance {
namespace {

int usage() {
  std::string text =
      "usage: checker check [MEMBER…]     compares /config.json, or what is below these members, with what "
      "it sees\n"
      "       checker hook FILE [exit CODE | sleep SECONDS]\n"
      "       checker PROBE [; PROBE]…    where PROBE is one of\n";
  for (const Probe& probe : probes()) text += cat("         ", probe.name, " ", probe.arguments, "\n");
  if (write(STDERR_FILENO, text.data(), text.size()) < 0) return 4;
  return 2;
}

int check(Words only, const Arguments& arguments) {
  const auto config = json::Document::parse(read_file("/config.json"));
  const auto host = json::Document::parse(read_file("/host.json"));
  if (!config || !host) {
    say(cat("not ", config ? "host.json: " : "config.json: ", (config ? host : config).error().message()));
    return 1;
  }
  Report report(only);
  const Value root = config->root();
  if (report.wants("process.user")) check_identity(report, root);
  if (report.wants("process")) check_program(report, root, arguments);
  if (report.wants("process.capabilities")) check_capabilities(report, root);
  if (report.wants("process")) check_attributes(report, root);
  if (report.wants("process")) check_terminal(report, root);
  if (report.wants("descriptors")) check_descriptors(report, root);
  if (report.wants("root") || report.wants("linux.rootfsPropagation")) check_root(report, root);
  if (report.wants("mounts")) check_mounts(report, root);
  if (report.wants("linux.maskedPaths") || report.wants("linux.readonlyPaths")) check_paths(report, root);
  if (report.wants("linux.devices") || report.wants("default-devices")) check_devices(report, root);
  if (report.wants("hostname") || report.wants("domainname")) check_names(report, root);
  if (report.wants("linux")) {
    check_namespaces(report, root, host->root());
    check_sysctls(report, root);
    check_kernel_state(report, root);
  }
  if (report.wants("linux.seccomp")) check_seccomp(report, root);
  return report.end();
}

int run_probe(Words words) {
  if (words.empty()) return usage();
  const auto known = std::ranges::find(probes(), words[0], &Probe::name);
  if (known == probes().end()) return usage();
  const auto needed = known->arguments.empty() ? 0 : std::ranges::count(known->arguments, ' ') + 1;
  if (static_cast<long>(words.size()) - 1 < needed) return usage();
  return known->run(words.subspan(1));
}

int run_probes(Words words) {
  int status = 0;
  while (!words.empty() && status == 0) {
    const auto end =
        std::ranges::find(words, std::string_view(";"), [](const char* w) { return std::string_view(w); });
    const auto size = static_cast<std::size_t>(end - words.begin());
    status = run_probe(words.first(size));
    words = words.subspan(std::min(size + 1, words.size()));
  }
  return status;
}

int run(std::span<char* const> args, char* const* environment) {
  if (args.size() < 2) return usage();
  const std::string_view word = args[1];
  const Words rest = args.subspan(2);
  if (word == "check") return check(rest, {.args = args, .environment = environment});
  if (word == "hook" && !rest.empty()) return record_hook(rest, environment);
  return run_probes(args.subspan(1));
}

}  // namespace
}  // namespace masu::conformance

int main(int argc, char** argv) {
  return masu::conformance::run({argv, static_cast<std::size_t>(argc)}, environ);
}
