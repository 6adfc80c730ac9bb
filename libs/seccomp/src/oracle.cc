// SPDX-License-Identifier: Apache-2.0
#include "oracle.h"

#include "masu/base/text.h"
#include "masu/spec/names.h"
#include "masu/spec/parse.h"
#include "masu/sys/fd.h"

#include <seccomp.h>

#include <bit>
#include <cerrno>
#include <cstdlib>
#include <memory>

#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <unistd.h>

namespace masu::seccomp::test {
namespace {

using Filter = std::unique_ptr<void, decltype([](void* filter) { seccomp_release(filter); })>;

// libseccomp's tokens are AUDIT_ARCH_*, and its x32 is ours.
static_assert(SCMP_ARCH_X32 == spec::kArchX32 && SCMP_ARCH_AARCH64 == AUDIT_ARCH_AARCH64);

bool same_number(const Arch& arch, const std::string& name) {
  const int theirs = seccomp_syscall_resolve_name_arch(arch.token, name.c_str());
  const auto id = find_call(name);
  const Number number = id ? arch.number(*id) : kNoNumber;
  if (arch.multiplexed && id && find_multiplex(*id)) return true;  // theirs is a pseudo number
  if (theirs < 0) return number == kNoNumber;
  if (number == kNoNumber) return false;
  const std::uint32_t ours = number < kPrivate ? arch.base + number : kArmPrivateBase + (number - kPrivate);
  return static_cast<std::uint32_t>(theirs) == ours;
}

bool common_name(const std::string& name, const Machine& machine) {
  if (seccomp_syscall_resolve_name(name.c_str()) == __NR_SCMP_ERROR || !find_call(name)) return false;
  for (std::uint32_t token : machine.tokens)
    if (!same_number(*find_arch(token), name)) return false;
  return true;
}

std::uint32_t action(spec::SeccompAction action, std::optional<std::uint32_t> number) {
  if (action.ret != SECCOMP_RET_ERRNO && action.ret != SECCOMP_RET_TRACE) return action.ret;
  return action.ret | (number.value_or(EPERM) & SECCOMP_RET_DATA);
}

scmp_arg_cmp comparison(const spec::SeccompArg& arg) {
  switch (arg.op) {
    case spec::SeccompOp::ne:
      return {arg.index, SCMP_CMP_NE, arg.value, 0};
    case spec::SeccompOp::lt:
      return {arg.index, SCMP_CMP_LT, arg.value, 0};
    case spec::SeccompOp::le:
      return {arg.index, SCMP_CMP_LE, arg.value, 0};
    case spec::SeccompOp::eq:
      return {arg.index, SCMP_CMP_EQ, arg.value, 0};
    case spec::SeccompOp::ge:
      return {arg.index, SCMP_CMP_GE, arg.value, 0};
    case spec::SeccompOp::gt:
      return {arg.index, SCMP_CMP_GT, arg.value, 0};
    case spec::SeccompOp::masked_eq:
      return {arg.index, SCMP_CMP_MASKED_EQ, arg.value, arg.value_two};
  }
  std::abort();
}

// One rule of the profile, as runc adds it (libcontainer/seccomp/seccomp_linux.go, matchCall).
bool add_rule(void* filter, std::uint32_t answer, const std::string& name,
              const std::vector<spec::SeccompArg>& args) {
  const int number = seccomp_syscall_resolve_name(name.c_str());
  std::vector<scmp_arg_cmp> comparisons;
  comparisons.reserve(args.size());
  unsigned counts[6] = {};
  bool twice = false;
  for (const auto& arg : args) {
    comparisons.push_back(comparison(arg));
    twice |= ++counts[arg.index] > 1;
  }
  const auto add = [&](const scmp_arg_cmp* first, unsigned count) {
    return seccomp_rule_add_array(filter, answer, number, count, first) == 0;
  };
  if (!twice) return add(comparisons.data(), static_cast<unsigned>(comparisons.size()));
  for (const auto& one : comparisons)
    if (!add(&one, 1)) return false;
  return true;
}

bool is_answer(std::uint32_t value) {
  switch (value & SECCOMP_RET_ACTION_FULL) {
    case SECCOMP_RET_ERRNO:
    case SECCOMP_RET_TRACE:
      return true;
    case SECCOMP_RET_KILL_PROCESS:
    case SECCOMP_RET_KILL_THREAD:
    case SECCOMP_RET_TRAP:
    case SECCOMP_RET_USER_NOTIF:
    case SECCOMP_RET_LOG:
    case SECCOMP_RET_ALLOW:
      return (value & SECCOMP_RET_DATA) == 0;
    default:
      return false;
  }
}

std::vector<sock_filter> export_program(void* filter, bool swapped) {
  const sys::Fd file(memfd_create("filter", MFD_CLOEXEC));
  if (seccomp_export_bpf(filter, file.get()) != 0) std::abort();
  const auto size = static_cast<std::size_t>(lseek(file.get(), 0, SEEK_END));
  std::vector<sock_filter> program(size / sizeof(sock_filter));
  if (pread(file.get(), program.data(), size, 0) != static_cast<ssize_t>(size)) std::abort();
  if (swapped) {
    for (sock_filter& instruction : program) {
      instruction.code = std::byteswap(instruction.code);
      // libseccomp 2.5.4 swaps the value of some returns twice.
      if (instruction.code != (BPF_RET | BPF_K) || !is_answer(instruction.k))
        instruction.k = std::byteswap(instruction.k);
    }
  }
  return program;
}

}  // namespace

const std::vector<Machine>& machines() {
  static const std::vector<Machine> all = {
      {"x86_64", {AUDIT_ARCH_X86_64, AUDIT_ARCH_I386, spec::kArchX32}},
      {"x86_64_alone", {AUDIT_ARCH_X86_64}},
      {"aarch64", {AUDIT_ARCH_AARCH64, AUDIT_ARCH_ARM}},
      {"riscv64", {AUDIT_ARCH_RISCV64}},
      {"ppc64le", {AUDIT_ARCH_PPC64LE}},
      {"ppc64", {AUDIT_ARCH_PPC64, AUDIT_ARCH_PPC}},
      {"s390x", {AUDIT_ARCH_S390X, AUDIT_ARCH_S390}},
      {"mips64", {AUDIT_ARCH_MIPS64, AUDIT_ARCH_MIPS, AUDIT_ARCH_MIPS64N32}},
      {"mipsel64", {AUDIT_ARCH_MIPSEL64, AUDIT_ARCH_MIPSEL, AUDIT_ARCH_MIPSEL64N32}},
      {"parisc", {AUDIT_ARCH_PARISC64, AUDIT_ARCH_PARISC}},
  };
  return all;
}

spec::Seccomp common_names(spec::Seccomp profile, const Machine& machine) {
  profile.architectures = machine.tokens;
  for (auto& rule : profile.syscalls)
    std::erase_if(rule.names, [&](const std::string& name) { return !common_name(name, machine); });
  return profile;
}

std::optional<std::vector<sock_filter>> libseccomp_filter(const spec::Seccomp& profile,
                                                          const Machine& machine) {
  const std::uint32_t otherwise = action(profile.default_action, profile.default_errno_ret);
  const Filter filter(seccomp_init(otherwise));
  if (filter == nullptr) std::abort();
  if (seccomp_arch_remove(filter.get(), SCMP_ARCH_NATIVE) != 0) std::abort();
  for (std::uint32_t token : machine.tokens)
    if (seccomp_arch_add(filter.get(), token) != 0) std::abort();
  for (const auto& rule : profile.syscalls) {
    const std::uint32_t answer = action(rule.action, rule.errno_ret);
    if (answer == otherwise) continue;
    for (const std::string& name : rule.names)
      if (!add_rule(filter.get(), answer, name, rule.args)) return std::nullopt;
  }
  const bool big = find_arch(machine.tokens.front())->big_endian;
  return export_program(filter.get(), big != (std::endian::native == std::endian::big));
}

spec::Seccomp load_profile(const std::string& file, const Machine& machine) {
  auto text = sys::read_file(std::string(MASU_PROFILES) + "/" + file);
  if (!text) std::abort();
  auto config = spec::parse_config(
      cat(R"({"ociVersion": "1.2.0", "root": {"path": "rootfs"}, "linux": {"seccomp": )", *text, "}}"));
  if (!config) {
    (void)!write(2, config.error().message().c_str(), config.error().message().size());
    std::abort();
  }
  spec::Seccomp profile = std::move(*config->linux_.seccomp);
  profile.architectures = machine.tokens;
  return profile;
}

}  // namespace masu::seccomp::test
