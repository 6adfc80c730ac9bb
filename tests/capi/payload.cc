// SPDX-License-Identifier: Apache-2.0
//
// What runs in the containers of these tests: pause | exit N | fds | say TEXT. `fds` ends with the number of
// fds that are open beside stdio, `say` writes to stdout and stderr.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

int main(int argc, char** argv) {
  const std::string_view mode = argc > 1 ? argv[1] : "";
  if (mode == "pause")
    for (;;) pause();
  if (mode == "exit" && argc == 3) return atoi(argv[2]);
  if (mode == "say" && argc == 3) {
    const bool said = write(1, argv[2], strlen(argv[2])) > 0 && write(2, "aside", 5) > 0;
    return said ? 0 : 1;
  }
  if (mode == "who" && argc == 3) {
    char directory[256] = "";
    const char* value = getenv(argv[2]);
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
