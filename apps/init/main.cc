// SPDX-License-Identifier: Apache-2.0
//
// masu-init [--] PROGRAM [ARGUMENT…]: the first process of a container with --init. It runs the program,
// hands on the signals that it gets, reaps what its parents have left behind, and ends as the program did.
// Without it the program is process 1 itself, which the kernel protects from signals that it does not handle,
// and which few programs expect to be.
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

#include <sys/wait.h>
#include <unistd.h>

namespace {

constexpr int kMisuse = 125, kNotExecutable = 126, kNotFound = 127, kSignalled = 128;

void complain(const char* what, const char* why) {
  (void)dprintf(STDERR_FILENO, "masu-init: %s: %s\n", what, why);
}

// In a group of its own, so that the keys of a terminal reach the program and not us.
[[noreturn]] void become(char** program, const sigset_t& before) {
  (void)setpgid(0, 0);
  if (isatty(STDIN_FILENO) != 0) {
    (void)signal(SIGTTOU, SIG_IGN);
    (void)tcsetpgrp(STDIN_FILENO, getpid());
    (void)signal(SIGTTOU, SIG_DFL);
  }
  (void)sigprocmask(SIG_SETMASK, &before, nullptr);
  (void)execvp(program[0], program);
  const int error = errno;
  complain(program[0], strerror(error));
  _exit(error == ENOENT || error == ENOTDIR ? kNotFound : kNotExecutable);
}

// The program's status once it has ended, else -1.
int reap(pid_t program) {
  int ended = -1, status = 0;
  for (pid_t pid = 0; (pid = waitpid(-1, &status, WNOHANG)) > 0;)
    if (pid == program) ended = WIFEXITED(status) ? WEXITSTATUS(status) : kSignalled + WTERMSIG(status);
  return ended;
}

}  // namespace

int main(int argc, char** argv) {
  char** program = argv + (argc > 1 && strcmp(argv[1], "--") == 0 ? 2 : 1);
  if (argc < 2 || *program == nullptr) {
    complain("usage", "masu-init [--] PROGRAM [ARGUMENT...]");
    return kMisuse;
  }
  sigset_t all, before;
  sigfillset(&all);
  if (sigprocmask(SIG_BLOCK, &all, &before) != 0) return kMisuse;
  const pid_t child = fork();
  if (child < 0) {
    complain("fork", strerror(errno));
    return kMisuse;
  }
  if (child == 0) become(program, before);
  for (;;) {
    siginfo_t got{};
    const int number = sigwaitinfo(&all, &got);
    if (number == SIGCHLD) {
      if (const int ended = reap(child); ended >= 0) return ended;
    } else if (number > 0 && number != SIGTTIN && number != SIGTTOU) {
      (void)kill(child, number);
    }
  }
}
