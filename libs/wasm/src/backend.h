// SPDX-License-Identifier: Apache-2.0
//
// One engine behind the interface: a table of functions for each. bind() comes first, in the caller; nothing
// else of an engine runs there, since threads and signal handlers do not survive the clone.
#pragma once

#include "masu/base/error.h"

#include <span>
#include <string>
#include <string_view>

namespace masu::wasm {

/// A module that is to be run.
struct Guest {
  std::span<const char> code;  ///< of compile(), or the module itself
  char* const* argv;
  char* const* envp;
};

struct Backend {
  std::string_view name;
  std::span<const char* const> files;     ///< as dlopen(3) finds it
  std::span<const char* const> patterns;  ///< glob(7) of other places that packages put it to
  unsigned fewest_tasks;
  std::string_view install;  ///< how it is had
  /// Looks up the functions; an engine that lacks one is too old or too new.
  Result<> (*bind)(void* library);
  /// Machine code of a module, for this machine. Null: the engine interprets.
  Result<std::string> (*compile)(std::string_view module, bool is_text);
  /// Runs the module; yields its exit code, or says what is wrong by complain() and yields 126 (it cannot be
  /// run) or 134 (it has trapped).
  int (*run)(const Guest& guest);
};

inline constexpr int kCannotRun = 126;
inline constexpr int kTrapped = 134;  // 128 + SIGABRT, as of a program that aborts

extern const Backend kWasmtime;
extern const Backend kWamr;

/// One line on stderr.
void complain(std::string_view what, std::string_view why);

/// The address of a function by its name, to `*function`; Kind::unsupported if there is none.
Result<> find_function(void* library, const char* name, void** function);

/// For each function that an engine has to have: FUNCTION(name, type) declares the pointer.
template <class Type>
Result<> bind_function(void* library, const char* name, Type*& function) {
  return find_function(library, name, reinterpret_cast<void**>(&function));
}

}  // namespace masu::wasm
