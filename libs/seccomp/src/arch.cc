// SPDX-License-Identifier: Apache-2.0
#include "arch.h"

#include "masu/spec/names.h"

#include <array>

#include <linux/audit.h>

namespace masu::seccomp {
namespace {

#include "syscalls.inc"

constexpr Arch little(std::uint32_t token, unsigned word, const Number* numbers, std::uint32_t base = 0) {
  return {token, token, word, false, false, base, numbers};
}
constexpr Arch big(std::uint32_t token, unsigned word, const Number* numbers, std::uint32_t base = 0) {
  return {token, token, word, true, false, base, numbers};
}
constexpr Arch multiplexed(Arch arch) {
  arch.multiplexed = true;
  return arch;
}

constexpr Arch kArchs[] = {
    little(AUDIT_ARCH_X86_64, 64, kX8664),
    multiplexed(little(AUDIT_ARCH_I386, 32, kI386)),
    {spec::kArchX32, AUDIT_ARCH_X86_64, 32, false, false, kX32Bit, kX32},
    little(AUDIT_ARCH_AARCH64, 64, kArm64),
    little(AUDIT_ARCH_ARM, 32, kArm),
    little(AUDIT_ARCH_RISCV64, 64, kRiscv64),
    little(AUDIT_ARCH_LOONGARCH64, 64, kLoongarch64),
    multiplexed(little(AUDIT_ARCH_PPC64LE, 64, kPpc64)),
    multiplexed(big(AUDIT_ARCH_PPC64, 64, kPpc64)),
    multiplexed(big(AUDIT_ARCH_PPC, 32, kPpc)),
    multiplexed(big(AUDIT_ARCH_S390X, 64, kS390x)),
    multiplexed(big(AUDIT_ARCH_S390, 32, kS390)),
    multiplexed(big(AUDIT_ARCH_MIPS, 32, kMipsO32, 4000)),
    multiplexed(little(AUDIT_ARCH_MIPSEL, 32, kMipsO32, 4000)),
    big(AUDIT_ARCH_MIPS64, 64, kMipsN64, 5000),
    little(AUDIT_ARCH_MIPSEL64, 64, kMipsN64, 5000),
    big(AUDIT_ARCH_MIPS64N32, 32, kMipsN32, 6000),
    little(AUDIT_ARCH_MIPSEL64N32, 32, kMipsN32, 6000),
    big(AUDIT_ARCH_PARISC, 32, kParisc),
    big(AUDIT_ARCH_PARISC64, 64, kParisc64),
    multiplexed(big(AUDIT_ARCH_M68K, 32, kM68k)),
    multiplexed(little(AUDIT_ARCH_SHEL, 32, kSh)),
    multiplexed(big(AUDIT_ARCH_SH, 32, kSh)),
};

// FNV-1a: good enough for a table whose keys are known.
constexpr std::uint32_t hash_name(std::string_view name) {
  std::uint32_t hash = 2166136261u;
  for (char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  return hash ^ (hash >> 15);
}

constexpr std::size_t kSlots = 1024;
static_assert(std::size(kNames) * 2 <= kSlots);

// Open addressing with linear probing, made by the compiler: a slot holds a name's index + 1, or 0.
constexpr auto kNameTable = [] {
  std::array<NameId, kSlots> table{};
  for (std::size_t id = 0; id < std::size(kNames); ++id) {
    std::size_t slot = hash_name(kNames[id]) % kSlots;
    while (table[slot] != 0) slot = (slot + 1) % kSlots;
    table[slot] = static_cast<NameId>(id + 1);
  }
  return table;
}();

constexpr NameId id_of(std::string_view name) {
  for (std::size_t id = 0; id < std::size(kNames); ++id)
    if (kNames[id] == name) return static_cast<NameId>(id);
  return kNoNumber;
}

struct Multiplexed {
  NameId name;
  Multiplex by;
};

constexpr NameId kSocketcall = id_of("socketcall");
constexpr NameId kIpc = id_of("ipc");

// Selectors: SYS_* of <linux/net.h>; SEMOP … of <linux/ipc.h>.
constexpr Multiplexed kMultiplexed[] = {
    {id_of("socket"), {kSocketcall, 1}},
    {id_of("bind"), {kSocketcall, 2}},
    {id_of("connect"), {kSocketcall, 3}},
    {id_of("listen"), {kSocketcall, 4}},
    {id_of("accept"), {kSocketcall, 5}},
    {id_of("getsockname"), {kSocketcall, 6}},
    {id_of("getpeername"), {kSocketcall, 7}},
    {id_of("socketpair"), {kSocketcall, 8}},
    {id_of("send"), {kSocketcall, 9}},
    {id_of("recv"), {kSocketcall, 10}},
    {id_of("sendto"), {kSocketcall, 11}},
    {id_of("recvfrom"), {kSocketcall, 12}},
    {id_of("shutdown"), {kSocketcall, 13}},
    {id_of("setsockopt"), {kSocketcall, 14}},
    {id_of("getsockopt"), {kSocketcall, 15}},
    {id_of("sendmsg"), {kSocketcall, 16}},
    {id_of("recvmsg"), {kSocketcall, 17}},
    {id_of("accept4"), {kSocketcall, 18}},
    {id_of("recvmmsg"), {kSocketcall, 19}},
    {id_of("sendmmsg"), {kSocketcall, 20}},
    {id_of("semop"), {kIpc, 1}},
    {id_of("semget"), {kIpc, 2}},
    {id_of("semctl"), {kIpc, 3}},
    {id_of("semtimedop"), {kIpc, 4}},
    {id_of("msgsnd"), {kIpc, 11}},
    {id_of("msgrcv"), {kIpc, 12}},
    {id_of("msgget"), {kIpc, 13}},
    {id_of("msgctl"), {kIpc, 14}},
    {id_of("shmat"), {kIpc, 21}},
    {id_of("shmdt"), {kIpc, 22}},
    {id_of("shmget"), {kIpc, 23}},
    {id_of("shmctl"), {kIpc, 24}},
};

}  // namespace

const Arch* find_arch(std::uint32_t token) {
  for (const Arch& arch : kArchs)
    if (arch.token == token) return &arch;
  return nullptr;
}

std::uint32_t native_arch() {
#if defined(__x86_64__)
  return AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
  return AUDIT_ARCH_AARCH64;
#elif defined(__riscv) && __riscv_xlen == 64
  return AUDIT_ARCH_RISCV64;
#elif defined(__loongarch64)
  return AUDIT_ARCH_LOONGARCH64;
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
  return AUDIT_ARCH_PPC64LE;
#elif defined(__s390x__)
  return AUDIT_ARCH_S390X;
#elif defined(__i386__)
  return AUDIT_ARCH_I386;
#elif defined(__arm__)
  return AUDIT_ARCH_ARM;
#else
#error "which AUDIT_ARCH_ is this?"
#endif
}

std::optional<NameId> find_call(std::string_view name) {
  for (std::size_t slot = hash_name(name) % kSlots; kNameTable[slot] != 0; slot = (slot + 1) % kSlots) {
    const NameId id = static_cast<NameId>(kNameTable[slot] - 1);
    if (kNames[id] == name) return id;
  }
  return std::nullopt;
}

std::size_t call_count() { return std::size(kNames); }

std::string_view call_name(NameId name) { return kNames[name]; }

std::optional<Multiplex> find_multiplex(NameId name) {
  for (const Multiplexed& entry : kMultiplexed)
    if (entry.name == name) return entry.by;
  return std::nullopt;
}

}  // namespace masu::seccomp
