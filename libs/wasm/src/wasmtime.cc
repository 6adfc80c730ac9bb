// SPDX-License-Identifier: Apache-2.0
//
// Wasmtime (Bytecode Alliance), by its C interface: wasmtime.h, wasi.h, wasm.h.
//
// That interface changes without a sign: wasi_config_preopen_dir() has had three, five and four arguments
// under one name, and no function tells the version. The version is in the machine code that the engine
// makes: its ELF section .wasmtime.engine has a byte for the format, one for the length, and the major
// version.
#include "backend.h"
#include "masu/base/text.h"
#include "masu/base/try.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <span>
#include <type_traits>
#include <vector>

#include <elf.h>

namespace masu::wasm {
namespace {

struct Config;
struct WasmEngine;
struct WasmError;
struct Module;
struct Store;
struct StoreContext;
struct Linker;
struct WasiConfig;
struct Trap;

struct Bytes {  // wasm_byte_vec_t
  std::size_t size = 0;
  char* data = nullptr;
};
struct Function {  // wasmtime_func_t: 16 bytes so far, never looked into
  alignas(16) char opaque[64];
};

#define ENGINE_FUNCTIONS(FUNCTION)                                                                           \
  FUNCTION(wasm_config_new, Config*())                                                                       \
  FUNCTION(wasm_engine_new_with_config, WasmEngine*(Config*))                                                \
  FUNCTION(wasm_byte_vec_delete, void(Bytes*))                                                               \
  FUNCTION(wasm_trap_message, void(const Trap*, Bytes*))                                                     \
  FUNCTION(wasmtime_config_parallel_compilation_set, void(Config*, bool))                                    \
  FUNCTION(wasmtime_wat2wasm, WasmError*(const char*, std::size_t, Bytes*))                                  \
  FUNCTION(wasmtime_module_new, WasmError*(WasmEngine*, const char*, std::size_t, Module**))                 \
  FUNCTION(wasmtime_module_serialize, WasmError*(Module*, Bytes*))                                           \
  FUNCTION(wasmtime_module_deserialize, WasmError*(WasmEngine*, const char*, std::size_t, Module**))         \
  FUNCTION(wasmtime_error_message, void(const WasmError*, Bytes*))                                           \
  FUNCTION(wasmtime_error_exit_status, bool(const WasmError*, int*))                                         \
  FUNCTION(wasmtime_store_new, Store*(WasmEngine*, void*, void (*)(void*)))                                  \
  FUNCTION(wasmtime_store_context, StoreContext*(Store*))                                                    \
  FUNCTION(wasmtime_context_set_wasi, WasmError*(StoreContext*, WasiConfig*))                                \
  FUNCTION(wasmtime_linker_new, Linker*(WasmEngine*))                                                        \
  FUNCTION(wasmtime_linker_define_wasi, WasmError*(Linker*))                                                 \
  FUNCTION(wasmtime_linker_module,                                                                           \
           WasmError*(Linker*, StoreContext*, const char*, std::size_t, const Module*))                      \
  FUNCTION(wasmtime_linker_get_default,                                                                      \
           WasmError*(Linker*, StoreContext*, const char*, std::size_t, Function*))                          \
  FUNCTION(wasmtime_func_call,                                                                               \
           WasmError*(StoreContext*, const Function*, const void*, std::size_t, void*, std::size_t, Trap**)) \
  FUNCTION(wasi_config_new, WasiConfig*())                                                                   \
  FUNCTION(wasi_config_set_argv, bool(WasiConfig*, std::size_t, const char* const*))                         \
  FUNCTION(wasi_config_set_env, bool(WasiConfig*, std::size_t, const char* const*, const char* const*))      \
  FUNCTION(wasi_config_inherit_stdin, void(WasiConfig*))                                                     \
  FUNCTION(wasi_config_inherit_stdout, void(WasiConfig*))                                                    \
  FUNCTION(wasi_config_inherit_stderr, void(WasiConfig*))

#define DECLARE(name, ...) std::add_pointer_t<__VA_ARGS__> name;
struct {
  ENGINE_FUNCTIONS(DECLARE)
  void* wasi_config_preopen_dir;  // its type is a matter of the version
} api;
#undef DECLARE

Result<> bind(void* library) {
#define BIND(name, ...) TRY(bind_function(library, #name, api.name));
  ENGINE_FUNCTIONS(BIND)
#undef BIND
  return find_function(library, "wasi_config_preopen_dir", &api.wasi_config_preopen_dir);
}

std::string words_of(const Bytes& bytes) {
  std::string_view text(bytes.data, bytes.size);
  while (text.ends_with('\0')) text.remove_suffix(1);
  return std::string(text);
}

std::string message_of(const WasmError* error) {
  Bytes bytes;
  api.wasmtime_error_message(error, &bytes);
  return words_of(bytes);
}

template <class T>
std::optional<T> read_at(std::span<const char> bytes, std::uint64_t offset) {
  if (offset > bytes.size() || bytes.size() - offset < sizeof(T)) return std::nullopt;
  T out;
  memcpy(&out, bytes.data() + offset, sizeof out);
  return out;
}

// The major version of the engine that has made this code; 0 if it does not say.
unsigned version_of(std::span<const char> code) {
  constexpr std::string_view kSection = ".wasmtime.engine";
  const auto header = read_at<Elf64_Ehdr>(code, 0);
  if (!header) return 0;
  const auto section = [&](unsigned i) {
    return read_at<Elf64_Shdr>(code, header->e_shoff + std::uint64_t{i} * sizeof(Elf64_Shdr));
  };
  const auto names = section(header->e_shstrndx);
  if (!names) return 0;
  for (unsigned i = 0; i < header->e_shnum; ++i) {
    const auto found = section(i);
    if (!found || !read_at<std::array<char, kSection.size()>>(code, names->sh_offset + found->sh_name))
      continue;
    const char* name = code.data() + names->sh_offset + found->sh_name;
    if (std::string_view(name, kSection.size()) != kSection) continue;
    const auto length = read_at<unsigned char>(code, found->sh_offset + 1);
    if (!length || found->sh_offset + 2 + *length > code.size()) return 0;
    const std::string_view version(code.data() + found->sh_offset + 2, *length);
    return text::parse_int<unsigned>(version.substr(0, version.find('.'))).value_or(0);
  }
  return 0;
}

// ---- on the host's side: machine code

Error refused(std::string_view step, const WasmError* error) {
  return Error::make(Kind::unsupported, cat("wasmtime: ", step, ": ", message_of(error)));
}

Result<std::string> compile(std::string_view module, bool is_text) {
  WasmEngine* engine = api.wasm_engine_new_with_config(api.wasm_config_new());
  Bytes binary;
  if (is_text) {
    if (const auto* error = api.wasmtime_wat2wasm(module.data(), module.size(), &binary))
      return fail(refused("read the text of the module", error));
    module = {binary.data, binary.size};
  }
  Module* compiled = nullptr;
  if (const auto* error = api.wasmtime_module_new(engine, module.data(), module.size(), &compiled))
    return fail(refused("compile the module", error));
  Bytes code;
  if (const auto* error = api.wasmtime_module_serialize(compiled, &code))
    return fail(refused("serialize the module", error));
  constexpr unsigned kOldest = 22;  // wasi_config_set_argv() yields nothing in those before
  if (const unsigned version = version_of({code.data, code.size}); version < kOldest)
    return fail(
        Error::make(Kind::unsupported, cat("wasmtime: version ", version, " is older than ", kOldest)));
  return std::string(code.data, code.size);  // the process ends, and with it all else
}

// ---- in the container

// "/" of the container, for reading and writing.
bool open_root(WasiConfig* wasi, unsigned version) {
  constexpr std::size_t kAll = 3;  // WASMTIME_WASI_{DIR,FILE}_PERMS_READ | …_WRITE
  using UpTo25 = bool(WasiConfig*, const char*, const char*);
  using UpTo47 = bool(WasiConfig*, const char*, const char*, std::size_t, std::size_t);
  using Since48 = bool(WasiConfig*, const char*, const char*, bool);
  void* function = api.wasi_config_preopen_dir;
  if (version <= 25) return reinterpret_cast<UpTo25*>(function)(wasi, "/", "/");
  if (version <= 47) return reinterpret_cast<UpTo47*>(function)(wasi, "/", "/", kAll, kAll);
  return reinterpret_cast<Since48*>(function)(wasi, "/", "/", true);
}

bool set_environment(WasiConfig* wasi, char* const* envp) {
  std::vector<std::string> names;
  std::vector<const char*> values;
  for (; *envp != nullptr; ++envp) {
    const char* equals = strchr(*envp, '=');
    if (equals == nullptr) continue;
    names.emplace_back(*envp, static_cast<std::size_t>(equals - *envp));
    values.push_back(equals + 1);
  }
  std::vector<const char*> pointers;
  for (const auto& name : names) pointers.push_back(name.c_str());
  return api.wasi_config_set_env(wasi, names.size(), pointers.data(), values.data());
}

WasiConfig* world_of(const Guest& guest, unsigned version) {
  std::size_t count = 0;
  while (guest.argv[count] != nullptr) ++count;
  WasiConfig* wasi = api.wasi_config_new();
  api.wasi_config_inherit_stdin(wasi);
  api.wasi_config_inherit_stdout(wasi);
  api.wasi_config_inherit_stderr(wasi);
  const char* refused = nullptr;
  if (!api.wasi_config_set_argv(wasi, count, guest.argv))
    refused = "an argument is not UTF-8";
  else if (!set_environment(wasi, guest.envp))
    refused = "an environment variable is not UTF-8";
  else if (!open_root(wasi, version))
    refused = "the root directory cannot be opened";
  if (refused == nullptr) return wasi;
  complain("wasmtime: prepare the module", refused);
  return nullptr;
}

// An error of a call is the guest's exit too.
int outcome(const WasmError* error, const Trap* trap) {
  int status = 0;
  if (error != nullptr && api.wasmtime_error_exit_status(error, &status)) return status;
  if (error == nullptr && trap == nullptr) return 0;
  Bytes words;
  if (error != nullptr)
    api.wasmtime_error_message(error, &words);
  else
    api.wasm_trap_message(trap, &words);
  complain("wasmtime: the module trapped", words_of(words));
  return kTrapped;
}

int cannot(std::string_view step, const WasmError* error) {
  complain(cat("wasmtime: ", step), message_of(error));
  return kCannotRun;
}

int run(const Guest& guest) {
  const unsigned version = version_of(guest.code);
  // Its input and output want threads as many as there are processors, else; none but the one is used.
  (void)setenv("TOKIO_WORKER_THREADS", "1", 1);
  Config* config = api.wasm_config_new();
  api.wasmtime_config_parallel_compilation_set(config, false);
  WasmEngine* engine = api.wasm_engine_new_with_config(config);
  Module* module = nullptr;
  if (const auto* error =
          api.wasmtime_module_deserialize(engine, guest.code.data(), guest.code.size(), &module))
    return cannot("load the module", error);
  StoreContext* store = api.wasmtime_store_context(api.wasmtime_store_new(engine, nullptr, nullptr));
  WasiConfig* wasi = world_of(guest, version);
  if (wasi == nullptr) return kCannotRun;
  Linker* linker = api.wasmtime_linker_new(engine);
  if (const auto* error = api.wasmtime_linker_define_wasi(linker)) return cannot("link WASI", error);
  if (const auto* error = api.wasmtime_context_set_wasi(store, wasi)) return cannot("prepare WASI", error);
  if (const auto* error = api.wasmtime_linker_module(linker, store, "", 0, module)) {
    int status = 0;  // of a module that ends in its initialisation
    return api.wasmtime_error_exit_status(error, &status) ? status : cannot("link the module", error);
  }
  Function start;
  if (const auto* error = api.wasmtime_linker_get_default(linker, store, "", 0, &start))
    return cannot("find the module's start", error);
  Trap* trap = nullptr;
  const auto* error = api.wasmtime_func_call(store, &start, nullptr, 0, nullptr, 0, &trap);
  return outcome(error, trap);
}

// Itself, WASI's worker, one for files, one for standard input.
constexpr unsigned kFewestTasks = 4;

constexpr const char* kFiles[] = {"libwasmtime.so"};
// Where pip(1) puts its wheel.
constexpr const char* kPatterns[] = {"/usr/local/lib/python3*/dist-packages/wasmtime/linux-*/_libwasmtime.so",
                                     "/usr/local/lib/python3*/site-packages/wasmtime/linux-*/_libwasmtime.so",
                                     "/usr/lib/python3*/site-packages/wasmtime/linux-*/_libwasmtime.so",
                                     "/usr/lib/python3/dist-packages/wasmtime/linux-*/_libwasmtime.so",
                                     "~/.local/lib/python3*/site-packages/wasmtime/linux-*/_libwasmtime.so"};

}  // namespace

constinit const Backend kWasmtime{.name = "wasmtime",
                                  .files = kFiles,
                                  .patterns = kPatterns,
                                  .fewest_tasks = kFewestTasks,
                                  .install = "Wasmtime 22 or later (pip install wasmtime)",
                                  .bind = bind,
                                  .compile = compile,
                                  .run = run};

}  // namespace masu::wasm
