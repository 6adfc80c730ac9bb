// SPDX-License-Identifier: Apache-2.0
//
// A program of a kind that the kernel does not execute, a WebAssembly module, and what runs it in the
// container's process instead of an exec. Not for a program with threads: nothing but the caller's copy of
// memory comes after the clone.
#pragma once

#include "masu/base/error.h"
#include "masu/sys/fd.h"

#include <functional>
#include <string>
#include <string_view>

namespace masu::container {

class Workload {
 public:
  Workload() = default;
  Workload(const Workload&) = delete;
  Workload& operator=(const Workload&) = delete;

  std::string_view name;      ///< of the engine
  unsigned fewest_tasks = 1;  ///< threads that it cannot do without
  /// In the caller, once the container's process has opened the program, with its rights: what `run` gets,
  /// which the container may see and cannot change. `program` is what it has opened.
  std::function<Result<sys::Fd>(int program)> prepare;
  /// In the container's process, with all that confines it in force; it does not return.
  struct Process {
    const Workload& workload;
    int prepared;
    char* const* argv;
    char* const* envp;
    bool dumpable;  ///< others of the container may look into it: once the host's variables are wiped out
  };
  void (*run)(const Process& process) noexcept = nullptr;
};

/// Yields what runs WebAssembly: with this engine, or an empty name for any. May also execute another program
/// for the whole call, and does so before it has had any effect. The workload outlives the call.
using FindWorkload = std::function<Result<const Workload*>(std::string_view engine)>;

}  // namespace masu::container
