// SPDX-License-Identifier: Apache-2.0
//
// Looks at a container from inside, for the integration tests: one static program, one word per question.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// fds: "N target" of every descriptor that the process was born with.
static int fds(void) {
  DIR *dir = opendir("/proc/self/fd");
  if (dir == NULL) return 1;
  for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
    int fd = atoi(entry->d_name);
    char target[4096] = "";
    if (entry->d_name[0] == '.' || fd == dirfd(dir)) continue;
    if (readlinkat(dirfd(dir), entry->d_name, target, sizeof target - 1) < 0) continue;
    printf("%d %s\n", fd, target);
  }
  return 0;
}

// syscall NUMBER [ARG…]: its result, or the name of its errno.
static int call(int argc, char **argv) {
  long args[6] = {0};
  for (int i = 1; i < argc && i < 7; i++) args[i - 1] = strtol(argv[i], NULL, 0);
  long result = syscall(strtol(argv[0], NULL, 0), args[0], args[1], args[2], args[3], args[4], args[5]);
  if (result < 0)
    printf("%s\n", strerrorname_np(errno));
  else
    printf("%ld\n", result);
  return 0;
}

// open PATH r|w: "ok" or the name of the errno.
static int try_open(const char *path, const char *mode) {
  int fd = open(path, mode[0] == 'w' ? O_WRONLY : O_RDONLY);
  printf("%s\n", fd < 0 ? strerrorname_np(errno) : "ok");
  return 0;
}

// mknod c MAJOR MINOR: makes and opens /tmp/node, prints the outcome.
static int try_node(char **argv) {
  mode_t type = argv[0][0] == 'b' ? S_IFBLK : S_IFCHR;
  unlink("/tmp/node");
  if (mknod("/tmp/node", type | 0600, (dev_t)(atoi(argv[1]) << 8 | atoi(argv[2]))) < 0) {
    printf("mknod %s\n", strerrorname_np(errno));
    return 0;
  }
  int fd = open("/tmp/node", O_RDONLY | O_NONBLOCK);
  printf("open %s\n", fd < 0 ? strerrorname_np(errno) : "ok");
  unlink("/tmp/node");
  return 0;
}

// clocks: whole seconds of the monotonic and the boot clock.
static int clocks(void) {
  struct timespec monotonic, boottime;
  clock_gettime(CLOCK_MONOTONIC, &monotonic);
  clock_gettime(CLOCK_BOOTTIME, &boottime);
  printf("%ld %ld\n", (long)monotonic.tv_sec, (long)boottime.tv_sec);
  return 0;
}

// signals: blocked and ignored signals as /proc shows them, which must be none.
static int signals(void) {
  char line[256];
  FILE *file = fopen("/proc/self/status", "re");
  if (file == NULL) return 1;
  while (fgets(line, sizeof line, file) != NULL)
    if (strncmp(line, "SigBlk:", 7) == 0 || strncmp(line, "SigIgn:", 7) == 0) fputs(line, stdout);
  fclose(file);
  return 0;
}

// forks: forks as fast as it can, and so do its children.
_Noreturn static void forks(void) {
  for (;;) fork();
}

// eat MIB: touches that much memory.
static int eat(long mib) {
  for (long i = 0; i < mib; i++) {
    char *block = malloc(1 << 20);
    if (block == NULL) return 3;
    memset(block, 1, 1 << 20);
  }
  puts("full");
  return 0;
}

// ids: session and process group relative to the own pid.
static int session(void) {
  printf("sid=%s pgid=%s\n", getsid(0) == getpid() ? "self" : "other", getpgrp() == getpid() ? "self" : "other");
  return 0;
}

