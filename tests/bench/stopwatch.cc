// SPDX-License-Identifier: Apache-2.0
//
// stopwatch: starts programs and says how long they took. `run` (Python) drives it over stdin and stdout,
// since an interpreter's own fork costs more than the containers that are measured. It is small for another
// reason too: a program's peak RSS counts from the memory of the process that spawned it.
//
// One request a line, fields between \x1f, commands between \x1e; one answer a line, JSON:
//   seq\x1eARG\x1fARG...\x1e...  commands one after the other
//   par\x1eARG...\x1e...         commands all at once
//   stamp\x1eARG...\x1e...       as seq, and the container that they start writes the nanoseconds of
//   CLOCK_MONOTONIC
//                                to its stdout, as `stopwatch --stamp` does
//   gone\x1ePID                  wait until this orphan, the init of a detached container, has ended
//   {"wall_ns":N,"stamp_ns":N,"commands":[{"ns":N,"status":N,"maxrss_kb":N},...]}
// ns and wall_ns end when wait4 returns; stamp_ns counts from the first spawn. status is an exit code, or
// 128+signal.
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char** environ;

namespace {

constexpr int kStampTimeoutMs = 10'000;

struct Command {
  std::vector<char*> argv;  // into the request's line; ends with a null pointer
  pid_t pid = -1;
  std::int64_t begin = 0, end = 0;
  int status = 0;
  long maxrss_kb = 0;
};

std::int64_t now() {
  timespec time{};
  (void)clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1'000'000'000LL + time.tv_nsec;
}

[[noreturn]] void die(const char* what) {
  (void)std::fprintf(stderr, "stopwatch: %s: %s\n", what, std::strerror(errno));
  std::exit(1);
}

// Cuts the line in place; the first field is the mode.
std::vector<Command> parse(char* line) {
  std::vector<Command> commands;
  char* rest = line;
  strsep(&rest, "\x1e");
  while (char* text = strsep(&rest, "\x1e")) {
    Command command;
    while (char* arg = strsep(&text, "\x1f")) command.argv.push_back(arg);
    command.argv.push_back(nullptr);
    commands.push_back(std::move(command));
  }
  return commands;
}

void start(Command& command, int out) {
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  command.begin = now();
  errno = posix_spawnp(&command.pid, command.argv[0], &files, nullptr, command.argv.data(), environ);
  if (errno != 0) die(command.argv[0]);
  posix_spawn_file_actions_destroy(&files);
}

// Waits for one child, and fills in the command it was. It may be an orphan too: the init of a detached
// container.
void reap(std::vector<Command>& commands) {
  int status = 0;
  rusage usage{};
  pid_t pid = wait4(-1, &status, 0, &usage);
  if (pid < 0) die("wait4");
  for (Command& command : commands) {
    if (command.pid != pid || command.end != 0) continue;
    command.end = now();
    command.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    command.maxrss_kb = usage.ru_maxrss;
  }
}

void wait_for(std::vector<Command>& commands, const Command& command) {
  while (command.end == 0) reap(commands);
}

std::int64_t read_stamp(int fd) {
  char text[32] = {};
  pollfd ready{fd, POLLIN, 0};
  if (poll(&ready, 1, kStampTimeoutMs) != 1 || read(fd, text, sizeof text - 1) <= 0) return 0;
  return std::strtoll(text, nullptr, 10);
}

void answer(const std::vector<Command>& commands, std::int64_t stamp) {
  std::int64_t end = 0;
  for (const Command& command : commands) end = command.end > end ? command.end : end;
  std::printf("{\"wall_ns\":%lld,\"stamp_ns\":%lld,\"commands\":[",
              static_cast<long long>(end - commands[0].begin),
              static_cast<long long>(stamp == 0 ? 0 : stamp - commands[0].begin));
  for (const Command& command : commands)
    std::printf("%s{\"ns\":%lld,\"status\":%d,\"maxrss_kb\":%ld}", &command == commands.data() ? "" : ",",
                static_cast<long long>(command.end - command.begin), command.status, command.maxrss_kb);
  std::puts("]}");
  (void)std::fflush(stdout);
}

void serve(char* line, int null) {
  if (std::strncmp(line, "gone\x1e", 5) == 0) {
    waitpid(static_cast<pid_t>(std::strtol(line + 5, nullptr, 10)), nullptr,
            0);  // fails if it was reaped among others before: gone as well
    std::puts("{}");
    (void)std::fflush(stdout);
    return;
  }
  bool parallel = std::strncmp(line, "par\x1e", 4) == 0;
  bool stamped = std::strncmp(line, "stamp\x1e", 6) == 0;
  std::vector<Command> commands = parse(line);
  if (commands.empty()) return;
  int pipe[2] = {-1, null};
  if (stamped && pipe2(pipe, O_CLOEXEC) < 0) die("pipe2");
  for (Command& command : commands) {
    start(command, pipe[1]);
    if (!parallel) wait_for(commands, command);
  }
  for (const Command& command : commands) wait_for(commands, command);
  std::int64_t stamp = 0;
  if (stamped) {
    stamp = read_stamp(pipe[0]);
    close(pipe[0]);
    close(pipe[1]);
  }
  answer(commands, stamp);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::strcmp(argv[1], "--stamp") == 0) {
    std::printf("%lld\n", static_cast<long long>(now()));
    return 0;
  }
  int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (null < 0) die("/dev/null");
  if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0) die("PR_SET_CHILD_SUBREAPER");
  char* line = nullptr;
  std::size_t size = 0;
  for (ssize_t length; (length = getline(&line, &size, stdin)) > 0;) {
    if (line[length - 1] == '\n') line[length - 1] = '\0';
    serve(line, null);
  }
  std::free(line);
}
