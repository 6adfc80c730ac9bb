// SPDX-License-Identifier: Apache-2.0
#include "bpf.h"

namespace masu::test {
namespace {

bool is_conditional_jump(std::uint16_t code) {
  switch (code) {
    case BPF_JMP | BPF_JEQ | BPF_K:
    case BPF_JMP | BPF_JGE | BPF_K:
    case BPF_JMP | BPF_JGT | BPF_K:
    case BPF_JMP | BPF_JSET | BPF_K:
      return true;
    default:
      return false;
  }
}

std::string check_instruction(const sock_filter& at, std::size_t left) {
  if (is_conditional_jump(at.code))
    return at.jt < left && at.jf < left ? "" : "a conditional jump leaves the program";
  switch (at.code) {
    case BPF_RET | BPF_K:
    case BPF_ALU | BPF_AND | BPF_K:
      return "";
    case BPF_LD | BPF_W | BPF_ABS:
      return at.k % 4 == 0 && at.k < sizeof(SeccompData) ? "" : "a load is outside of seccomp_data";
    case BPF_JMP | BPF_JA:
      return at.k < left ? "" : "a jump leaves the program";
    default:
      return "an instruction that neither we nor libseccomp use";
  }
}

// The answer, or nothing if a word beyond the first `words` is read. check_program() has seen each
// instruction.
std::optional<std::uint32_t> run(std::span<const sock_filter> program, const SeccompData& data,
                                 std::size_t words) {
  std::uint32_t a = 0;
  for (const sock_filter* at = program.data();; ++at) {
    switch (at->code) {
      case BPF_LD | BPF_W | BPF_ABS:
        if (at->k / 4 >= words) return std::nullopt;
        a = data[at->k / 4];
        break;
      case BPF_ALU | BPF_AND | BPF_K:
        a &= at->k;
        break;
      case BPF_JMP | BPF_JA:
        at += at->k;
        break;
      case BPF_JMP | BPF_JEQ | BPF_K:
        at += a == at->k ? at->jt : at->jf;
        break;
      case BPF_JMP | BPF_JGE | BPF_K:
        at += a >= at->k ? at->jt : at->jf;
        break;
      case BPF_JMP | BPF_JGT | BPF_K:
        at += a > at->k ? at->jt : at->jf;
        break;
      case BPF_JMP | BPF_JSET | BPF_K:
        at += (a & at->k) != 0 ? at->jt : at->jf;
        break;
      default:
        return at->k;
    }
  }
}

}  // namespace

SeccompData make_data(std::uint32_t arch, std::uint32_t nr, const std::array<std::uint64_t, 6>& args,
                      bool big_endian) {
  SeccompData data{nr, arch, 0, 0};
  for (std::size_t i = 0; i < args.size(); ++i) {
    data[4 + 2 * i + (big_endian ? 1 : 0)] = static_cast<std::uint32_t>(args[i]);
    data[4 + 2 * i + (big_endian ? 0 : 1)] = static_cast<std::uint32_t>(args[i] >> 32);
  }
  return data;
}

std::string check_program(std::span<const sock_filter> program) {
  if (program.empty() || program.size() > BPF_MAXINSNS) return "the length is not 1 to BPF_MAXINSNS";
  for (std::size_t i = 0; i < program.size(); ++i)
    if (auto what = check_instruction(program[i], program.size() - i - 1); !what.empty())
      return "instruction " + std::to_string(i) + ": " + what;
  if (program.back().code != (BPF_RET | BPF_K)) return "the last instruction is no return";
  return "";
}

std::uint32_t run_program(std::span<const sock_filter> program, const SeccompData& data) {
  return *run(program, data, data.size());
}

std::optional<std::uint32_t> answer_without_args(std::span<const sock_filter> program, std::uint32_t arch,
                                                 std::uint32_t nr) {
  return run(program, {nr, arch}, 2);
}

}  // namespace masu::test
