// SPDX-License-Identifier: Apache-2.0
//
// Writes a classic BPF program from its end to its start: jumps in BPF go forward only, so every target is
// known when the jump to it is written. A target farther than the 8 bits of a conditional jump is reached
// through a `ja` or, if it is a return, through a copy of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <linux/filter.h>

namespace masu::seccomp {

class Assembler {
 public:
  /// An instruction that was written: its distance from the program's end.
  using Label = std::size_t;

  /// A `ret` of this value: one that is near, or a new one.
  Label answer(std::uint32_t value);
  /// if (A `op` k) goto yes; else goto no. `op` is BPF_JEQ, BPF_JGT, BPF_JGE or BPF_JSET.
  Label branch(std::uint16_t op, std::uint32_t k, Label yes, Label no);
  /// A = the word at this offset of seccomp_data, then on to `next`, which was the last to be written.
  Label load(std::uint32_t offset, Label next);
  /// A &= mask, then on to `next`, which was the last to be written.
  Label mask(std::uint32_t mask, Label next);

  std::size_t size() const { return reversed_.size(); }
  /// The program, first instruction first; this object is spent.
  std::vector<sock_filter> take();

 private:
  Label write(std::uint16_t code, std::uint32_t k, std::uint8_t yes = 0, std::uint8_t no = 0);
  std::uint8_t distance(Label target) const;
  Label bring_near(Label target);

  std::vector<sock_filter> reversed_;
  struct Answer {
    std::uint32_t value;
    Label label;  ///< the latest
  };
  std::vector<Answer> answers_;
};

}  // namespace masu::seccomp
