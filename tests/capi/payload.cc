// SPDX-License-Identifier: Apache-2.0
//
// What runs in the containers of these tests: pause | exit N | fds | say TEXT | who NAME; and as a hook:
// without FILE. `fds` ends with the number of fds that are open beside stdio; `say` writes to stdout and
// stderr, `who` its ids, its directory, the variable NAME, and whether it has a terminal. `without` fails if
// the container's first process, which the state on stdin names, has the file open.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

namespace {

int look_for(const char* file) {
  char state[4096];
  char path[64];
  char target[256];
  std::size_t length = 0;
  for (long got = 1; got > 0 && length < sizeof state - 1; length += static_cast<std::size_t>(got))
    got = read(0, state + length, sizeof state - 1 - length);
  state[length] = '\0';
  const char* pid = strstr(state, "\"pid\":");
  if (pid == nullptr) return 2;
  int seen = 0;
  for (int fd = 0; fd < 1024; ++fd) {
    (void)std::snprintf(path, sizeof path, "/proc/%ld/fd/%d", strtol(pid + strlen("\"pid\":"), nullptr, 10),
                        fd);
    const long size = readlink(path, target, sizeof target - 1);
    if (size < 0) continue;
    target[size] = '\0';
    ++seen;
    if (strcmp(target, file) == 0) return 3;
  }
  return seen > 0 ? 0 : 4;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view mode = argc > 1 ? argv[1] : "";
  if (mode == "pause")
    for (;;) pause();
  if (mode == "exit" && argc == 3) return static_cast<int>(strtol(argv[2], nullptr, 10));
  if (mode == "say" && argc == 3) {
    const bool said = write(1, argv[2], strlen(argv[2])) > 0 && write(2, "aside", 5) > 0;
    return said ? 0 : 1;
  }
  if (mode == "without" && argc == 3) return look_for(argv[2]);
  if (mode == "who" && argc == 3) {
    char directory[256] = "";
    const char* value = secure_getenv(argv[2]);
    std::printf("%u:%u %s %s %s\n", getuid(), getgid(), getcwd(directory, sizeof directory),
                value == nullptr ? "-" : value, isatty(0) == 1 ? "terminal" : "none");
    return 0;
  }
  if (mode == "fds") {
    int open = 0;
    for (int fd = 3; fd < 4096; ++fd)
      if (fcntl(fd, F_GETFD) >= 0) ++open;
    return open;
  }
  return 125;
}
