// SPDX-License-Identifier: Apache-2.0
#include "hand_over.h"

#include "globals.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/sys/process.h"
#include "program.h"

#include <cerrno>

#include <sys/mman.h>
#include <unistd.h>

namespace masu::manager {
namespace {

Result<std::string> find_program(const cli::Call& call) {
  auto found = find_own(call.env, "masu-image");
  if (found) return found;
  return fail(Error::make(Kind::unsupported, "masu-image, which fetches and reads images, is not installed")
                  .hint("it comes with the package masu; the other commands do without"));
}

std::vector<char*> pointers(const std::vector<std::string>& words) {
  std::vector<char*> out;
  for (const std::string& word : words) out.push_back(const_cast<char*>(word.c_str()));
  out.push_back(nullptr);
  return out;
}

Result<std::vector<std::string>> command_line(const cli::Call& call) {
  std::vector<std::string> out = {TRY(find_program(call)), "--root",
                                  TRY(choose_root(call.globals, call.env))};
  out.push_back(cat("--", kState.name, "=", TRY(choose_state(call))));  // with --root it would be below that
  for (const cli::Option* option : {&kRuntime, &kStorageDriver})
    if (call.globals.has(*option)) out.push_back(cat("--", option->name, "=", call.globals.value(*option)));
  if (call.globals.has(kLogLevel))
    out.insert(out.end(), {"--log-level", std::string(call.globals.value(kLogLevel))});
  return out;
}

}  // namespace

Result<int> hand_over(const cli::Call& call) {
  std::vector<std::string> words = TRY(command_line(call));
  words.emplace_back(call.command.name);
  for (const char* word : command_words(call.globals, call.env)) words.emplace_back(word);
  auto argv = pointers(words);
  (void)execve(argv[0], argv.data(), environ);
  return fail(Error::sys(errno, cat("execute ", quote(words.front()))));
}

Result<std::optional<std::string>> run_image_program(const cli::Call& call,
                                                     const std::vector<std::string>& words) {
  std::vector<std::string> all = TRY(command_line(call));
  all.insert(all.end(), words.begin(), words.end());
  auto argv = pointers(all);
  const sys::Fd printed(memfd_create("printed", MFD_CLOEXEC));
  if (!printed.valid()) return fail(Error::sys(errno, "memfd_create"));
  int pidfd = -1;
  const long pid =
      sys::spawn({.path = argv[0], .argv = argv.data(), .envp = environ, .stdout_fd = printed.get()}, &pidfd);
  if (pid < 0) return fail(Error::sys(static_cast<int>(-pid), cat("execute ", quote(all.front()))));
  const int code = TRY(sys::Process(static_cast<pid_t>(pid), sys::Fd(pidfd)).reap());
  if (code != 0) return std::nullopt;
  (void)lseek(printed.get(), 0, SEEK_SET);
  return TRY(sys::read_all(printed.get()));
}

}  // namespace masu::manager
