// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "create_options.h"
#include "format.h"
#include "globals.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/sys/fd.h"
#include "masu/sys/process.h"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

namespace masu::runtime {
namespace {

constexpr cli::Option kFormat{.name = "format",
                              .letter = 'f',
                              .takes = Takes::value,
                              .argument = "FORMAT",
                              .values = {From::choices, "table json"},
                              .help = "print in this form; a table by default"};
constexpr const cli::Option* kOptions[] = {&kFormat};
constexpr cli::Positional kPositionals[] = {
    kId,
    {.name = "PS-OPTION",
     .count = cli::Positional::Count::any,
     .help = "options for ps(1) instead of -ef, one by one or as one word with spaces; column PID must be "
             "among the output"}};

Result<std::string> find_ps(const cli::Env& env) {
  std::string_view path = env.variable("PATH");
  if (path.empty()) path = "/usr/bin:/bin";
  for (std::string_view folder : text::split(path, ':')) {
    std::string file = cat(folder.empty() ? "." : folder, "/ps");
    if (::access(file.c_str(), X_OK) == 0) return file;
  }
  return fail(Error::make(Kind::system, "ps: executable file not found in $PATH")
                  .hint("install it, or use --format json"));
}

// The words after the id, taken apart at spaces: go-runc sends all of them as one.
std::vector<std::string> ps_words(const cli::Arguments& arguments) {
  std::vector<std::string> words{"ps"};
  for (std::size_t i = 1; i < arguments.positionals().size(); ++i)
    for (std::string_view word : text::split(arguments.positional(i), ' '))
      if (!word.empty()) words.emplace_back(word);
  if (words.size() == 1) words.emplace_back("-ef");
  return words;
}

Result<std::string> run_ps(const cli::Call& call) {
  const std::string file = TRY(find_ps(call.env));
  std::vector<std::string> words = ps_words(call.arguments);
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);

  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) < 0) return fail(Error::sys(errno, "make a pipe"));
  const sys::Fd output(ends[0]);
  sys::Fd input(ends[1]);
  int pidfd = -1;
  const long pid = sys::spawn({.path = file.c_str(),
                               .argv = argv.data(),
                               .envp = const_cast<char* const*>(call.env.variables),
                               .stdout_fd = input.get()},
                              &pidfd);
  if (pid < 0) return fail(Error::sys(static_cast<int>(-pid), cat("execute ", quote(file))));
  const sys::Fd process(pidfd);
  input.reset();
  auto table = sys::read_all(output.get());

  constexpr std::int64_t kPatience = 10'000'000'000;  // its output has ended, and so will it
  timespec now{};
  (void)clock_gettime(CLOCK_MONOTONIC, &now);
  int status = 0;
  if (long waited =
          sys::wait_spawned(process.get(), now.tv_sec * 1'000'000'000 + now.tv_nsec + kPatience, &status);
      waited < 0)
    return fail(Error::sys(static_cast<int>(-waited), "wait for ps"));
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    return fail(Error::make(Kind::system, cat("ps failed: ", text::join(words, " "))));
  return table;
}

Result<int> run(const cli::Call& call) {
  const auto context = TRY(make_context(call));
  const auto pids = TRY(container::processes(context, std::string(call.arguments.positional(0))));
  if (call.arguments.value(kFormat) == "json") {
    TRY(call.env.print(pids_json(pids)));
  } else {
    const std::string table = TRY(run_ps(call));
    const std::string ours = TRY(filter_process_table(table, pids));
    TRY(call.env.print(ours));
  }
  return 0;
}

}  // namespace

constinit const cli::Command kPsCommand{.name = "ps",
                                        .summary = "show the processes of a container",
                                        .description = R"(
Shows all processes of the container's cgroup and of those below it, with their pids as the host sees them.)",
                                        .options = kOptions,
                                        .positionals = kPositionals,
                                        .options_first = true,
                                        .run = run};

}  // namespace masu::runtime
