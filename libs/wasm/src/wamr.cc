// SPDX-License-Identifier: Apache-2.0
//
// WAMR, the WebAssembly Micro Runtime (Bytecode Alliance), by wasm_export.h: an interpreter of half a
// megabyte that makes no thread.
#include "backend.h"
#include "masu/base/text.h"
#include "masu/base/try.h"

#include <cstdint>
#include <type_traits>
#include <vector>

namespace masu::wasm {
namespace {

struct Module;
struct Instance;

#define ENGINE_FUNCTIONS(FUNCTION)                                                                           \
  FUNCTION(wasm_runtime_init, bool())                                                                        \
  FUNCTION(wasm_runtime_load, Module*(char*, std::uint32_t, char*, std::uint32_t))                           \
  FUNCTION(wasm_runtime_set_wasi_args,                                                                       \
           void(Module*, const char**, std::uint32_t, const char**, std::uint32_t, const char* const*,       \
                std::uint32_t, char* const*, int))                                                           \
  FUNCTION(wasm_runtime_instantiate, Instance*(Module*, std::uint32_t, std::uint32_t, char*, std::uint32_t)) \
  FUNCTION(wasm_application_execute_main, bool(Instance*, std::int32_t, char* const*))                       \
  FUNCTION(wasm_runtime_get_exception, const char*(Instance*))                                               \
  FUNCTION(wasm_runtime_get_wasi_exit_code, std::uint32_t(Instance*))

#define DECLARE(name, ...) std::add_pointer_t<__VA_ARGS__> name;
struct {
  ENGINE_FUNCTIONS(DECLARE)
} api;
#undef DECLARE

Result<> bind(void* library) {
#define BIND(name, ...) TRY(bind_function(library, #name, api.name));
  ENGINE_FUNCTIONS(BIND)
#undef BIND
  return {};
}

std::uint32_t count_of(char* const* list) {
  std::uint32_t count = 0;
  while (list[count] != nullptr) ++count;
  return count;
}

int cannot(std::string_view step, const char* why) {
  complain(cat("wamr: ", step), why);
  return kCannotRun;
}

int run(const Guest& guest) {
  constexpr std::uint32_t kStack = 1u << 20;  // wasi-libc keeps its own in the module's memory
  char why[256] = "";
  if (!api.wasm_runtime_init()) return cannot("initialize", "no memory");
  std::vector<char> binary(guest.code.begin(), guest.code.end());  // which the loader changes, and keeps
  Module* module =
      api.wasm_runtime_load(binary.data(), static_cast<std::uint32_t>(binary.size()), why, sizeof why);
  if (module == nullptr) return cannot("load the module", why);
  const char* root[] = {"/"};
  const char* mapped[] = {"/::/"};
  const auto arguments = count_of(guest.argv);
  api.wasm_runtime_set_wasi_args(module, root, 1, mapped, 1, guest.envp, count_of(guest.envp), guest.argv,
                                 static_cast<int>(arguments));
  Instance* instance = api.wasm_runtime_instantiate(module, kStack, 0, why, sizeof why);
  if (instance == nullptr) return cannot("instantiate the module", why);
  if (api.wasm_application_execute_main(instance, static_cast<std::int32_t>(arguments), guest.argv))
    return static_cast<int>(api.wasm_runtime_get_wasi_exit_code(instance));
  const char* exception = api.wasm_runtime_get_exception(instance);
  complain("wamr: the module trapped", exception != nullptr ? exception : "no exception is named");
  return kTrapped;
}

constexpr const char* kFiles[] = {"libiwasm.so"};

}  // namespace

constinit const Backend kWamr{.name = "wamr",
                              .files = kFiles,
                              .patterns = {},
                              .fewest_tasks = 1,
                              .install = "WAMR 2 (libiwasm.so)",
                              .bind = bind,
                              .compile = nullptr,
                              .run = run};

}  // namespace masu::wasm
