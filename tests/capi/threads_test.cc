// SPDX-License-Identifier: Apache-2.0
//
// threads_test ROOT BUNDLE ID [THREADS [ROUNDS]]: a program that is no runtime, with signal handlers, open
// fds and many threads, all of which make, enter and remove containers at once. Nothing of the program may
// change by that, nothing of it may be seen in a container, and no process, fd or container may be left.
#include "masu/container.h"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

[[noreturn]] void die(const std::string& what) {
  (void)std::fprintf(stderr, "threads_test: %s\n", what.c_str());
  std::_Exit(1);
}

void expect(bool truth, const std::string& what) {
  if (!truth) die(what);
}

/// An error that must not be: what() is only asked for when it is there.
void expect(bool truth, const std::string& what, masu_error* error) {
  if (!truth) die(what + ": " + (error == nullptr ? "no error is told" : masu_error_message(error)));
}

// ---- the program around the containers
// --------------------------------------------------------------------------

#if defined(__SANITIZE_THREAD__)
constexpr bool kThreadSanitizer = true;
#elif defined(__has_feature)
constexpr bool kThreadSanitizer = __has_feature(thread_sanitizer);
#else
constexpr bool kThreadSanitizer = false;
#endif

struct Shared {
  pid_t program;
  std::atomic<int> foreign;  // how often the handler ran in a process that is not the program
  std::atomic<int> own;
};
Shared* shared = nullptr;

void handle(int) {
  const int before = errno;
  ++(getpid() == shared->program ? shared->own : shared->foreign);
  errno = before;
}

int count_fds() {
  int count = 0;
  DIR* stream = opendir("/proc/self/fd");
  expect(stream != nullptr, "open /proc/self/fd");
  while (readdir(stream) != nullptr) ++count;
  (void)closedir(stream);
  return count;
}

/// What a library has no business to change, as one text.
std::string attributes() {
  std::string text;
  char directory[4096];
  expect(getcwd(directory, sizeof directory) != nullptr, "getcwd");
  text += directory;
  const mode_t mask = umask(0);
  umask(mask);
  text += " umask " + std::to_string(mask);
  int subreaper = 0;
  (void)prctl(PR_GET_CHILD_SUBREAPER, &subreaper);
  text += " subreaper " + std::to_string(subreaper) + " dumpable " + std::to_string(prctl(PR_GET_DUMPABLE));
  sigset_t blocked;
  pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
  for (int number = 1; number < 32; ++number) {
    struct sigaction action{};
    if (sigaction(number, nullptr, &action) == 0)
      text += " " + std::to_string(reinterpret_cast<unsigned long>(action.sa_handler)) + "/" +
              std::to_string(sigismember(&blocked, number));
  }
  for (const char* file :
       {"/proc/self/oom_score_adj", "/proc/self/limits", "/proc/self/cgroup", "/proc/self/timerslack_ns"}) {
    char content[4096];
    FILE* stream = std::fopen(file, "re");
    if (stream == nullptr) continue;
    content[std::fread(content, 1, sizeof content - 1, stream)] = '\0';
    (void)std::fclose(stream);
    text += content;
  }
  for (char** variable = environ; *variable != nullptr; ++variable) text += *variable;
  for (const char* space : {"mnt", "pid", "pid_for_children", "net", "user", "cgroup", "uts", "ipc"}) {
    struct stat info{};
    if (stat((std::string("/proc/self/ns/") + space).c_str(), &info) == 0)
      text += " " + std::to_string(info.st_ino);
  }
  return text;
}

// ---- one container, by its whole life
// --------------------------------------------------------------------------

/// Runs a program in the container and yields its exit code; what it writes to stdout goes to `out`.
int enter(masu_container* container, std::vector<const char*> words, int out, int send) {
  masu_error* error = nullptr;
  masu_exec_options options = MASU_EXEC_OPTIONS_INIT;
  words.push_back(nullptr);
  options.args = words.data();
  options.stdout_fd = out;
  masu_process* process = masu_exec(container, &options, &error);
  expect(process != nullptr, "exec", error);
  expect(masu_process_pid(process) > 0 && masu_process_pidfd(process) >= 0, "the process has no pid");
  if (send != 0) expect(masu_process_kill(process, send, &error) == 0, "kill a process", error);
  int code = -2;
  expect(masu_process_wait(process, -1, &code, &error) == 1, "wait for a process", error);
  masu_process_free(process);
  return code;
}

