/* SPDX-License-Identifier: Apache-2.0
 *
 * enter ROOT BUNDLE ID PROGRAM [ARGUMENT…]: makes the container of a bundle, runs one more program in it,
 * says how that ended, and removes the container. It is explained in docs/src/c-library.md.
 *
 *     cc enter.c $(pkg-config --cflags --libs masu)
 */
#include <masu/container.h>
#include <signal.h>
#include <stdio.h>

/* Says what has gone wrong, and forgets it. */
static int complain(const char* what, masu_error* error) {
  fprintf(stderr, "%s: %s\n", what, masu_error_message(error));
  if (masu_error_hint(error)[0] != '\0') fprintf(stderr, "hint: %s\n", masu_error_hint(error));
  masu_error_free(error);
  return 1;
}

/* Runs a program in the container, with our own stdio, and yields its exit code. */
static int enter(masu_container* container, const char* const* arguments) {
  struct masu_exec_options options = MASU_EXEC_OPTIONS_INIT;
  masu_error* error = NULL;
  int code = -1;
  options.args = arguments;
  options.stdin_fd = 0;
  options.stdout_fd = 1;
  options.stderr_fd = 2;
  masu_process* process = masu_exec(container, &options, &error);
  if (process == NULL) return complain("exec", error);
  if (masu_process_wait(process, -1, &code, &error) < 0) code = complain("wait", error);
  masu_process_free(process);
  return code;
}

/* The whole life of a container. */
static int live(masu_container* container, const char* const* arguments) {
  masu_error* error = NULL;
  int code = 0;
  if (masu_start(container, &error) < 0) return complain("start", error);
  const int entered = enter(container, arguments);
  printf("%s ended with code %d\n", arguments[0], entered);
  if (masu_kill(container, SIGKILL, 0, &error) < 0) return complain("kill", error);
  if (masu_wait(container, -1, &code, &error) < 0) return complain("wait", error);
  printf("container %s ended with code %d\n", masu_container_id(container), code);
  return entered;
}

int main(int argc, char** argv) {
  if (argc < 5) {
    fprintf(stderr, "usage: enter ROOT BUNDLE ID PROGRAM [ARGUMENT...]\n");
    return 2;
  }
  struct masu_context_options where = MASU_CONTEXT_OPTIONS_INIT;
  struct masu_create_options what = MASU_CREATE_OPTIONS_INIT;
  masu_error* error = NULL;
  where.root = argv[1];
  what.bundle = argv[2];

  masu_context* context = masu_context_new(&where, &error);
  if (context == NULL) return complain("context", error);
  masu_container* container = masu_create(context, argv[3], &what, &error);
  if (container == NULL) {
    masu_context_free(context);
    return complain("create", error);
  }
  int code = live(container, (const char* const*)argv + 4);
  if (masu_delete(container, MASU_DELETE_FORCE, &error) < 0) code = complain("delete", error);
  masu_container_free(container);
  masu_context_free(context);
  return code;
}
