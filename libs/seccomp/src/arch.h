// SPDX-License-Identifier: Apache-2.0
//
// The architectures of the runtime-spec: how each numbers its calls and lays out their arguments.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace masu::seccomp {

/// The bit in the call number that marks an x32 call.
inline constexpr std::uint32_t kX32Bit = 0x40000000;

/// Where ARM's private calls (breakpoint, cacheflush, set_tls …) start: far above the others.
inline constexpr std::uint32_t kArmPrivateBase = 0x0f0000;

/// A call's index in the sorted list of all names.
using NameId = std::uint16_t;

/// A call's number without the base of its architecture; private calls of ARM are kPrivate + n.
using Number = std::uint16_t;
inline constexpr Number kPrivate = 0x8000;
inline constexpr Number kNoNumber = 0xffff;

struct Arch {
  std::uint32_t token;  ///< AUDIT_ARCH_* or spec::kArchX32, as in a profile
  std::uint32_t audit;  ///< seccomp_data.arch
  unsigned word;        ///< bits of an argument that are compared: 32 or 64
  bool big_endian;
  bool multiplexed;    ///< socket and System V IPC calls may go through socketcall(2) and ipc(2)
  std::uint32_t base;  ///< added to each number
  const Number* numbers;

  Number number(NameId name) const { return numbers[name]; }
};

/// The architecture of this token; nullptr if there is none.
const Arch* find_arch(std::uint32_t token);
/// AUDIT_ARCH_* that this program was built for.
std::uint32_t native_arch();

std::optional<NameId> find_call(std::string_view name);
std::size_t call_count();
std::string_view call_name(NameId name);

/// The call that multiplexes `name` on some architectures, and the first argument that selects it there
/// (socketcall(2), ipc(2)); nothing for all others.
struct Multiplex {
  NameId call;
  std::uint32_t selector;
};
std::optional<Multiplex> find_multiplex(NameId name);

}  // namespace masu::seccomp
