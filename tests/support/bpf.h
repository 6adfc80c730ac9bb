// SPDX-License-Identifier: Apache-2.0
//
// An interpreter of the classic BPF that seccomp(2) takes, to ask programs what they answer without loading
// them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include <linux/filter.h>

namespace masu::test {

/// struct seccomp_data as its 16 words: nr, arch, two of the instruction pointer, two for each argument.
using SeccompData = std::array<std::uint32_t, 16>;

/// The words of a call, on a machine of either byte order.
SeccompData make_data(std::uint32_t arch, std::uint32_t nr, const std::array<std::uint64_t, 6>& args,
                      bool big_endian);

/// What breaks the kernel's rules (bpf_check_classic and seccomp_check_filter of Linux 6.1); empty if nothing
/// does.
std::string check_program(std::span<const sock_filter> program);

/// The value that a program, which check_program() accepts, returns.
std::uint32_t run_program(std::span<const sock_filter> program, const SeccompData& data);

/// The answer if the program finds it from arch and number alone, as the kernel must to keep a call in its
/// bitmap of those that are always allowed (kernel/seccomp.c, seccomp_is_const_allow).
std::optional<std::uint32_t> answer_without_args(std::span<const sock_filter> program, std::uint32_t arch,
                                                 std::uint32_t nr);

}  // namespace masu::test
