// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "create_options.h"
#include "globals.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/cgroups/layout.h"
#include "masu/spec/template.h"
#include "masu/sys/fd.h"

#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

namespace masu::runtime {
namespace {

constexpr cli::Option kFile{.name = "file",
                            .letter = 'f',
                            .takes = Takes::value,
                            .argument = "FILE",
                            .values = cli::kFiles,
                            .help = "write FILE instead of config.json; as seen from the bundle"};
constexpr cli::Option kRootlessConfig{.name = "rootless", .help = "for a caller who is not root"};
constexpr const cli::Option* kOptions[] = {&kBundle, &kFile, &kRootlessConfig};

Result<int> run(const cli::Call& call) {
  const std::string_view given = call.arguments.value(kFile);
  const std::string file(given.empty() ? "config.json" : given);
  const std::string_view bundle = call.arguments.value(kBundle);
  const sys::Fd folder = TRY(sys::open(bundle.empty() ? "." : std::string(bundle), O_PATH | O_DIRECTORY));
  const auto layout = TRY(cgroups::detect_layout());
  auto created = sys::open_at(folder.get(), file.c_str(), O_WRONLY | O_CREAT | O_EXCL, 0666);
  if (!created && created.error().err() == EEXIST)
    return fail(Error::make(Kind::exists, cat("File ", file, " exists. Remove it first")));
  const sys::Fd config = TRY(std::move(created));
  TRY(sys::write_all(config.get(),
                     spec::default_config(call.arguments.has(kRootlessConfig), ::geteuid(), ::getegid(),
                                          layout.kind == cgroups::LayoutKind::v2)));
  return 0;
}

}  // namespace

constinit const cli::Command kSpecCommand{.name = "spec",
                                          .summary = "write a config.json to start from",
                                          .description = R"(
Writes a configuration that runs a shell on a terminal, with the bundle's directory rootfs as its read-only root. An
existing file is not replaced.)",
                                          .options = kOptions,
                                          .run = run};

}  // namespace masu::runtime