// attack: for ever, opens /proc/PID/exe of every process that appears and, once it has ended, tries to write to it.
// "overwritten NAME" is a hole. So is "descriptor of the host": a directory of another mount tree among its fds, which
// shows in a path that ".." does not end (CVE-2024-21626).
static int attack(void) {
  printf("attacking\n");
  fflush(stdout);
  for (int last_pid = 0;;) {
    DIR *proc = opendir("/proc");
    if (proc == NULL) return 1;
    for (struct dirent *entry; (entry = readdir(proc)) != NULL;) {
      int pid = atoi(entry->d_name);
      if (pid <= 1 || pid <= last_pid - 1000) continue;
      char path[64], target[512] = "", held[64];
      snprintf(path, sizeof path, "/proc/%d/exe", pid);
      if (readlink(path, target, sizeof target - 1) < 0 || strncmp(target, "/bin/", 5) == 0) continue;
      int fd = open(path, O_PATH | O_CLOEXEC);
      if (fd < 0) continue;
      snprintf(held, sizeof held, "/proc/self/fd/%d", fd);
      for (int i = 0; i < 200000; i++) {
        int writable = open(held, O_WRONLY | O_CLOEXEC);
        if (writable < 0 && errno == ETXTBSY) continue;
        if (writable >= 0) {
          if (write(writable, "#!/bin/true\n", 12) == 12) printf("overwritten %s\n", target);
          fflush(stdout);
          close(writable);
        }
        break;
      }
      close(fd);
      for (int n = 3; n < 20; n++) {
        snprintf(path, sizeof path, "/proc/%d/fd/%d/../../../../../../boot", pid, n);
        if (access(path, F_OK) == 0) {
          printf("descriptor of the host: %s\n", path);
          fflush(stdout);
        }
      }
      last_pid = pid;
    }
    closedir(proc);
  }
}

// keyring: the name of the session keyring (keyctl(2): KEYCTL_DESCRIBE of KEY_SPEC_SESSION_KEYRING).
static int keyring(void) {
  char description[256] = "";
  if (syscall(SYS_keyctl, 6, -3, description, sizeof description - 1) < 0) return 1;
  printf("%s\n", strrchr(description, ';') + 1);
  return 0;
}

// exchange A B: for ever, A becomes B and B becomes A, with no moment at which one of them is missing (rename(2)).
static int exchange(const char *a, const char *b) {
  printf("exchanging\n");
  fflush(stdout);
  for (;;)
    if (syscall(SYS_renameat2, AT_FDCWD, a, AT_FDCWD, b, 2 /* RENAME_EXCHANGE */) < 0) return 1;
}

// The lines of a file that start with one of the names, without their tabs.
static void lines_of(const char *path, const char *const *names) {
  char line[4096];
  FILE *file = fopen(path, "re");
  if (file == NULL) return;
  while (fgets(line, sizeof line, file) != NULL)
    for (const char *const *name = names; *name != NULL; name++)
      if (strncmp(line, *name, strlen(*name)) == 0) {
        for (char *tab; (tab = strchr(line, '\t')) != NULL;) *tab = ' ';
        fputs(line, stdout);
      }
  fclose(file);
}

// The mount points, in their order, with type and the part of the file system that is seen.
static void mounts(void) {
  char line[4096], root[2048], point[2048], type[64];
  FILE *file = fopen("/proc/self/mountinfo", "re");
  if (file == NULL) return;
  while (fgets(line, sizeof line, file) != NULL) {
    char *rest = strstr(line, " - ");
    if (rest != NULL && sscanf(line, "%*s %*s %*s %2047s %2047s", root, point) == 2 && sscanf(rest, " - %63s", type) == 1)
      printf("mount %s %s %s\n", point, type, root);
  }
  fclose(file);
}

// The keys of the session keyring, and whether one can be found of which only the caller should know.
static void keys(const char *secret) {
  int32_t found[64];
  char description[256];
  long size = syscall(SYS_keyctl, 11 /* KEYCTL_READ */, -3, found, sizeof found);
  for (long i = 0; i < size / 4; i++) {
    memset(description, 0, sizeof description);
    if (syscall(SYS_keyctl, 6 /* KEYCTL_DESCRIBE */, found[i], description, sizeof description - 1) > 0)
      printf("key %s\n", strrchr(description, ';') + 1);
  }
  long secrets = syscall(SYS_request_key, "user", secret, NULL, 0);
  printf("secret %s\n", secrets < 0 ? strerrorname_np(errno) : "found");
}

