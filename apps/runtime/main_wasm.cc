// SPDX-License-Identifier: Apache-2.0
//
// masu-runtime-wasm: masu-runtime for containers with WebAssembly, with the engine in the same process.
#include "masu/base/try.h"
#include "masu/cli/env.h"
#include "masu/container/workload.h"
#include "masu/wasm/engine.h"
#include "program.h"
#include "wasm.h"

#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

namespace {

using namespace masu;

// Where the kernel has put the words and the variables of the command line, one behind the other.
struct {
  char* begin = nullptr;
  char* end = nullptr;
} stack_strings;

// The variables are the host's; the words are of the runtime, where the container's ps(1) shall see the
// module's.
void become(char* const* argv) noexcept {
  static char* no_variables[] = {nullptr};
  environ = no_variables;
  memset(stack_strings.begin, 0, static_cast<std::size_t>(stack_strings.end - stack_strings.begin));
  if (argv[0] == nullptr) return;
  char* to = stack_strings.begin;
  for (char* const* word = argv; *word != nullptr; ++word) {
    const std::size_t length = strlen(*word) + 1;
    if (length > static_cast<std::size_t>(stack_strings.end - to)) break;
    memcpy(to, *word, length);
    to += length;
  }
  const char* slash = strrchr(argv[0], '/');
  (void)prctl(PR_SET_NAME, slash != nullptr ? slash + 1 : argv[0]);
}

struct Workload : container::Workload {
  explicit Workload(wasm::Engine opened) : engine(std::move(opened)) {}
  wasm::Engine engine;
};

void run(const container::Workload::Process& process) noexcept {
  become(process.argv);
  if (process.dumpable) (void)prctl(PR_SET_DUMPABLE, 1);
  static_cast<const Workload&>(process.workload).engine.run(process.prepared, process.argv, process.envp);
}

Result<const container::Workload*> open_engine(std::string_view name, const cli::Env& env) {
  static std::unique_ptr<Workload> opened;
  opened = std::make_unique<Workload>(
      TRY(wasm::Engine::open(name, {.engine_path = env.variable("MASU_WASM_ENGINE_PATH"),
                                    .cache_home = env.variable("XDG_CACHE_HOME"),
                                    .home = env.variable("HOME")})));
  const wasm::Engine& engine = opened->engine;
  opened->name = engine.name();
  opened->fewest_tasks = engine.fewest_tasks();
  opened->prepare = [&engine](int module) { return engine.prepare(module); };
  opened->run = run;
  return opened.get();
}

void note_strings(int argc, char** argv) {
  if (argc == 0) return;
  stack_strings = {argv[0], argv[0]};
  for (char** word = argv; *word != nullptr; ++word)
    if (*word == stack_strings.end) stack_strings.end += strlen(*word) + 1;
  for (char** word = environ; *word != nullptr; ++word)
    if (*word == stack_strings.end) stack_strings.end += strlen(*word) + 1;
}

}  // namespace

int main(int argc, char** argv) {
  timespec now{};
  (void)clock_gettime(CLOCK_REALTIME, &now);
  note_strings(argc, argv);
  runtime::open_workload = open_engine;
  return runtime::run_program({.words = {argv, static_cast<std::size_t>(argc)},
                               .variables = environ,
                               .started_ns = now.tv_sec * 1'000'000'000 + now.tv_nsec});
}
