// SPDX-License-Identifier: Apache-2.0
#include "assembler.h"

#include <algorithm>
#include <cassert>

namespace masu::seccomp {
namespace {

// A conditional jump skips at most 255 instructions. Bringing one target near may write one instruction,
// which moves the other target one farther.
constexpr std::size_t kReach = 254;

}  // namespace

Assembler::Label Assembler::answer(std::uint32_t value) {
  for (Answer& answer : answers_) {
    if (answer.value != value) continue;
    if (size() - answer.label > kReach) answer.label = write(BPF_RET | BPF_K, value);
    return answer.label;
  }
  const Label label = write(BPF_RET | BPF_K, value);
  answers_.push_back({value, label});
  return label;
}

Assembler::Label Assembler::branch(std::uint16_t op, std::uint32_t k, Label yes, Label no) {
  yes = bring_near(yes);
  no = bring_near(no);
  return write(static_cast<std::uint16_t>(BPF_JMP | BPF_K | op), k, distance(yes), distance(no));
}

Assembler::Label Assembler::load(std::uint32_t offset, Label next) {
  assert(next + 1 == size());
  (void)next;
  return write(BPF_LD | BPF_W | BPF_ABS, offset);
}

Assembler::Label Assembler::mask(std::uint32_t mask, Label next) {
  assert(next + 1 == size());
  (void)next;
  return write(BPF_ALU | BPF_AND | BPF_K, mask);
}

std::vector<sock_filter> Assembler::take() {
  std::reverse(reversed_.begin(), reversed_.end());
  return std::move(reversed_);
}

Assembler::Label Assembler::write(std::uint16_t code, std::uint32_t k, std::uint8_t yes, std::uint8_t no) {
  reversed_.push_back({code, yes, no, k});
  return size() - 1;
}

std::uint8_t Assembler::distance(Label target) const {
  assert(size() - target - 1 <= 255);
  return static_cast<std::uint8_t>(size() - target - 1);
}

Assembler::Label Assembler::bring_near(Label target) {
  if (size() - target <= kReach) return target;
  const sock_filter& there = reversed_[target];
  if (there.code == (BPF_RET | BPF_K)) return answer(there.k);
  return write(BPF_JMP | BPF_JA, static_cast<std::uint32_t>(size() - target - 1));
}

}  // namespace masu::seccomp