// self SECRET: all that a process can have from its parent, its cgroups and its mounts, in lines to be compared.
static int self(const char *secret) {
  static const char *const status[] = {"NoNewPrivs:", "Seccomp:", "Groups:", "Umask:", "PPid:", "SigPnd:", "ShdPnd:",
                                       "SigBlk:", "SigIgn:", "SigCgt:", "CapInh:", "CapPrm:", "CapEff:", "CapBnd:",
                                       "CapAmb:", "Threads:", NULL};
  static const char *const limits[] = {"Max open files", NULL};
  static const char *const all[] = {"", NULL};
  extern char **environ;
  int deathsig = -1, subreaper = -1;
  char directory[4096];
  fds();
  for (char **entry = environ; *entry != NULL; entry++) printf("env %s\n", *entry);
  lines_of("/proc/self/status", status);
  lines_of("/proc/self/limits", limits);
  lines_of("/proc/self/cgroup", all);
  mounts();
  keys(secret);
  session();
  int tty = open("/dev/tty", O_RDWR);
  printf("tty %s\n", tty < 0 ? strerrorname_np(errno) : "open");
  prctl(PR_GET_PDEATHSIG, &deathsig);
  prctl(PR_GET_CHILD_SUBREAPER, &subreaper);
  printf("securebits %d deathsig %d subreaper %d dumpable %d\n", prctl(PR_GET_SECUREBITS), deathsig, subreaper,
         prctl(PR_GET_DUMPABLE));
  printf("cwd %s\n", getcwd(directory, sizeof directory) == NULL ? strerrorname_np(errno) : directory);
  return 0;
}

// fresh-proc: a procfs of a new user namespace's own over /proc, "ok" or the name of the errno.
static int fresh_proc(void) {
  if (unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID) < 0) {
    printf("unshare %s\n", strerrorname_np(errno));
    return 0;
  }
  pid_t child = fork();
  if (child == 0) {
    printf("%s\n", mount("proc", "/proc", "proc", 0, NULL) < 0 ? strerrorname_np(errno) : "ok");
    fflush(stdout);
    _exit(0);
  }
  return waitpid(child, NULL, 0) == child ? 0 : 1;
}

// Sends each datagram back.
static int answer(const char *port) {
  struct sockaddr_in name = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(port))};
  int sock = socket(AF_INET, SOCK_DGRAM, 0);
  if (sock < 0 || bind(sock, (struct sockaddr *)&name, sizeof name) != 0) return 1;
  puts("ready");
  fflush(stdout);
  for (;;) {
    char text[512];
    struct sockaddr_in from;
    socklen_t size = sizeof from;
    ssize_t got = recvfrom(sock, text, sizeof text, 0, (struct sockaddr *)&from, &size);
    if (got > 0) sendto(sock, text, (size_t)got, 0, (struct sockaddr *)&from, size);
  }
}

int main(int argc, char **argv) {
  const char *word = argc > 1 ? argv[1] : "";
  if (strcmp(word, "fds") == 0) return fds();
  if (strcmp(word, "syscall") == 0 && argc > 2) return call(argc - 2, argv + 2);
  if (strcmp(word, "open") == 0 && argc == 4) return try_open(argv[2], argv[3]);
  if (strcmp(word, "mknod") == 0 && argc == 5) return try_node(argv + 2);
  if (strcmp(word, "clocks") == 0) return clocks();
  if (strcmp(word, "signals") == 0) return signals();
  if (strcmp(word, "forks") == 0) forks();
  if (strcmp(word, "eat") == 0 && argc == 3) return eat(atol(argv[2]));
  if (strcmp(word, "session") == 0) return session();
  if (strcmp(word, "keyring") == 0) return keyring();
  if (strcmp(word, "attack") == 0) return attack();
  if (strcmp(word, "exchange") == 0 && argc == 4) return exchange(argv[2], argv[3]);
  if (strcmp(word, "fresh-proc") == 0) return fresh_proc();
  if (strcmp(word, "answer") == 0 && argc == 3) return answer(argv[2]);
  if (strcmp(word, "self") == 0 && argc == 3) return self(argv[2]);
  fprintf(stderr, "probe: fds | syscall NR [ARG…] | open PATH r|w | mknod c|b MAJ MIN | clocks | signals | eat MIB | session |\n"
                  "       keyring | attack | exchange A B | answer UDP-PORT | self SECRET | fresh-proc\n");
  return 2;
}
