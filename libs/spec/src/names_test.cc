// SPDX-License-Identifier: Apache-2.0
#include "masu/spec/names.h"

#include <gtest/gtest.h>

#include <set>

#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>

namespace masu::spec {
namespace {

// Every name of a table is found and unique; every value has a name that leads back to it.
template <class T>
void expect_both_ways(Table<T> table) {
  std::set<std::string_view> names;
  for (const auto& [name, value] : table) {
    EXPECT_TRUE(names.insert(name).second) << name;
    EXPECT_EQ(find_value(table, name), value) << name;
    EXPECT_EQ(find_value(table, find_name(table, value)), value) << name;
  }
  EXPECT_FALSE(find_value(table, "nonsense"));
  EXPECT_FALSE(find_value(table, ""));
}

TEST(Names, TablesReadBothWays) {
  expect_both_ways(capabilities());
  expect_both_ways(namespaces());
  expect_both_ways(rlimits());
  expect_both_ways(propagations());
  expect_both_ways(clocks());
  expect_both_ways(scheduler_policies());
  expect_both_ways(scheduler_flags());
  expect_both_ways(io_priority_classes());
  expect_both_ways(memory_policy_modes());
  expect_both_ways(memory_policy_flags());
  expect_both_ways(personalities());
  expect_both_ways(seccomp_actions());
  expect_both_ways(seccomp_architectures());
  expect_both_ways(seccomp_operators());
  expect_both_ways(seccomp_flags());
  EXPECT_EQ(find_name(capabilities(), 63), "");
}

TEST(Names, CapabilitiesAreCompleteAndInTheOrderOfTheirBits) {
  for (std::size_t bit = 0; bit < capabilities().size(); ++bit)
    EXPECT_EQ(capabilities()[bit].value, static_cast<int>(bit)) << capabilities()[bit].name;
  EXPECT_EQ(capabilities().back().value, CAP_LAST_CAP);
  EXPECT_EQ(find_value(capabilities(), "CAP_SYS_ADMIN"), 21);
}

TEST(Names, ValuesAreTheKernels) {
  EXPECT_EQ(find_value(namespaces(), "pid"), static_cast<std::uint64_t>(CLONE_NEWPID));
  EXPECT_EQ(find_value(namespaces(), "network"), static_cast<std::uint64_t>(CLONE_NEWNET));
  EXPECT_EQ(find_value(namespaces(), "mount"), static_cast<std::uint64_t>(CLONE_NEWNS));
  EXPECT_EQ(find_value(namespaces(), "ipc"), static_cast<std::uint64_t>(CLONE_NEWIPC));
  EXPECT_EQ(find_value(namespaces(), "uts"), static_cast<std::uint64_t>(CLONE_NEWUTS));
  EXPECT_EQ(find_value(namespaces(), "user"), static_cast<std::uint64_t>(CLONE_NEWUSER));
  EXPECT_EQ(find_value(namespaces(), "cgroup"), static_cast<std::uint64_t>(CLONE_NEWCGROUP));
  EXPECT_EQ(find_value(namespaces(), "time"), 0x80u);
  EXPECT_EQ(rlimits().size(), static_cast<std::size_t>(RLIM_NLIMITS));
  EXPECT_EQ(find_value(propagations(), "rshared"), static_cast<std::uint64_t>(MS_SHARED | MS_REC));
  EXPECT_EQ(find_value(scheduler_policies(), "SCHED_BATCH"), SCHED_BATCH);
  EXPECT_EQ(find_value(scheduler_policies(), "SCHED_IDLE"), SCHED_IDLE);
  EXPECT_EQ(find_value(seccomp_actions(), "SCMP_ACT_KILL"), SECCOMP_RET_KILL_THREAD);
  EXPECT_EQ(find_value(seccomp_actions(), "SCMP_ACT_NOTIFY"), SECCOMP_RET_USER_NOTIF);
  EXPECT_EQ(find_value(seccomp_architectures(), "SCMP_ARCH_RISCV64"),
            static_cast<std::uint32_t>(AUDIT_ARCH_RISCV64));
  EXPECT_EQ(find_value(seccomp_flags(), "SECCOMP_FILTER_FLAG_SPEC_ALLOW"), SECCOMP_FILTER_FLAG_SPEC_ALLOW);
}

TEST(Names, FindsSignals) {
  const std::pair<std::string_view, int> known[] = {
      {"TERM", SIGTERM},  {"SIGTERM", SIGTERM}, {"term", SIGTERM},  {"sigkill", SIGKILL},
      {"SigHup", SIGHUP}, {"15", 15},           {"9", 9},           {"0", 0},
      {"64", 64},         {"WINCH", SIGWINCH},  {"POLL", SIGIO},    {"IO", SIGIO},
      {"CLD", SIGCHLD},   {"IOT", SIGABRT},     {"RTMIN", 34},      {"SIGRTMIN+3", 37},
      {"rtmin+30", 64},   {"RTMAX", 64},        {"SIGRTMAX-1", 63}, {"RTMAX-30", 34},
      {"RTMIN+0", 34},
  };
  for (const auto& [text, number] : known) EXPECT_EQ(find_signal(text), number) << text;
  for (const std::string_view text :
       {"",       "SIG",      "FOO",     "SIGFOO",   "65",         "-1",         "+9",
        "9x",     "1 ",       " 9",      "TERM ",    "SIGSIGTERM", "RTMIN+31",   "RTMIN-1",
        "RTMIN+", "RTMIN+-1", "RTMAX+1", "RTMAX-31", "RTMAXX",     "99999999999"})
    EXPECT_FALSE(find_signal(text)) << text;
}

TEST(Names, NamesSignals) {
  EXPECT_EQ(signal_name(SIGTERM), "SIGTERM");
  EXPECT_EQ(signal_name(SIGABRT), "SIGABRT");
  EXPECT_EQ(signal_name(34), "SIGRTMIN");
  EXPECT_EQ(signal_name(64), "SIGRTMIN+30");
  for (const int none : {0, -1, 32, 33, 65}) EXPECT_EQ(signal_name(none), "") << none;
  for (int signal = 1; signal <= 64; ++signal) {
    if (signal == 32 || signal == 33) continue;
    EXPECT_EQ(find_signal(signal_name(signal)), signal);
  }
}

}  // namespace
}  // namespace masu::spec