masu_status status_of(masu_container* container) {
  masu_error* error = nullptr;
  masu_state* state = masu_container_state(container, &error);
  expect(state != nullptr, "state", error);
  const masu_status status = masu_state_status(state);
  expect(strcmp(masu_state_id(state), masu_container_id(container)) == 0, "the state has another id");
  expect(strcmp(masu_state_annotation(state, "org.example.colour"), "blue") == 0, "the annotation is lost");
  expect(masu_state_annotation(state, "none") == nullptr, "an annotation from nowhere");
  masu_state_free(state);
  return status;
}

void pause_and_resume(masu_container* container) {
  masu_error* error = nullptr;
  if (masu_pause(container, &error) < 0) {
    expect(masu_error_kind(error) == MASU_KIND_UNSUPPORTED, "pause", error);
    masu_error_free(error);
    return;
  }
  expect(status_of(container) == MASU_STATUS_PAUSED, "not paused");
  expect(masu_resume(container, &error) == 0, "resume", error);
}

void use(masu_container* container) {
  masu_error* error = nullptr;
  expect(enter(container, {"/payload", "exit", "7"}, -1, 0) == 7, "exit 7");
  expect(enter(container, {"/payload", "fds"}, -1, 0) == 0,
         "fds of the program are open in a process of exec");
  expect(enter(container, {"/payload", "pause"}, -1, SIGTERM) == 128 + SIGTERM, "SIGTERM");
  int ends[2];
  expect(pipe2(ends, O_CLOEXEC) == 0, "pipe");
  expect(enter(container, {"/payload", "say", "hello"}, ends[1], 0) == 0, "say");
  char said[16] = {};
  expect(read(ends[0], said, sizeof said) == 5 && strcmp(said, "hello") == 0, "stdout went elsewhere");
  close(ends[0]);
  close(ends[1]);
  masu_stats stats = MASU_STATS_INIT;
  expect(masu_container_stats(container, &stats, &error) == 0, "stats", error);
  expect(stats.pids >= 1 && stats.pids_limit == 50, "the statistics are not the container's");
  pid_t pids[4];
  expect(masu_container_pids(container, pids, 4, &error) == 1 && pids[0] == masu_container_pid(container),
         "pids", error);
  pause_and_resume(container);
}

void live(const masu_context* context, const std::string& bundle, const std::string& id) {
  masu_error* error = nullptr;
  masu_create_options options = MASU_CREATE_OPTIONS_INIT;
  options.bundle = bundle.c_str();
  masu_container* container = masu_create(context, id.c_str(), &options, &error);
  expect(container != nullptr, "create", error);
  expect(masu_create(context, id.c_str(), &options, &error) == nullptr &&
             masu_error_kind(error) == MASU_KIND_EXISTS,
         "a second container has the same id");
  masu_error_free(error);
  error = nullptr;
  expect(status_of(container) == MASU_STATUS_CREATED, "not created");
  expect(masu_wait(container, 0, nullptr, &error) == 0, "it has ended before its start", error);
  expect(masu_start(container, &error) == 0, "start", error);
  expect(status_of(container) == MASU_STATUS_RUNNING, "not running");
  use(container);
  expect(masu_delete(container, 0, &error) == -1 && masu_error_kind(error) == MASU_KIND_INVALID_STATE,
         "deleted while it runs");
  masu_error_free(error);
  error = nullptr;
  expect(masu_kill(container, SIGKILL, 0, &error) == 0, "kill", error);
  int code = -2;
  expect(masu_wait(container, -1, &code, &error) == 1, "wait", error);
  expect(code == 128 + SIGKILL, "exit code " + std::to_string(code));
  expect(masu_delete(container, 0, &error) == 0, "delete", error);
  masu_container_free(container);
}

