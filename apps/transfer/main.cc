// SPDX-License-Identifier: Apache-2.0
//
// masu-image: what masu hands over, for it needs libcurl, OpenSSL, libarchive or zstd. Called by masu, with
// the tables that masu has (apps/manager/image_tables.h).
#include "file_commands.h"
#include "file_tables.h"
#include "globals.h"
#include "image_tables.h"
#include "masu/base/log.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/cli/help.h"
#include "masu/manager/user_namespace.h"
#include "masu/transfer/load.h"
#include "masu/transfer/pull.h"
#include "program.h"

#include <clocale>

#include <unistd.h>

namespace masu::manager {
namespace {

Result<image::Platform> platform_of(const cli::Call& call) {
  if (!call.arguments.has(kPlatform)) return image::Platform::host();
  return TRY_IN(image::Platform::parse(call.arguments.value(kPlatform)), "--platform");
}

Result<int> run_load(const cli::Call& call) {
  std::string path(call.arguments.value(kInput, "-"));
  if (path == "-" && isatty(STDIN_FILENO) != 0)
    return fail(
        Error::make(Kind::usage, "stdin is a terminal: an archive is expected").hint("masu load -i FILE"));
  if (path != "-") path = TRY(call.env.absolute(path));
  const store::Store store = TRY(open_store(call));
  TRY(enter_user_namespace());
  const image::Platform platform = TRY(platform_of(call));
  const std::vector<transfer::Loaded> loaded = TRY(transfer::load(store, path, platform));
  for (const transfer::Loaded& image : loaded)
    TRY(call.env.print(cat(call.arguments.has(kQuiet) ? "" : "Loaded image: ",
                           image.name.empty() ? image.manifest.text() : image.name, "\n")));
  return 0;
}

Result<int> run_pull(const cli::Call& call) {
  const store::Store store = TRY(open_store(call));
  TRY(enter_user_namespace());
  transfer::PullOptions options{.platform = TRY(platform_of(call)), .registry = {}, .progress = {}};
  options.registry.verify_tls = call.arguments.flag(kTlsVerify).value_or(true);
  if (call.arguments.has(kCertDir))
    options.registry.certificates = TRY(call.env.absolute(call.arguments.value(kCertDir)));
  if (!call.arguments.has(kQuiet))
    options.progress = [](std::string_view line) {
      (void)cli::Env{.out = STDERR_FILENO}.print(cat(line, "\n"));
    };
  for (const std::string_view text : call.arguments.positionals()) {
    const auto name = TRY(image::Reference::parse(text));
    if (call.arguments.has(kCreds)) {
      const std::string_view given = call.arguments.value(kCreds);
      const auto colon = given.find(':');
      if (colon == std::string_view::npos)
        return fail(Error::make(Kind::usage, "--creds: expected USER:PASSWORD"));
      options.registry.credentials = {
          std::string(given.substr(0, colon)), std::string(given.substr(colon + 1)), {}};
    } else {
      options.registry.credentials =
          TRY(transfer::find_credentials(call.env, call.arguments.value(kAuthFile), name.repository()));
    }
    const store::Image image = TRY(transfer::pull(store, name, options));
    TRY(call.env.print(image.id().text() + "\n"));
  }
  return 0;
}

constexpr cli::Command kLoad = load_command(run_load), kPull = pull_command(run_pull),
                       kCopy = files::copy_command(run_cp), kExport = files::export_command(run_export);
constexpr const cli::Command* kCommands[] = {&kLoad, &kPull, &kCopy, &kExport};
constexpr cli::Program kImageProgram{.name = "masu-image",
                                     .summary = "fetches and reads images for masu",
                                     .options = {},
                                     .commands = kCommands};

Result<int> run(const cli::Env& env) {
  cli::Program program = kImageProgram;
  program.options = kGlobalOptions;
  const cli::Arguments globals = TRY(cli::parse(program, env.words.subspan(1)));
  if (const auto level = log::parse_level(globals.value(kLogLevel, "error")))
    TRY(log::open({.path = {}, .format = log::Format::text, .level = *level}));
  const cli::Command* command = cli::find_command(program, globals.positional(0));
  if (command == nullptr) return fail(Error::make(Kind::usage, "masu-image is called by masu"));
  const cli::Arguments arguments = TRY(cli::parse(program, *command, command_words(globals, env)));
  return command->run({program, *command, globals, arguments, env});
}

}  // namespace
}  // namespace masu::manager

int main(int argc, char** argv) {
  (void)setlocale(LC_CTYPE, "C.UTF-8");  // libarchive converts the names of pax archives, which are UTF-8
  if (argc < 1) return 1;
  const auto code =
      masu::manager::run({.words = {argv, static_cast<std::size_t>(argc)}, .variables = environ});
  if (code) return *code;
  masu::manager::print_error(code.error());
  return 1;
}
