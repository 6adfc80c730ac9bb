// SPDX-License-Identifier: Apache-2.0
//
// Compiled programs kept between starts: one file a profile, named by a hash of what went into the program,
// which it also holds in full and which is compared, so that no collision can exchange two profiles. A file
// that is damaged, cut short, of another version, or that anybody else could have written is made anew.
#pragma once

#include "masu/base/error.h"
#include "masu/seccomp/compile.h"
#include "masu/spec/config.h"

namespace masu::seccomp {

/// compile(), or its result of an earlier time from the folder `.seccomp` of the directory `root`, which is
/// made if it is missing (mode 0700). Fails as compile() does; a cache that cannot be read or written is no
/// failure. Programs may share the folder: files are put in place by rename(2). `omissions` is filled only
/// when there is something to compile.
Result<Program> compile_cached(const spec::Seccomp& profile, const Host& host, int root,
                               Omissions* omissions = nullptr);

}  // namespace masu::seccomp
