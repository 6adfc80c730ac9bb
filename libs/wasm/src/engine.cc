// SPDX-License-Identifier: Apache-2.0
#include "masu/wasm/engine.h"

#include "backend.h"
#include "cache.h"
#include "helper.h"
#include "library.h"
#include "masu/base/log.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/sys/raw.h"
#include "module.h"
#include "sha256.h"

#include <algorithm>
#include <cerrno>
#include <csignal>

#include <dlfcn.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <unistd.h>
#ifdef __x86_64__
#include <cpuid.h>
#endif

namespace masu::wasm {
namespace {

// The order in which they are tried.
constexpr const Backend* kBackends[] = {&kWasmtime, &kWamr};

constexpr std::size_t kLargestModule = std::size_t{1} << 30;

std::vector<std::string> cache_folders(const Places& places) {
  std::vector<std::string> folders;
  if (places.cache_home.starts_with('/')) folders.push_back(cat(places.cache_home, "/masu/wasm"));
  if (geteuid() == 0) folders.emplace_back("/var/cache/masu/wasm");
  if (places.home.starts_with('/')) folders.push_back(cat(places.home, "/.cache/masu/wasm"));
  return folders;
}

Error none_there(std::string_view name) {
  if (std::ranges::none_of(kBackends, [&](auto* backend) { return name.empty() || backend->name == name; }))
    return Error::make(Kind::unsupported, cat("the WebAssembly engine ", name, " is not supported"))
        .hint("wasmtime and wamr are");
  Error error = Error::make(Kind::unsupported,
                            name.empty() ? std::string("no WebAssembly engine is installed")
                                         : cat("the WebAssembly engine ", name, " is not installed"));
  std::vector<std::string> choices;
  for (const Backend* backend : kBackends)
    if (name.empty() || backend->name == name) choices.emplace_back(backend->install);
  return std::move(error).hint(
      cat("install ", text::join(choices, " or "), "; MASU_WASM_ENGINE_PATH may name its folder"));
}

// Machine code is for the processor that it was made on.
std::string processor_id() {
  std::string id = cat(getauxval(AT_HWCAP), ",", getauxval(AT_HWCAP2));
#ifdef __x86_64__
  for (const unsigned leaf : {1u, 7u, 0x80000001u}) {
    unsigned a = 0, b = 0, c = 0, d = 0;
    if (__get_cpuid_count(leaf, 0, &a, &b, &c, &d) == 0) continue;
    if (leaf == 1) b &= 0;  // which processor it is that asks
    id += cat(",", b, ",", c, ",", d);
  }
#endif
  return id;
}

Error no_module() {
  return Error::make(Kind::unsupported, "it is neither a WebAssembly module nor the text of one");
}

// A module has no handlers, and the first process of a pid namespace is not ended by a signal that it does
// not handle: then `stop` would have to wait until it may kill.
extern "C" void end_by_signal(int number) { _exit(128 + number); }

void heed_signals() {
  for (const int number : {SIGHUP, SIGINT, SIGQUIT, SIGTERM}) {
    struct sigaction action{};
    action.sa_handler = end_by_signal;
    (void)sigaction(number, &action, nullptr);
  }
}

}  // namespace

Result<> find_function(void* library, const char* name, void** function) {
  *function = dlsym(library, name);
  if (*function != nullptr) return {};
  return fail(Error::make(Kind::unsupported, cat("it lacks ", name, "(): another version is needed")));
}

void complain(std::string_view what, std::string_view why) {
  (void)sys::write_all(2, cat(what, ": ", why, why.ends_with('\n') ? "" : "\n"));
}

Result<Engine> Engine::open(std::string_view name, const Places& places) {
  for (const Backend* backend : kBackends) {
    if (!name.empty() && backend->name != name) continue;
    const Library library = TRY(find_library(*backend, places));
    if (library.handle == nullptr) continue;
    TRY_IN(backend->bind(library.handle), cat("engine ", quote(library.path)));
    MASU_DEBUG(cat("WebAssembly engine ", backend->name, ": ", library.path));
    return Engine(*backend, library.handle, library_id(library), cache_folders(places));
  }
  return fail(none_there(name));
}

std::string_view Engine::name() const { return backend_->name; }
unsigned Engine::fewest_tasks() const { return backend_->fewest_tasks; }

Result<sys::Fd> Engine::prepare(int module) const {
  const std::string bytes = TRY(sys::read_all(module, kLargestModule));
  const Form form = form_of(bytes);
  if (form == Form::other) return fail(no_module());
  if (form == Form::component)
    return fail(Error::make(Kind::unsupported, "it is a component, and only modules (WASI 0.1) can be run")
                    .hint("build it for wasm32-wasip1"));
  if (backend_->compile == nullptr) {
    if (form == Form::text)
      return fail(Error::make(Kind::unsupported, cat(backend_->name, " does not read the text of modules"))
                      .hint("make it binary with wat2wasm, or use wasmtime"));
    return seal(bytes);
  }
  const auto cache = id_.empty() ? std::nullopt : Cache::open(caches_);
  const std::string key = cat(sha256(bytes), "-", sha256(cat(backend_->name, " ", id_, " ", processor_id())));
  if (cache)
    if (const auto code = cache->find(key)) return seal(*code);
  const std::string code = TRY(compile_apart(*backend_, bytes, form == Form::text));
  if (cache)
    if (auto stored = cache->store(key, code); !stored)
      log::write(log::Level::warning, cat("cache of WebAssembly: ", stored.error().message()));
  return seal(code);
}

void Engine::run(int prepared, char* const* argv, char* const* envp) const noexcept {
  const off_t size = lseek(prepared, 0, SEEK_END);
  void* code = size <= 0 ? MAP_FAILED
                         : mmap(nullptr, static_cast<std::size_t>(size), PROT_READ, MAP_PRIVATE, prepared, 0);
  (void)close(prepared);
  if (code == MAP_FAILED) {
    complain("load the module", "no memory");
    _exit(kCannotRun);
  }
  heed_signals();
  _exit(backend_->run({{static_cast<const char*>(code), static_cast<std::size_t>(size)}, argv, envp}));
}

}  // namespace masu::wasm
