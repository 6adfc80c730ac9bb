// SPDX-License-Identifier: Apache-2.0
//
// The shim's parent. It does nothing but sleep until the shim is killed. Then
// - it is the subreaper to whom the kernel gives the shim's children, the ended among them with their status;
// - it holds the other ends of the container's pipes or terminal, so that nothing in the container notices;
// - it forks the next shim, which has all of that by its birth, and goes on (Supervisor::recover()).
// The two talk through a socket: keeping.h. The keeper ends when the shim has ended of its own will.
#pragma once

#include "keeping.h"

#include <functional>
#include <map>
#include <string>

namespace masu::shim {

/// Lives as the keeper. Each shim is `live`, in a process of its own. It does not return.
using ShimLife = std::function<void(Inheritance)>;
[[noreturn]] void keep(std::map<std::string, sys::Fd> held, const ShimLife& live);

/// How a shim ends when nothing is left to keep; any other end is an accident.
inline constexpr int kNothingLeft = 0;

}  // namespace masu::shim
