// SPDX-License-Identifier: Apache-2.0
//
// Finding the shared library of an engine.
#pragma once

#include "backend.h"
#include "masu/wasm/engine.h"

#include <string>

namespace masu::wasm {

struct Library {
  void* handle = nullptr;  ///< of dlopen(3), never closed; null: it is not there
  std::string path;
};

/// In the folders and files of `places`, where the system's linker looks, and where packages of other kinds
/// put it. An engine that is there and cannot be loaded is an error.
Result<Library> find_library(const Backend& backend, const Places& places);

/// What tells this library from any other: the linker's build id, or else the file's size and time.
std::string library_id(const Library& library);

}  // namespace masu::wasm
