// SPDX-License-Identifier: Apache-2.0
//
// masu-shim: keeps one container. The command line is in options.cc, what it does in libs/shim.
#include "masu/base/log.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/cli/completion.h"
#include "masu/cli/env.h"
#include "masu/cli/help.h"
#include "masu/shim/daemon.h"
#include "options.h"

#include <string>
#include <vector>

#include <unistd.h>

namespace masu::shim {
namespace {

constexpr int kFailure = 125;

// As if the killed shim's own command line were given again, in the folder where it was.
Result<std::string> recover(const cli::Arguments& arguments, const cli::Env& env) {
  const std::string base = TRY(base_folder(arguments, env));
  const Options saved = TRY(read_saved_options(base));
  if (chdir(saved.directory.c_str()) != 0)
    return fail(Error::sys(errno, cat("enter ", quote(saved.directory))));
  std::vector<const char*> words;
  for (const std::string& word : saved.words) words.push_back(word.c_str());
  words.push_back(nullptr);
  cli::Env then = env;
  then.words = cli::Words(words).first(saved.words.size());
  const cli::Arguments given = TRY(cli::parse(kProgram, then.words.subspan(1)));
  return recover_daemon(TRY(read_options(given, then)));
}

std::string completion(std::string_view shell) {
  if (shell == "zsh") return cli::zsh_completion(kProgram);
  return shell == "fish" ? cli::fish_completion(kProgram) : cli::bash_completion(kProgram);
}

Result<> run(const cli::Env& env) {
  const cli::Arguments arguments = TRY(cli::parse(kProgram, env.words.subspan(env.words.empty() ? 0 : 1)));
  if (arguments.has(kVersion))
    return env.print(
        cat(kProgram.name, " version ", MASU_VERSION, "\ncommit: ", MASU_COMMIT, "\nspec: 1.3.0\n"));
  if (arguments.has(kCompletion)) return env.print(completion(arguments.value(kCompletion)));
  if (arguments.has(cli::kHelp)) return env.print(cli::help(kProgram, kProgram.name));
  if (arguments.has(kRecover)) return env.print(cat(TRY(recover(arguments, env)), "\n"));
  const Options options = TRY(read_options(arguments, env));
  return env.print(cat(TRY(run_daemon(options)), "\n"));
}

int report(const Error& error) {
  std::string text = cat(error.message(), "\n");
  if (!error.hint_text().empty()) text += cat("hint: ", error.hint_text(), "\n");
  (void)cli::Env{.out = STDERR_FILENO}.print(text);
  return kFailure;
}

}  // namespace
}  // namespace masu::shim

int main(int argc, char** argv) {
  const auto done = masu::shim::run({.words = {argv, static_cast<std::size_t>(argc)}, .variables = environ});
  return done ? 0 : masu::shim::report(done.error());
}