/// Deleted by force as it runs, by another object that stands for it.
void cut_short(const masu_context* context, const std::string& bundle, const std::string& id) {
  masu_error* error = nullptr;
  masu_create_options options = MASU_CREATE_OPTIONS_INIT;
  options.bundle = bundle.c_str();
  masu_container* made = masu_create(context, id.c_str(), &options, &error);
  expect(made != nullptr, "create", error);
  masu_container* opened = masu_open(context, id.c_str(), &error);
  expect(opened != nullptr && masu_container_pid(opened) == masu_container_pid(made), "open", error);
  expect(masu_start(opened, &error) == 0, "start", error);
  expect(masu_delete(opened, MASU_DELETE_FORCE, &error) == 0, "delete by force", error);
  expect(masu_delete(opened, MASU_DELETE_FORCE, &error) == 0, "delete what is gone by force", error);
  expect(masu_container_state(made, &error) == nullptr && masu_error_kind(error) == MASU_KIND_NOT_FOUND,
         "the state of what is gone");
  masu_error_free(error);
  masu_container_free(made);
  masu_container_free(opened);
}

/// What fails has to fail with its reason, and to leave nothing.
void fail(const masu_context* context, const std::string& bundle, const std::string& id) {
  masu_error* error = nullptr;
  masu_create_options options = MASU_CREATE_OPTIONS_INIT;
  options.bundle = bundle.c_str();
  masu_container* container = masu_create(context, id.c_str(), &options, &error);
  expect(container != nullptr, "create", error);
  expect(masu_start(container, &error) == 0, "start", error);
  masu_exec_options exec = MASU_EXEC_OPTIONS_INIT;
  const char* const words[] = {"/none", nullptr};
  exec.args = words;
  expect(masu_exec(container, &exec, &error) == nullptr && masu_error_errno(error) == ENOENT,
         "exec of no program", error);
  masu_error_free(error);
  error = nullptr;
  expect(masu_delete(container, MASU_DELETE_FORCE, &error) == 0, "delete", error);
  int code = -2;
  expect(masu_wait(container, 0, &code, &error) == 1 && code == 128 + SIGKILL, "the code after delete",
         error);
  masu_container_free(container);
}

/// The pid namespace that this thread's children are born into: exec takes the thread to the container's for
/// a moment.
ino_t own_pids() {
  struct stat info{};
  expect(stat("/proc/thread-self/ns/pid_for_children", &info) == 0, "stat pid_for_children");
  return info.st_ino;
}

void work(const masu_context* context, const std::string& bundle, const std::string& id, int rounds) {
  const ino_t pids = own_pids();
  for (int round = 0; round < rounds; ++round) {
    const std::string name = id + "-" + std::to_string(round);
    live(context, bundle, name);
    cut_short(context, bundle, name);
    fail(context, bundle, name);
  }
  expect(own_pids() == pids, "the thread's children would be born into a container");
}

// ---- around
// ----------------------------------------------------------------------------------------------------

/// Sends signals to the process group, opens fds that are not O_CLOEXEC, and lists containers, as long as
/// others work.
void disturb(const masu_context* context, const std::atomic<bool>& done) {
  while (!done) {
    kill(0, SIGURG);
    const int leaky = open("/dev/null", O_RDONLY);  // NOLINT(android-cloexec-open): what it is about
    masu_error* error = nullptr;
    masu_list* list = masu_list_new(context, &error);
    expect(list != nullptr, "list", error);
    for (std::size_t i = 0; i < masu_list_size(list); ++i)
      expect(masu_state_id(masu_list_get(list, i))[0] != '\0', "a container without id");
    masu_list_free(list);
    close(leaky);
  }
}

