// SPDX-License-Identifier: Apache-2.0
//
// A WebAssembly module for wasm.bats: does what its first argument says.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

extern char **environ;

static int show(const char *path) {
  FILE *file = fopen(path, "r");
  if (!file) {
    fprintf(stderr, "guest: %s: %s\n", path, strerror(errno));
    return 1;
  }
  char line[4096];
  while (fgets(line, sizeof line, file)) fputs(line, stdout);
  fclose(file);
  return 0;
}

static int put(const char *path, const char *text) {
  FILE *file = fopen(path, "w");
  if (!file || fputs(text, file) < 0 || fclose(file) != 0) {
    fprintf(stderr, "guest: %s: %s\n", path, strerror(errno));
    return 1;
  }
  return 0;
}

int main(int argc, char **argv) {
  const char *what = argc > 1 ? argv[1] : "hello";
  if (!strcmp(what, "hello")) puts("hello from wasm");
  if (!strcmp(what, "args"))
    for (int i = 0; i < argc; ++i) printf("[%s]\n", argv[i]);
  if (!strcmp(what, "env"))
    for (char **entry = environ; *entry; ++entry) puts(*entry);
  if (!strcmp(what, "cat")) return show(argv[2]);
  if (!strcmp(what, "write")) return put(argv[2], argv[3]);
  if (!strcmp(what, "copy"))
    for (int c; (c = getchar()) != EOF;) putchar(c);
  if (!strcmp(what, "both")) {
    putchar(getchar());
    return show(argv[2]);
  }
  if (!strcmp(what, "exit")) return atoi(argv[2]);
  if (!strcmp(what, "trap")) __builtin_trap();
  if (!strcmp(what, "sleep")) {
    puts("asleep");
    fflush(stdout);
    struct timespec hour = {3600, 0};
    nanosleep(&hour, NULL);
  }
  return 0;
}
