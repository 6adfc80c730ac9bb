// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "create_options.h"
#include "globals.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/container/explain.h"
#include "masu/sys/path.h"
#include "quantities.h"

#include <climits>
#include <cstdlib>

#include <sys/stat.h>

namespace masu::runtime {
namespace {

constexpr cli::Option kNoHooks{.name = "no-hooks", .help = "leave the hooks of config.json out"};
constexpr cli::Option kPatience{.name = "patience",
                                .takes = Takes::value,
                                .argument = "DURATION",
                                .help = "a program that runs longer has started well: 5s by default"};
constexpr const cli::Option* kOptions[] = {&kNoHooks, &kPatience};
constexpr cli::Positional kPositionals[] = {{.name = "ID|BUNDLE",
                                             .values = cli::kDirectories,
                                             .help = "the container, or a directory with config.json"}};

// What has a slash, or is a directory here, is a bundle.
Result<std::string> subject_of(const std::string& given) {
  struct stat info;
  const bool bundle = given.find('/') != std::string::npos || given == "." || given == ".." ||
                      (stat((given + "/config.json").c_str(), &info) == 0);
  if (!bundle) return given;
  char path[PATH_MAX];
  if (realpath(given.c_str(), path) == nullptr) return fail(Error::sys(errno, cat("bundle ", quote(given))));
  return std::string(path);
}

Result<int> run(const cli::Call& call) {
  const auto context = TRY(make_context(call));
  container::ExplainOptions options;
  options.subject = TRY(subject_of(std::string(call.arguments.positional(0))));
  options.hooks = !call.arguments.has(kNoHooks);
  const auto patience = parse_duration(call.arguments.value(kPatience, "5s"));
  if (!patience || patience->count() <= 0)
    return fail(Error::make(Kind::usage, cat("invalid patience ", quote(call.arguments.value(kPatience)),
                                             ": expected a duration such as 5s, 500ms or 1m30s")));
  options.patience = *patience;
  const auto explanation = TRY(container::explain(context, options));
  std::string text;
  for (const auto& line : explanation.lines) text += line + "\n";
  TRY(call.env.print(text));
  return explanation.failed ? 1 : 0;
}

}  // namespace

constinit const cli::Command kExplainCommand{.name = "explain",
                                             .summary = "say why a container does not start, or ends at once",
                                             .description = R"(
Tries the start of a container, or of a bundle, again, under an id and in a cgroup of its own, and says what went wrong: a
noexec mount, a missing interpreter, another architecture, a limit, a system call that the seccomp profile refuses, a
denial by AppArmor or SELinux.

The program does run, with this command's standard streams, and is killed when it has not ended after the patience; so do
the hooks. The exit code is 0 if all went well, and 1 if not.)",
                                             .options = kOptions,
                                             .positionals = kPositionals,
                                             .run = run};

}  // namespace masu::runtime