void refuse_bad_arguments(const masu_context* context, const std::string& bundle) {
  masu_error* error = nullptr;
  const auto refused = [&error](bool is_null, masu_kind kind, const char* what) {
    expect(is_null && error != nullptr && masu_error_kind(error) == kind, what, error);
    masu_error_free(error);
    error = nullptr;
  };
  masu_create_options options = MASU_CREATE_OPTIONS_INIT;
  refused(masu_create(context, "x", &options, &error) == nullptr, MASU_KIND_USAGE, "no bundle");
  options.bundle = bundle.c_str();
  refused(masu_create(context, "../x", &options, &error) == nullptr, MASU_KIND_USAGE, "a bad id");
  refused(masu_create(context, nullptr, &options, &error) == nullptr, MASU_KIND_USAGE, "no id");
  options.stdin_fd = 1 << 20;
  refused(masu_create(context, "x", &options, &error) == nullptr, MASU_KIND_SYSTEM, "an fd that is not open");
  options.stdin_fd = -1;
  options.flags = 1U << 31;
  refused(masu_create(context, "x", &options, &error) == nullptr, MASU_KIND_UNSUPPORTED, "unknown flags");
  struct {
    masu_create_options options = MASU_CREATE_OPTIONS_INIT;
    long later = 1;
  } newer;
  newer.options.size = sizeof newer;
  refused(masu_create(context, "x", &newer.options, &error) == nullptr, MASU_KIND_UNSUPPORTED,
          "options of the future");
  options.size = 0;
  refused(masu_create(context, "x", &options, &error) == nullptr, MASU_KIND_USAGE, "options without a size");
  refused(masu_open(context, "nobody", &error) == nullptr, MASU_KIND_NOT_FOUND, "an unknown id");
  masu_context_options where = MASU_CONTEXT_OPTIONS_INIT;
  where.root = "relative";
  refused(masu_context_new(&where, &error) == nullptr, MASU_KIND_USAGE, "a relative root");
  (void)signal(SIGCHLD, SIG_IGN);
  refused(masu_context_new(nullptr, &error) == nullptr, MASU_KIND_USAGE, "SIGCHLD ignored");
  (void)signal(SIGCHLD, SIG_DFL);
  expect(masu_open(context, "nobody", nullptr) == nullptr, "an error that nobody wants");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) die("usage: threads_test ROOT BUNDLE ID [THREADS [ROUNDS]]");
  const std::string bundle = argv[2];
  const std::string id = argv[3];
  const int threads = argc > 4 ? static_cast<int>(std::strtol(argv[4], nullptr, 10)) : 8;
  const int rounds = argc > 5 ? static_cast<int>(std::strtol(argv[5], nullptr, 10)) : 3;

  shared = static_cast<Shared*>(
      mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  shared->program = getpid();
  struct sigaction action{};
  action.sa_handler = handle;
  (void)sigaction(SIGURG, &action, nullptr);
  expect(setpgid(0, 0) == 0,
         "setpgid");  // signals go to this program and to what it forks, and to nobody else
  const int leaky = open("/dev/full", O_RDONLY);  // NOLINT(android-cloexec-open)

  masu_error* error = nullptr;
  masu_context_options where = MASU_CONTEXT_OPTIONS_INIT;
  where.root = argv[1];
  masu_context* context = masu_context_new(&where, &error);
  expect(context != nullptr, "context", error);
  refuse_bad_arguments(context, bundle);

  const std::string before = attributes();
  const int fds_before = count_fds();
  std::atomic<bool> done = false;
  std::thread noise(disturb, context, std::cref(done));
  std::vector<std::thread> workers;
  for (int i = 0; i < threads; ++i)
    workers.emplace_back(work, context, bundle, id + "-" + std::to_string(i), rounds);
  for (auto& worker : workers) worker.join();
  done = true;
  noise.join();

  const std::string after = attributes();
  expect(before == after, "the program has been changed:\n" + before + "\n" + after);
  expect(count_fds() == fds_before, "fds are left open");
  expect(shared->own > 0, "no signal has come");
  // TSan keeps signals back, and runs the handlers of those that it has when a fork makes the next call that
  // it knows.
  expect(kThreadSanitizer || shared->foreign == 0, "a handler of the program ran in a container's process");
  expect(waitpid(-1, nullptr, WNOHANG | __WALL) == -1 && errno == ECHILD, "a child is left");
  masu_list* list = masu_list_new(context, &error);
  expect(list != nullptr && masu_list_size(list) == 0, "containers are left", error);
  masu_list_free(list);
  masu_context_free(context);
  close(leaky);
  std::printf("%d containers by %d threads\n", 3 * threads * rounds, threads);
}
