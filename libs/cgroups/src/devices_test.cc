// SPDX-License-Identifier: Apache-2.0
#include "masu/cgroups/devices.h"

#include <gtest/gtest.h>

#include <random>

namespace masu::cgroups {
namespace {

constexpr std::uint8_t kAll = kMknod | kRead | kWrite;

spec::DeviceRule rule(bool allow, char type, std::optional<std::int64_t> major,
                      std::optional<std::int64_t> minor, std::uint8_t access) {
  return {.allow = allow,
          .type = type,
          .major = major,
          .minor = minor,
          .read = (access & kRead) != 0,
          .write = (access & kWrite) != 0,
          .mknod = (access & kMknod) != 0};
}
const spec::DeviceRule kDenyAll = rule(false, 'a', {}, {}, kAll);
const spec::DeviceRule kAllowAll = rule(true, 'a', {}, {}, kAll);

/// Runs a device program on one access: the subset of BPF that a verifier would let a compiler of ours emit;
/// anything else, a jump backwards or a read of an unset register fails the test.
bool run(const std::vector<bpf_insn>& program, const bpf_cgroup_dev_ctx& context) {
  std::uint32_t registers[11] = {};
  bool set[11] = {};
  bool context_live = true;  // r1 still points to the context
  for (std::size_t at = 0; at < program.size(); ++at) {
    const bpf_insn& insn = program[at];
    const auto value = static_cast<std::uint32_t>(insn.imm);
    std::uint32_t& to = registers[insn.dst_reg];
    const auto need = [&](unsigned index) {
      ASSERT_TRUE(set[index]) << "r" << index << " is unset at " << at;
    };
    switch (insn.code) {
      case BPF_LDX | BPF_MEM | BPF_W:
        EXPECT_TRUE(insn.src_reg == BPF_REG_1 && context_live && insn.off >= 0 && insn.off <= 8 &&
                    insn.off % 4 == 0);
        to = insn.off == 0 ? context.access_type : insn.off == 4 ? context.major : context.minor;
        break;
      case BPF_ALU | BPF_MOV | BPF_X:
        need(insn.src_reg), to = registers[insn.src_reg];
        break;
      case BPF_ALU | BPF_MOV | BPF_K:
        to = value;
        break;
      case BPF_ALU | BPF_AND | BPF_K:
        need(insn.dst_reg), to &= value;
        break;
      case BPF_ALU | BPF_RSH | BPF_K:
        need(insn.dst_reg), to >>= value;
        break;
      case BPF_JMP32 | BPF_JNE | BPF_K:
      case BPF_JMP32 | BPF_JEQ | BPF_K:
        need(insn.dst_reg);
        EXPECT_GE(insn.off, 0);
        if ((BPF_OP(insn.code) == BPF_JEQ) == (to == value)) at += static_cast<std::size_t>(insn.off);
        continue;
      case BPF_JMP | BPF_EXIT:
        need(0);
        return registers[0] == 1;
      default:
        ADD_FAILURE() << "unexpected instruction " << int{insn.code} << " at " << at;
        return false;
    }
    set[insn.dst_reg] = true;
    if (insn.dst_reg == BPF_REG_1) context_live = false;
  }
  ADD_FAILURE() << "the program does not end in an exit";
  return false;
}

bool runs(const std::vector<bpf_insn>& program, char type, std::uint32_t major, std::uint32_t minor,
          std::uint32_t access) {
  const std::uint32_t kind = type == 'b' ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR;
  return run(program, {.access_type = access << 16 | kind, .major = major, .minor = minor});
}

/// The program and the policy agree on every device that the policy names, on its neighbours, and for every
/// access.
void expect_same(const DevicePolicy& policy) {
  const auto program = compile_device_program(policy);
  std::vector<std::uint32_t> numbers{0, 1, 0xfffff};
  for (const DeviceException& entry : policy.exceptions)
    for (const std::int64_t number : {entry.major, entry.minor})
      if (number >= 0)
        numbers.insert(numbers.end(),
                       {static_cast<std::uint32_t>(number), static_cast<std::uint32_t>(number) + 1});
  for (const char type : {'c', 'b'})
    for (const std::uint32_t major : numbers)
      for (const std::uint32_t minor : numbers)
        for (std::uint8_t access = 1; access <= kAll; ++access)
          ASSERT_EQ(runs(program, type, major, minor, access), policy.allows(type, major, minor, access))
              << type << " " << major << ":" << minor << " " << int{access};
}

TEST(Devices, DefaultListDeniesAllButTheUsual) {
  const std::vector rules{kDenyAll};
  const auto policy = reduce_device_rules(rules);
  ASSERT_TRUE(policy);
  EXPECT_FALSE(policy->allow_by_default);
  EXPECT_EQ(policy->exceptions.size(), 11u);
  EXPECT_TRUE(policy->allows('c', 1, 3, kRead | kWrite));
  EXPECT_TRUE(policy->allows('c', 136, 17, kAll));
  EXPECT_TRUE(policy->allows('c', 10, 200, kRead));
  EXPECT_TRUE(policy->allows('b', 8, 0, kMknod)) << "a node may be made";
  EXPECT_FALSE(policy->allows('b', 8, 0, kRead)) << "but not be opened";
  EXPECT_FALSE(policy->allows('b', 8, 0, kRead | kMknod));
  EXPECT_FALSE(policy->allows('c', 10, 229, kRead | kWrite));
  EXPECT_EQ(*reduce_device_rules({}), *policy) << "no list at all denies the same";
  expect_same(*policy);
}

TEST(Devices, LaterRulesCount) {
  const std::vector rules{kDenyAll, rule(true, 'b', 8, {}, kRead | kWrite), rule(true, 'c', 10, 229, kAll),
                          rule(false, 'c', 10, 229, kWrite)};
  const auto policy = reduce_device_rules(rules);
  ASSERT_TRUE(policy);
  EXPECT_TRUE(policy->allows('b', 8, 3, kRead));
  EXPECT_TRUE(policy->allows('c', 10, 229, kRead));
  EXPECT_FALSE(policy->allows('c', 10, 229, kWrite));
  EXPECT_FALSE(policy->allows('c', 10, 229, kRead | kWrite));
  expect_same(*policy);
}

TEST(Devices, AllResetsWhatWasBefore) {
  const std::vector rules{rule(true, 'b', 8, 0, kAll), kAllowAll, rule(false, 'b', 8, 1, kWrite), kDenyAll};
  EXPECT_EQ(*reduce_device_rules(rules), *reduce_device_rules({}));
}

TEST(Devices, AllowAllButSome) {
  const std::vector rules{kAllowAll, rule(false, 'b', 8, 0, kWrite), rule(false, 'c', 1, 3, kRead)};
  const auto policy = reduce_device_rules(rules);
  ASSERT_TRUE(policy);
  EXPECT_TRUE(policy->allow_by_default);
  EXPECT_TRUE(policy->allows('b', 8, 0, kRead));
  EXPECT_FALSE(policy->allows('b', 8, 0, kRead | kWrite)) << "any denied bit denies";
  EXPECT_TRUE(policy->allows('c', 1, 3, kRead)) << "the runtime's own rules come after the config's";
  EXPECT_TRUE(policy->allows('b', 7, 0, kAll));
  expect_same(*policy);
}

TEST(Devices, HoleInWildcardIsRefused) {
  const std::vector rules{kDenyAll, rule(true, 'b', 8, {}, kAll), rule(false, 'b', 8, 1, kWrite)};
  const auto refused = reduce_device_rules(rules);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().path(), "linux.resources.devices[2]");
  EXPECT_NE(refused.error().message().find("'b 8:1 w'"), std::string::npos) << refused.error().message();
  const std::vector exact{kDenyAll, rule(true, 'b', 8, {}, kAll), rule(false, 'b', 8, {}, kWrite)};
  ASSERT_TRUE(reduce_device_rules(exact));
  EXPECT_FALSE(reduce_device_rules(exact)->allows('b', 8, 1, kWrite));
  const std::vector disjoint{kDenyAll, rule(true, 'b', 8, {}, kRead), rule(false, 'b', 8, 1, kWrite)};
  EXPECT_TRUE(reduce_device_rules(disjoint)) << "it takes nothing that is granted";
}

TEST(Devices, RuleWithoutAccessIsRefused) {
  const std::vector rules{rule(true, 'c', 1, 3, 0)};
  const auto refused = reduce_device_rules(rules);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().path(), "linux.resources.devices[0].access");
}

