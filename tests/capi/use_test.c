/* SPDX-License-Identifier: Apache-2.0
 *
 * use_test ROOT BUNDLE ID: what threads_test leaves out of masu/container.h, from C: terminals, options of
 * exec, events, and a container that another process has made.
 */
#define _POSIX_C_SOURCE 200809L

#include <errno.h>
#include <masu/container.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#define EXPECT(truth, error) ((truth) ? (void)0 : die(__LINE__, #truth, error))

static void die(int line, const char* truth, const masu_error* error) {
  fprintf(stderr, "use_test:%d: not %s", line, truth);
  if (error != NULL) fprintf(stderr, ": %s", masu_error_message(error));
  fputc('\n', stderr);
  exit(1);
}

static masu_container* create(const masu_context* context, const char* bundle, const char* id) {
  struct masu_create_options options = MASU_CREATE_OPTIONS_INIT;
  masu_error* error = NULL;
  options.bundle = bundle;
  masu_container* container = masu_create(context, id, &options, &error);
  EXPECT(container != NULL, error);
  return container;
}

/* What comes from `fd` up to its end, or to the end of a terminal; without the line's end. */
static void read_line(int fd, char* text, size_t size) {
  size_t length = 0;
  while (length < size - 1) {
    const ssize_t got = read(fd, text + length, size - 1 - length);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    length += (size_t)got;
  }
  text[length] = '\0';
  text[strcspn(text, "\r\n")] = '\0';
}

static void expect_line(masu_process* process, int fd, const char* expected) {
  char text[512];
  masu_error* error = NULL;
  int code = -2;
  read_line(fd, text, sizeof text);
  close(fd);
  EXPECT(masu_process_wait(process, -1, &code, &error) == 1, error);
  masu_process_free(process);
  if (strcmp(text, expected) == 0 && code == 0) return;
  fprintf(stderr, "use_test: code %d, '%s' instead of '%s'\n", code, text, expected);
  exit(1);
}

static void use_exec_options(masu_container* container, const char* bundle) {
  static const char* const words[] = {"/payload", "who", "COLOUR", NULL};
  static const char* const variables[] = {"COLOUR=green", NULL};
  struct masu_exec_options options = MASU_EXEC_OPTIONS_INIT;
  masu_error* error = NULL;
  int ends[2];
  char file[512];
  char text[64];
  EXPECT(pipe(ends) == 0, NULL);
  snprintf(file, sizeof file, "%s/pid", bundle);
  options.args = words;
  options.env = variables;
  options.cwd = "/proc";
  options.user = "12:34";
  options.pid_file = file;
  options.stdout_fd = ends[1];
  options.flags = MASU_EXEC_NO_NEW_PRIVILEGES;
  masu_process* process = masu_exec(container, &options, &error);
  EXPECT(process != NULL, error);
  close(ends[1]);
  FILE* stream = fopen(file, "r");
  EXPECT(stream != NULL && fgets(text, sizeof text, stream) != NULL, NULL);
  EXPECT(atoi(text) == (int)masu_process_pid(process), NULL);
  fclose(stream);
  EXPECT(masu_process_take_console(process) == -1, NULL);
  expect_line(process, ends[0], "12:34 /proc green none");
}

static void use_terminal(masu_container* container) {
  static const char* const words[] = {"/payload", "who", "COLOUR", NULL};
  struct masu_exec_options options = MASU_EXEC_OPTIONS_INIT;
  masu_error* error = NULL;
  options.args = words;
  options.flags = MASU_EXEC_TERMINAL;
  masu_process* process = masu_exec(container, &options, &error);
  EXPECT(process != NULL, error);
  const int console = masu_process_take_console(process);
  EXPECT(console >= 0 && masu_process_take_console(process) == -1, NULL);
  expect_line(process, console, "0:0 / - terminal");
}

