// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "globals.h"
#include "listing.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/json/writer.h"
#include "program.h"
#include "template.h"

#include <sys/utsname.h>

namespace masu::manager {
namespace {

constexpr cli::Option kFormat{.name = "format",
                              .letter = 'f',
                              .takes = cli::Option::Takes::value,
                              .argument = "FORMAT",
                              .help = "json, or a template: {{.Client.Version}}"};
constexpr const cli::Option* kOptions[] = {&kFormat};

Result<int> run(const cli::Call& call) {
  utsname machine{};
  (void)uname(&machine);
  const Version version = own_version();
  const std::string platform = cat("linux/", image::Platform::host().architecture);
  const std::string_view format = call.arguments.value(kFormat);
  if (format.empty()) {
    TRY(call.env.print(cat("Version:      ", version.number, "\nGit Commit:   ", version.commit,
                           "\nOS/Arch:      ", platform, "\nKernel:       ", machine.release, "\n")));
    return 0;
  }
  std::string text;
  json::Writer out(text);
  out.begin_object();
  // There is no server; scripts that ask for its version mean the program that does the work.
  for (const char* part : {"Client", "Server"})
    out.key(part)
        .begin_object()
        .member("Version", version.number)
        .member("GitCommit", version.commit)
        .member("Os", "linux")
        .member("Arch", image::Platform::host().architecture)
        .member("OsArch", platform)
        .member("KernelVersion", machine.release)
        .end_object();
  out.end_object();
  if (format != "json") text = TRY(expand(format, text));
  TRY(call.env.print(text + "\n"));
  return 0;
}

}  // namespace

constinit const cli::Command kVersionCommand{.name = "version",
                                             .summary = "print the version of masu and of what it runs on",
                                             .options = kOptions,
                                             .run = run};

}  // namespace masu::manager
