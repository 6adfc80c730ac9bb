// SPDX-License-Identifier: Apache-2.0
//
// The device list as a BPF program, and its place on a v2 cgroup. Instructions are written with the kernel's
// own structs: no library, no verifier log unless loading fails.
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/cgroups/devices.h"
#include "masu/sys/raw.h"

#include <cerrno>

#include <linux/bpf.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace masu::cgroups {

namespace raw = sys::raw;

namespace {

// Registers of the program. The context arrives in r1.
constexpr std::uint8_t kContext = BPF_REG_1, kType = BPF_REG_2, kAccess = BPF_REG_3, kMajor = BPF_REG_4,
                       kMinor = BPF_REG_5, kScratch = BPF_REG_1, kAnswer = BPF_REG_0;

bpf_insn instruction(int code, std::uint8_t to, std::uint8_t from, std::int32_t value,
                     std::int16_t jump = 0) {
  bpf_insn out{};
  out.code = static_cast<std::uint8_t>(code);
  out.dst_reg = to & 0xf;
  out.src_reg = from & 0xf;
  out.off = jump;
  out.imm = value;
  return out;
}

bpf_insn load(std::uint8_t to, std::size_t offset) {
  return instruction(BPF_LDX | BPF_MEM | BPF_W, to, kContext, 0, static_cast<std::int16_t>(offset));
}
bpf_insn move(std::uint8_t to, std::uint8_t from) {
  return instruction(BPF_ALU | BPF_MOV | BPF_X, to, from, 0);
}
bpf_insn set(std::uint8_t to, std::int32_t value) {
  return instruction(BPF_ALU | BPF_MOV | BPF_K, to, 0, value);
}
bpf_insn exit() { return instruction(BPF_JMP | BPF_EXIT, 0, 0, 0); }

/// The tests of one exception: each jumps past the exception's end when it does not match.
void append_exception(std::vector<bpf_insn>& program, const DeviceException& entry, bool allow_by_default) {
  std::vector<bpf_insn> block;
  const auto skip_unless_equal = [&block](std::uint8_t value, std::int64_t wanted) {
    block.push_back(instruction(BPF_JMP32 | BPF_JNE | BPF_K, value, 0, static_cast<std::int32_t>(wanted)));
  };
  skip_unless_equal(kType, entry.type == 'b' ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR);
  if (entry.major >= 0) skip_unless_equal(kMajor, entry.major);
  if (entry.minor >= 0) skip_unless_equal(kMinor, entry.minor);
  constexpr std::uint8_t kAll = kMknod | kRead | kWrite;
  if (entry.access != kAll) {
    // A denied device is refused if any bit meets; an allowed one needs all asked bits, so none may be
    // outside.
    const std::int32_t mask = allow_by_default ? entry.access : kAll & ~entry.access;
    block.push_back(move(kScratch, kAccess));
    block.push_back(instruction(BPF_ALU | BPF_AND | BPF_K, kScratch, 0, mask));
    block.push_back(instruction(BPF_JMP32 | (allow_by_default ? BPF_JEQ : BPF_JNE) | BPF_K, kScratch, 0, 0));
  }
  block.push_back(set(kAnswer, allow_by_default ? 0 : 1));
  block.push_back(exit());
  for (std::size_t i = 0; i < block.size(); ++i)
    if (BPF_CLASS(block[i].code) == BPF_JMP32) block[i].off = static_cast<std::int16_t>(block.size() - i - 1);
  program.insert(program.end(), block.begin(), block.end());
}

Result<int> bpf(int command, bpf_attr& attributes, const char* step) {
  const long result = raw::call(SYS_bpf, command, &attributes, sizeof attributes);
  if (result >= 0) return static_cast<int>(result);
  Error error = Error::sys(static_cast<int>(-result), step);
  if (result == -EPERM || result == -EACCES)
    return fail(
        std::move(error).hint("device rules on cgroup v2 need CAP_BPF and CAP_NET_ADMIN, or CAP_SYS_ADMIN"));
  if (result == -EINVAL || result == -ENOSYS)
    return fail(std::move(error).hint("the kernel needs CONFIG_CGROUP_BPF and Linux 4.15"));
  return fail(std::move(error));
}

Result<sys::Fd> load_program(const std::vector<bpf_insn>& program) {
  static constexpr char kLicense[] = "Apache-2.0";
  bpf_attr attributes{};
  attributes.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
  attributes.insns = reinterpret_cast<std::uint64_t>(program.data());
  attributes.insn_cnt = static_cast<std::uint32_t>(program.size());
  attributes.license = reinterpret_cast<std::uint64_t>(kLicense);
  std::string_view("masu_devices").copy(attributes.prog_name, sizeof attributes.prog_name - 1);
  return sys::Fd(TRY(bpf(BPF_PROG_LOAD, attributes, "load the device program")));
}

/// Fds of the programs attached to the cgroup itself.
Result<std::vector<sys::Fd>> open_attached(int cgroup) {
  std::vector<sys::Fd> programs;
  for (const std::uint32_t id : TRY(attached_device_programs(cgroup))) {
    bpf_attr open{};
    open.prog_id = id;
    auto program = bpf(BPF_PROG_GET_FD_BY_ID, open, "open an attached device program");
    if (!program && program.error().err() == ENOENT) continue;  // detached meanwhile
    programs.emplace_back(TRY(std::move(program)));
  }
  return programs;
}

Result<> detach(int cgroup, const sys::Fd& program) {
  bpf_attr attributes{};
  attributes.target_fd = static_cast<std::uint32_t>(cgroup);
  attributes.attach_bpf_fd = static_cast<std::uint32_t>(program.get());
  attributes.attach_type = BPF_CGROUP_DEVICE;
  TRY(bpf(BPF_PROG_DETACH, attributes, "detach a device program"));
  return {};
}

}  // namespace

