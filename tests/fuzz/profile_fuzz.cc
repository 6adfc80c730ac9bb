// SPDX-License-Identifier: Apache-2.0
//
// Fuzzes the way of a seccomp profile from its text to a program: what the reader and the compiler accept
// must be a program that the kernel takes. (seccomp_fuzz makes profiles that are all well-formed, and more of
// them.)
#include "../support/bpf.h"
#include "masu/seccomp/compile.h"
#include "masu/spec/parse.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <linux/audit.h>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto profile = masu::spec::parse_seccomp({reinterpret_cast<const char*>(data), size});
  if (!profile) {
    if (profile.error().message().empty()) std::abort();
    return 0;
  }
  for (const std::uint32_t arch : {AUDIT_ARCH_X86_64, AUDIT_ARCH_AARCH64}) {
    const auto program = masu::seccomp::compile(*profile, {arch, ~0u});
    if (!program) {
      if (program.error().message().empty()) std::abort();
      continue;
    }
    if (!masu::test::check_program(program->code).empty()) std::abort();
    for (const std::uint32_t nr : {0u, 59u, 231u, 462u, 0x40000000u, 0xffffffffu})
      (void)masu::test::run_program(program->code, masu::test::make_data(arch, nr, {}, false));
  }
  return 0;
}
