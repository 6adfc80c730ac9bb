// SPDX-License-Identifier: Apache-2.0
//
// masu-image: what masu hands over, for it needs libcurl, OpenSSL, libarchive, ISA-L or zstd. Called by masu,
// with the tables that masu has (apps/manager/image_tables.h).
#include "commands.h"
#include "file_commands.h"
#include "file_tables.h"
#include "globals.h"
#include "image_tables.h"
#include "masu/base/log.h"
#include "masu/base/try.h"
#include "masu/cli/help.h"
#include "program.h"

#include <cerrno>
#include <clocale>

#include <unistd.h>

namespace masu::manager {
namespace {

constexpr cli::Command kImport = import_command(run_import), kLoad = load_command(run_load),
                       kLogin = login_command(run_login), kLogout = logout_command(run_logout),
                       kPull = pull_command(run_pull), kPush = push_command(run_push),
                       kSave = save_command(run_save), kCopy = files::copy_command(run_cp),
                       kExport = files::export_command(run_export),
                       kCommit = files::commit_command(run_commit);
constexpr const cli::Command* kCommands[] = {&kImport, &kLoad, &kLogin, &kLogout, &kPull,
                                             &kPush,   &kSave, &kCopy,  &kExport, &kCommit};
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
  auto code = masu::manager::run({.words = {argv, static_cast<std::size_t>(argc)}, .variables = environ});
  if (code) return *code;
  masu::Error error = std::move(code).error();
  if (error.err() == ENOSPC || error.err() == EDQUOT)
    error = std::move(error).hint("free some room: masu image prune, masu rmi");
  masu::manager::print_error(error);
  return 1;
}