std::vector<bpf_insn> compile_device_program(const DevicePolicy& policy) {
  std::vector<bpf_insn> program{
      load(kAccess, offsetof(bpf_cgroup_dev_ctx, access_type)),
      load(kMajor, offsetof(bpf_cgroup_dev_ctx, major)),
      load(kMinor, offsetof(bpf_cgroup_dev_ctx, minor)),
      // access_type is access << 16 | type.
      move(kType, kAccess),
      instruction(BPF_ALU | BPF_AND | BPF_K, kType, 0, 0xffff),
      instruction(BPF_ALU | BPF_RSH | BPF_K, kAccess, 0, 16),
  };
  for (const DeviceException& entry : policy.exceptions)
    append_exception(program, entry, policy.allow_by_default);
  program.push_back(set(kAnswer, policy.allow_by_default ? 1 : 0));
  program.push_back(exit());
  return program;
}

Result<std::vector<std::uint32_t>> attached_device_programs(int cgroup) {
  std::vector<std::uint32_t> ids(64);  // the kernel's own limit (BPF_CGROUP_MAX_PROGS)
  bpf_attr attributes{};
  attributes.query.target_fd = static_cast<std::uint32_t>(cgroup);
  attributes.query.attach_type = BPF_CGROUP_DEVICE;
  attributes.query.prog_ids = reinterpret_cast<std::uint64_t>(ids.data());
  attributes.query.prog_cnt = static_cast<std::uint32_t>(ids.size());
  TRY(bpf(BPF_PROG_QUERY, attributes, "list the device programs of the cgroup"));
  ids.resize(attributes.query.prog_cnt);
  return ids;
}

Result<> attach_device_program(int cgroup, const DevicePolicy& policy, bool fresh) {
  const sys::Fd program = TRY(load_program(compile_device_program(policy)));
  const std::vector<sys::Fd> present = fresh ? std::vector<sys::Fd>() : TRY(open_attached(cgroup));
  bpf_attr attributes{};
  attributes.target_fd = static_cast<std::uint32_t>(cgroup);
  attributes.attach_bpf_fd = static_cast<std::uint32_t>(program.get());
  attributes.attach_type = BPF_CGROUP_DEVICE;
  attributes.attach_flags = BPF_F_ALLOW_MULTI;
  if (present.size() == 1) {  // one step from the old list to the new one (Linux 5.6)
    attributes.attach_flags |= BPF_F_REPLACE;
    attributes.replace_bpf_fd = static_cast<std::uint32_t>(present.front().get());
    TRY(bpf(BPF_PROG_ATTACH, attributes, "replace the device program"));
    return {};
  }
  TRY(bpf(BPF_PROG_ATTACH, attributes, "attach the device program"));
  // Every attached program must agree, so the old ones go last: access is never wider than both lists.
  for (const sys::Fd& old : present) TRY(detach(cgroup, old));
  return {};
}

Result<> detach_device_programs(int cgroup) {
  for (const sys::Fd& program : TRY(open_attached(cgroup))) TRY(detach(cgroup, program));
  return {};
}

}  // namespace masu::cgroups
