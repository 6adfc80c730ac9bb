// SPDX-License-Identifier: Apache-2.0
//
// What a process can learn of its container from inside: nothing but /proc and a few system calls.
#pragma once

#include "report.h"

namespace masu::demo {

void show_inside(Report& report);

}  // namespace masu::demo
