// SPDX-License-Identifier: Apache-2.0
//
// The program's operator new: memory is handed out from one block and given back by the program's end. A call
// of the runtime lives for milliseconds and allocates some hundred kilobytes at most; the general allocator's
// bookkeeping, its mmap(2) calls and their page faults were a tenth of the time before the first clone.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>

namespace {

constexpr std::size_t kBlock = std::size_t{512} * 1024;  // of .bss: costs nothing until it is touched
alignas(std::max_align_t) char block[kBlock];
std::size_t used = 0;

bool is_ours(const void* memory) {
  const auto address = reinterpret_cast<std::uintptr_t>(memory);
  const auto begin = reinterpret_cast<std::uintptr_t>(block);
  return address - begin < kBlock;
}

}  // namespace

void* operator new(std::size_t size) {
  constexpr std::size_t kAlign = alignof(std::max_align_t);
  if (size <= kBlock - used) {
    void* memory = block + used;
    used += (size + kAlign - 1) / kAlign * kAlign;
    if (used > kBlock) used = kBlock;
    return memory;
  }
  // A list of thousands of containers, a ps of as many processes.
  void* memory = std::malloc(size != 0 ? size : 1);
  if (memory == nullptr) std::abort();
  return memory;
}

void* operator new[](std::size_t size) { return operator new(size); }

void operator delete(void* memory) noexcept {
  if (!is_ours(memory)) std::free(memory);
}

void operator delete(void* memory, std::size_t) noexcept { operator delete(memory); }
void operator delete[](void* memory) noexcept { operator delete(memory); }
void operator delete[](void* memory, std::size_t) noexcept { operator delete(memory); }
