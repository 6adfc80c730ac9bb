// SPDX-License-Identifier: Apache-2.0
#include "masu/seccomp/refusals.h"

#include "arch.h"
#include "masu/base/text.h"

#include <cstddef>
#include <cstring>

#include <linux/seccomp.h>
#include <sys/syscall.h>

namespace masu::seccomp {
namespace {

bool is_refusal(std::uint32_t answer) {
  switch (answer & SECCOMP_RET_ACTION_FULL) {
    case SECCOMP_RET_KILL_PROCESS:
    case SECCOMP_RET_KILL_THREAD:
    case SECCOMP_RET_TRAP:
    case SECCOMP_RET_ERRNO:
      return true;
    default:
      return false;
  }
}

bool holds(const sock_filter& at, std::uint32_t a) {
  switch (BPF_OP(at.code)) {
    case BPF_JEQ:
      return a == at.k;
    case BPF_JGT:
      return a > at.k;
    case BPF_JGE:
      return a >= at.k;
    default:
      return (a & at.k) != 0;  // BPF_JSET
  }
}

}  // namespace

Program with_refusals_reported(const Program& program) {
  Program watched;
  watched.flags = program.flags | SECCOMP_FILTER_FLAG_NEW_LISTENER;
  watched.notifies = true;
  watched.code = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
                  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_write, 0, 1),
                  BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
  for (sock_filter instruction : program.code) {
    if (instruction.code == (BPF_RET | BPF_K) && is_refusal(instruction.k))
      instruction.k = SECCOMP_RET_USER_NOTIF;
    watched.code.push_back(instruction);
  }
  return watched;
}

// Programs of our own: the kinds of instructions are those of assembler.h, and every jump lands.
std::uint32_t evaluate(const Program& program, const seccomp_data& call) {
  std::uint32_t a = 0;
  for (std::size_t i = 0; i < program.code.size(); ++i) {
    const sock_filter& at = program.code[i];
    switch (BPF_CLASS(at.code)) {
      case BPF_LD:
        if (at.k > sizeof call - sizeof a) return SECCOMP_RET_KILL_PROCESS;
        std::memcpy(&a, reinterpret_cast<const char*>(&call) + at.k, sizeof a);
        break;
      case BPF_ALU:
        a &= at.k;
        break;
      case BPF_JMP:
        i += BPF_OP(at.code) == BPF_JA ? at.k : holds(at, a) ? at.jt : at.jf;
        break;
      default:
        return at.k;
    }
  }
  return SECCOMP_RET_KILL_PROCESS;
}

std::string call_text(std::uint32_t arch, int number) {
  const auto value = static_cast<std::uint32_t>(number);
  if (const Arch* known = find_arch(arch); known != nullptr && value >= known->base)
    for (std::size_t name = 0; name < call_count(); ++name)
      if (known->number(static_cast<NameId>(name)) == value - known->base)
        return std::string(call_name(static_cast<NameId>(name)));
  return cat("number ", number);
}

}  // namespace masu::seccomp