/* A process as config.json describes one, in a file. */
static void use_process_file(masu_container* container, const char* bundle) {
  struct masu_exec_options options = MASU_EXEC_OPTIONS_INIT;
  masu_error* error = NULL;
  int ends[2];
  char file[512];
  snprintf(file, sizeof file, "%s/process.json", bundle);
  FILE* stream = fopen(file, "w");
  EXPECT(stream != NULL, NULL);
  fputs(
      "{\"args\": [\"/payload\", \"who\", \"A\"], \"env\": [\"A=b\"], \"cwd\": \"/dev\", \"user\": {\"uid\": "
      "5, \"gid\": 6}}",
      stream);
  fclose(stream);
  EXPECT(pipe(ends) == 0, NULL);
  options.process = file;
  options.stdout_fd = ends[1];
  masu_process* process = masu_exec(container, &options, &error);
  EXPECT(process != NULL, error);
  close(ends[1]);
  expect_line(process, ends[0], "5:6 /dev b none");
}

static int count(const struct masu_stats* stats, void* data) {
  int* left = data;
  EXPECT(stats->size == sizeof *stats && stats->pids >= 1 && stats->pids_limit == 50, NULL);
  return --*left == 0;
}

static void use_follow(masu_container* container) {
  struct masu_follow_options options = MASU_FOLLOW_OPTIONS_INIT;
  masu_error* error = NULL;
  int left = 3;
  int pair[2];
  options.interval_ms = 20;
  options.on_stats = count;
  options.data = &left;
  EXPECT(masu_follow(container, &options, &error) == 0, error); /* ended by count() */
  EXPECT(left == 0, NULL);

  EXPECT(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0, NULL);
  options.interval_ms = 3600 * 1000;
  options.until_fd = pair[0];
  close(pair[1]);
  EXPECT(masu_follow(container, &options, &error) == 0, error); /* the other end is closed */
  close(pair[0]);

  options.interval_ms = 0;
  EXPECT(masu_follow(container, &options, &error) == -1 && masu_error_kind(error) == MASU_KIND_USAGE, error);
  masu_error_free(error);
}

/* The end of the container ends masu_follow() too. */
static void follow_to_the_end(masu_container* container) {
  struct masu_follow_options options = MASU_FOLLOW_OPTIONS_INIT;
  masu_error* error = NULL;
  options.interval_ms = 3600 * 1000;
  const pid_t killer = fork();
  if (killer == 0) {
    kill(masu_container_pid(container), SIGKILL);
    _exit(0);
  }
  if (masu_follow(container, &options, &error) < 0) { /* it may have ended before */
    EXPECT(masu_error_kind(error) == MASU_KIND_INVALID_STATE, error);
    masu_error_free(error);
  }
  EXPECT(waitpid(killer, NULL, 0) == killer, NULL);
}

static void use_own(const masu_context* context, const char* bundle, const char* id) {
  masu_error* error = NULL;
  int code = -2;
  masu_container* container = create(context, bundle, id);
  EXPECT(masu_container_take_console(container) == -1, NULL);
  EXPECT(masu_start(container, &error) == 0, error);
  EXPECT(masu_start(container, &error) == -1 && masu_error_kind(error) == MASU_KIND_INVALID_STATE, error);
  masu_error_free(error);
  error = NULL;
  use_exec_options(container, bundle);
  use_process_file(container, bundle);
  use_terminal(container);
  use_follow(container);
  follow_to_the_end(container);
  EXPECT(masu_wait(container, -1, &code, &error) == 1 && code == 128 + SIGKILL, error);
  EXPECT(masu_delete(container, 0, &error) == 0, error);
  masu_container_free(container);
}

/* Runs in a process of its own: makes a container, ends, and leaves it to one that reaps. */
static void make_and_leave(const masu_context* context, const char* bundle, const char* id, int made) {
  EXPECT(prctl(PR_SET_CHILD_SUBREAPER, 1) == 0, NULL);
  const pid_t maker = fork();
  if (maker == 0) {
    masu_container_free(create(context, bundle, id));
    _exit(0);
  }
  int status = 0;
  EXPECT(waitpid(maker, &status, 0) == maker && status == 0, NULL);
  EXPECT(write(made, "", 1) == 1, NULL);
  while (wait(NULL) > 0 || errno == EINTR) continue;
  _exit(0);
}

static int tells_of_others(void) {
  struct utsname kernel;
  int major = 0;
  int minor = 0;
  EXPECT(uname(&kernel) == 0 && sscanf(kernel.release, "%d.%d", &major, &minor) == 2, NULL);
  return major > 6 || (major == 6 && minor >= 15);
}

