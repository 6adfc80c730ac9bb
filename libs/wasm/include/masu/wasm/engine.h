// SPDX-License-Identifier: Apache-2.0
//
// WebAssembly engines, which are shared libraries of others, loaded at run time: finding one, making a module
// ready for it where nothing of the container's can interfere, running that in the container's process.
// Needs a dynamic program: a static one cannot load an engine.
#pragma once

#include "masu/base/error.h"
#include "masu/sys/fd.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace masu::wasm {

struct Backend;

/// Where engines are looked for, and where compiled modules are kept.
struct Places {
  std::string_view engine_path;  ///< folders and files, with colons between; looked into first
  std::string_view cache_home;   ///< XDG_CACHE_HOME
  std::string_view home;         ///< HOME
};

class Engine {
 public:
  /// Loads the engine of this name; an empty one means the first that is there. Kind::unsupported, with what
  /// to install, if there is none.
  static Result<Engine> open(std::string_view name, const Places& places);

  std::string_view name() const;
  /// As many threads it needs at least; with fewer it hangs or crashes.
  unsigned fewest_tasks() const;

  /// Reads a module, binary or text, and yields a sealed memfd with what run() takes: the machine code, if
  /// the engine compiles. That is done in a process of its own with a deadline, and once: machine code is
  /// kept in a folder of the caller's by the digests of module and engine. For the host's side.
  Result<sys::Fd> prepare(int module) const;

  /// Runs what prepare() has made, with "/" open to it and these arguments and variables; ends the process
  /// with the module's exit code, or 134 after a trap, which is described on stderr. For the container's
  /// side: nothing of the engine has run in this process before.
  [[noreturn]] void run(int prepared, char* const* argv, char* const* envp) const noexcept;

 private:
  Engine(const Backend& backend, void* library, std::string id, std::vector<std::string> caches)
      : backend_(&backend), library_(library), id_(std::move(id)), caches_(std::move(caches)) {}

  const Backend* backend_;
  void* library_;
  std::string id_;                   // of the very library, for the cache
  std::vector<std::string> caches_;  // the first that can be used
};

}  // namespace masu::wasm
