// SPDX-License-Identifier: Apache-2.0
//
// A compiler of modules from anywhere, in a process of its own: without privileges, with limits and a
// deadline. It has no file of the host's open but the memory it writes to.
#pragma once

#include "backend.h"
#include "masu/sys/fd.h"

namespace masu::wasm {

/// The machine code, of which nobody but the caller has an fd any more.
Result<std::string> compile_apart(const Backend& backend, std::string_view module, bool is_text);

/// A memfd with these bytes that nobody can change.
Result<sys::Fd> seal(std::string_view bytes);

}  // namespace masu::wasm