/* Made by a process that has ended; ours to go on with. Linux 6.15 and newer tell its exit code. */
static void use_of_another(const masu_context* context, const char* bundle, const char* id) {
  masu_error* error = NULL;
  int code = -2;
  int ends[2];
  char byte;
  EXPECT(pipe(ends) == 0, NULL);
  const pid_t reaper = fork();
  if (reaper == 0) make_and_leave(context, bundle, id, ends[1]);
  EXPECT(read(ends[0], &byte, 1) == 1, NULL);
  masu_container* container = masu_open(context, id, &error);
  EXPECT(container != NULL, error);
  EXPECT(masu_container_pidfd(container) >= 0 && masu_container_pid(container) > 0, NULL);
  EXPECT(masu_start(container, &error) == 0, error);
  EXPECT(masu_wait(container, 10, &code, &error) == 0, error);
  EXPECT(masu_kill(container, SIGKILL, MASU_KILL_ALL, &error) == 0, error);
  EXPECT(waitpid(reaper, NULL, 0) == reaper, NULL);
  EXPECT(masu_wait(container, -1, &code, &error) == 1, error);
  EXPECT(code == (tells_of_others() ? 128 + SIGKILL : -1), NULL);

  masu_container* stopped = masu_open(context, id, &error);
  EXPECT(stopped != NULL && masu_container_pidfd(stopped) == -1 && masu_container_pid(stopped) == 0, error);
  EXPECT(masu_wait(stopped, -1, &code, &error) == 1 && code == -1, error);
  EXPECT(masu_delete(stopped, 0, &error) == 0, error);
  masu_container_free(stopped);
  masu_container_free(container);
  close(ends[0]);
  close(ends[1]);
}

/* Of a bundle with process.terminal: the master comes to us. */
static void use_console(const masu_context* context, const char* bundle, const char* id) {
  static const char terminal[] = "\"process\": {";
  char from[512];
  char to[512];
  char config[8192];
  masu_error* error = NULL;
  int code = -2;
  snprintf(from, sizeof from, "%s/config.json", bundle);
  snprintf(to, sizeof to, "%s/terminal.json", bundle);
  FILE* stream = fopen(from, "r");
  EXPECT(stream != NULL, NULL);
  config[fread(config, 1, sizeof config - 1, stream)] = '\0';
  fclose(stream);
  char* process = strstr(config, terminal);
  EXPECT(process != NULL, NULL);
  stream = fopen(to, "w");
  EXPECT(stream != NULL, NULL);
  fprintf(stream, "%.*s%s\"terminal\": true, %s", (int)(process - config), config, terminal,
          process + sizeof terminal - 1);
  fclose(stream);

  struct masu_create_options options = MASU_CREATE_OPTIONS_INIT;
  options.bundle = bundle;
  options.config = to;
  masu_container* container = masu_create(context, id, &options, &error);
  EXPECT(container != NULL, error);
  const int console = masu_container_take_console(container);
  EXPECT(console >= 0 && isatty(console) && masu_container_take_console(container) == -1, NULL);
  close(console); /* hangs up: the program, which leads the session, gets SIGHUP once it runs */
  EXPECT(masu_delete(container, MASU_DELETE_FORCE, &error) == 0, error);
  EXPECT(masu_wait(container, 0, &code, &error) == 1, error);
  masu_container_free(container);
}

int main(int argc, char** argv) {
  struct masu_context_options where = MASU_CONTEXT_OPTIONS_INIT;
  masu_error* error = NULL;
  if (argc != 4) {
    fprintf(stderr, "usage: use_test ROOT BUNDLE ID\n");
    return 2;
  }
  EXPECT(masu_version()[0] != '\0', NULL);
  where.root = argv[1];
  masu_context* context = masu_context_new(&where, &error);
  EXPECT(context != NULL, error);
  use_own(context, argv[2], argv[3]);
  use_of_another(context, argv[2], argv[3]);
  use_console(context, argv[2], argv[3]);
  masu_context_free(context);
  return 0;
}