TEST(Devices, WritesOfDefaultList) {
  const std::vector rules{kDenyAll};
  const auto writes = device_writes(*reduce_device_rules(rules));
  ASSERT_EQ(writes.size(), 12u);
  EXPECT_EQ(writes.front(), (DeviceWrite{false, "a"}));
  EXPECT_EQ(writes[1], (DeviceWrite{true, "c *:* m"}));
  EXPECT_EQ(writes[3], (DeviceWrite{true, "c 1:3 rwm"}));
  EXPECT_EQ(writes[9], (DeviceWrite{true, "c 136:* rwm"}));
  const std::vector open{kAllowAll};
  EXPECT_EQ(device_writes(*reduce_device_rules(open)), (std::vector<DeviceWrite>{{true, "a"}}));
}

TEST(Devices, TransitionIsTheDifference) {
  const auto present = parse_devices_list("c *:* m\nc 1:3 rwm\nb 8:0 rw\n");
  const auto target = parse_devices_list("c *:* m\nc 1:3 rw\nb 8:1 r\n");
  ASSERT_TRUE(present && target);
  EXPECT_EQ(*device_transition(*present, *target),
            (std::vector<DeviceWrite>{{true, "b 8:1 r"}, {false, "c 1:3 m"}, {false, "b 8:0 rw"}}));
  EXPECT_TRUE(device_transition(*present, *present)->empty());
  const auto all = parse_devices_list("a *:* rwm\n");
  ASSERT_TRUE(all);
  EXPECT_TRUE(all->allow_by_default);
  EXPECT_FALSE(device_transition(*all, *target));
}

TEST(Devices, BadListIsRefused) {
  for (const char* bad : {"c 1:3\n", "c 1 rwm\n", "c x:3 rwm\n", "char 1:3 rwm\n", "p 1:3 r\n", "c 1:3 rx\n",
                          "c 1:3 \n", "c -1:3 r\n", "c 4294967296:0 r\n"})
    EXPECT_FALSE(parse_devices_list(bad)) << bad;
  EXPECT_TRUE(parse_devices_list("")->exceptions.empty());
}

TEST(Devices, ProgramAgreesWithRandomPolicies) {
  std::mt19937 random(20261122);
  const auto pick = [&random](std::uint32_t below) { return static_cast<std::uint32_t>(random() % below); };
  for (int round = 0; round < 200; ++round) {
    DevicePolicy policy{.allow_by_default = pick(2) == 0, .exceptions = {}};
    for (std::uint32_t i = pick(12); i > 0; --i)
      policy.exceptions.push_back({.type = pick(2) == 0 ? 'c' : 'b',
                                   .major = static_cast<std::int64_t>(pick(4)) - 1,
                                   .minor = static_cast<std::int64_t>(pick(4)) - 1,
                                   .access = static_cast<std::uint8_t>(1 + pick(kAll))});
    expect_same(policy);
  }
}

}  // namespace
}  // namespace masu::cgroups
