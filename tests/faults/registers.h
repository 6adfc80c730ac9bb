// SPDX-License-Identifier: Apache-2.0
//
// A stopped process's system call: made none of at its entry, given another result at its exit.
#pragma once

#include <elf.h>
#include <linux/ptrace.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <unistd.h>

namespace masu::faults {

inline long trace_call(long request, pid_t pid, long address, const void* data) {
  return ::syscall(SYS_ptrace, request, pid, address, data);
}

#if defined(__x86_64__)

using Registers = user_regs_struct;
inline void set_number(Registers& registers, long number) {
  registers.orig_rax = static_cast<unsigned long>(number);
}
inline void set_result(Registers& registers, long result) {
  registers.rax = static_cast<unsigned long>(result);
}

#elif defined(__aarch64__)

using Registers = user_regs_struct;
inline void set_result(Registers& registers, long result) {
  registers.regs[0] = static_cast<unsigned long>(result);
}

#endif

inline bool get_registers(pid_t pid, Registers& registers) {
  iovec vector{&registers, sizeof registers};
  return trace_call(PTRACE_GETREGSET, pid, NT_PRSTATUS, &vector) == 0;
}

inline bool put_registers(pid_t pid, const Registers& registers) {
  const iovec vector{const_cast<Registers*>(&registers), sizeof registers};
  return trace_call(PTRACE_SETREGSET, pid, NT_PRSTATUS, &vector) == 0;
}

/// At the entry: the kernel finds no call to make.
inline bool skip_call(pid_t pid) {
#if defined(__aarch64__)
  int none = -1;
  const iovec vector{&none, sizeof none};
  constexpr long kSystemCall = 0x404;  // NT_ARM_SYSTEM_CALL
  return trace_call(PTRACE_SETREGSET, pid, kSystemCall, &vector) == 0;
#else
  Registers registers{};
  if (!get_registers(pid, registers)) return false;
  set_number(registers, -1);
  return put_registers(pid, registers);
#endif
}

/// At the exit.
inline bool replace_result(pid_t pid, long result) {
  Registers registers{};
  if (!get_registers(pid, registers)) return false;
  set_result(registers, result);
  return put_registers(pid, registers);
}

}  // namespace masu::faults
