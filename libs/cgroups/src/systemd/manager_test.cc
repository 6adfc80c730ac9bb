// SPDX-License-Identifier: Apache-2.0
//
// Manager with a unit: over a fake cgroup file system and a fake systemd.
#include "masu/cgroups/manager.h"

#include "../fake_cgroupfs.h"
#include "client.h"
#include "fake_systemd.h"
#include "masu/sys/raw.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace masu::cgroups {
namespace {

using dbus::Value;
using Members = std::vector<std::string>;

constexpr pid_t kPid = 4242;
constexpr char kUnitDir[] = "machine.slice/masu-web.scope";

std::chrono::steady_clock::time_point soon() {
  return std::chrono::steady_clock::now() + std::chrono::seconds(5);
}

class UnitManager : public testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "an ordinary user's units are made by his own systemd";
    cgroups_.mount_v2("", "cpu memory pids",
                      {{"memory.max", "max\n"}, {"pids.max", "max\n"}, {"cpu.weight", "100\n"}});
    cgroups_.put("own", "0::/\n");
    systemd_.on_start = [this](const FakeSystemd::Called&) {
      cgroups_.make("machine.slice");
      cgroups_.make(kUnitDir);
    };
  }

  Result<Manager> plan(const std::string& subgroup = "") {
    const Layout layout =
        detect_layout({.root = cgroups_.root(), .own_cgroups = cgroups_.own_cgroups()}).value();
    return Manager::plan(
        layout,
        {.cgroups_path = "machine.slice:masu:web", .id = "web", .systemd = true, .subgroup = subgroup});
  }

  FakeCgroupfs cgroups_;
  FakeSystemd systemd_;
};

const Value* find(const FakeSystemd::Called& call, std::string_view name) {
  const Value* found = nullptr;
  for (const Value& property : call.arguments.at(2).items())
    if (property.items()[0].text() == name) found = &property.items()[1].items().front();
  return found;
}

TEST_F(UnitManager, PlansThePathWithoutABus) {
  const auto manager = plan();
  ASSERT_TRUE(manager) << manager.error().message();
  EXPECT_TRUE(manager->has_unit());
  EXPECT_EQ(manager->saved().unit.name, "masu-web.scope");
  ASSERT_EQ(manager->directories().size(), 1u);
  EXPECT_EQ(manager->directories().front().path, cgroups_.root() + "/" + kUnitDir);
  EXPECT_EQ(systemd_.take_members(), Members{});
}

TEST_F(UnitManager, StartsAScopeAroundTheProcess) {
  auto manager = plan().value();
  spec::Resources resources;
  resources.memory = {.limit = 1 << 20};
  resources.devices = {{.allow = true, .type = 'c', .major = 10, .minor = 1, .read = true}};
  const auto started =
      manager.start_unit(kPid, resources, {{"org.systemd.property.CollectMode", "'inactive-or-failed'"}});
  ASSERT_TRUE(started) << started.error().message();
  const auto calls = systemd_.take_calls();
  ASSERT_EQ(calls.size(), 1u);
  const auto& call = calls.front();
  EXPECT_EQ(dbus::signature_of(call.arguments), "ssa(sv)a(sa(sv))");
  EXPECT_EQ(call.arguments[0].text(), "masu-web.scope");
  EXPECT_EQ(call.arguments[1].text(), "replace");
  EXPECT_EQ(*find(call, "Slice"), Value::string("machine.slice"));
  EXPECT_EQ(*find(call, "PIDs"), Value::array("u", {Value::uint32(kPid)}));
  EXPECT_EQ(*find(call, "Delegate"), Value::boolean(true));
  EXPECT_EQ(*find(call, "DefaultDependencies"), Value::boolean(false));
  EXPECT_EQ(*find(call, "MemoryMax"), Value::uint64(1 << 20));
  EXPECT_EQ(*find(call, "CollectMode"), Value::string("inactive-or-failed"));
  EXPECT_EQ(*find(call, "DevicePolicy"), Value::string("strict"));
  EXPECT_NE(find(call, "IOAccounting"), nullptr);
  EXPECT_EQ(find(call, "BlockIOAccounting"), nullptr);
  // The process is there: nothing is left to join.
  ASSERT_TRUE(manager.create());
  EXPECT_TRUE(manager.open_join(true).value().empty());
}

TEST_F(UnitManager, AsksForTheVersionOnlyWhereItMatters) {
  auto manager = plan().value();
  spec::Resources resources;
  resources.cpu = {.period = 50000};
  systemd_.version = "241";
  ASSERT_TRUE(manager.start_unit(kPid, resources, {}));
  const auto calls = systemd_.take_calls();
  ASSERT_EQ(calls.size(), 2u);
  EXPECT_EQ(calls[0].member, "Get");
  EXPECT_EQ(find(calls[1], "CPUQuotaPeriodUSec"), nullptr);
  EXPECT_NE(find(calls[1], "CPUQuotaPerSecUSec"), nullptr);
}

TEST_F(UnitManager, ResetsAFailedUnitOfThatName) {
  auto manager = plan().value();
  int starts = 0;
  systemd_.on_call = [&starts](const FakeSystemd::Called& call) {
    return call.member == "StartTransientUnit" && ++starts == 1 ? "org.freedesktop.systemd1.UnitExists" : "";
  };
  const auto started = manager.start_unit(kPid, {}, {});
  ASSERT_TRUE(started) << started.error().message();
  EXPECT_EQ(systemd_.take_members(),
            (Members{"StartTransientUnit", "ResetFailedUnit", "StartTransientUnit"}));
}

TEST_F(UnitManager, LeavesALivingUnitOfThatNameAlone) {
  auto manager = plan().value();
  systemd_.on_call = [](const FakeSystemd::Called& call) {
    return call.member == "StartTransientUnit" ? "org.freedesktop.systemd1.UnitExists" : "";
  };
  const auto started = manager.start_unit(kPid, {}, {});
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().kind(), Kind::exists);
  (void)systemd_.take_calls();
  EXPECT_TRUE(manager.remove(soon()));
  EXPECT_EQ(systemd_.take_members(), Members{}) << "it is somebody else's";
}

TEST_F(UnitManager, NamesTheResultOfAFailedJob) {
  auto manager = plan().value();
  systemd_.result = "timeout";
  const auto started = manager.start_unit(kPid, {}, {});
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().message(), "systemd: start unit 'masu-web.scope': its job ended as 'timeout'");
  EXPECT_EQ(systemd_.take_members(), (Members{"StartTransientUnit", "ResetFailedUnit"}));
}

TEST_F(UnitManager, NamesARefusal) {
  auto manager = plan().value();
  systemd_.on_call = [](const FakeSystemd::Called&) { return "org.freedesktop.DBus.Error.AccessDenied"; };
  const auto started = manager.start_unit(kPid, {}, {});
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().message(),
            "systemd: start unit 'masu-web.scope': no (org.freedesktop.DBus.Error.AccessDenied)");
}

TEST_F(UnitManager, RefusesAnAnnotationBeforeAnyCall) {
  auto manager = plan().value();
  const auto started = manager.start_unit(kPid, {}, {{"org.systemd.property.CollectMode", "inactive"}});
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().kind(), Kind::invalid_spec);
  EXPECT_EQ(systemd_.take_members(), Members{});
}

TEST_F(UnitManager, SubgroupGetsTheProcess) {
  auto manager = plan("payload").value();
  EXPECT_EQ(manager.directories().front().path, cgroups_.root() + "/" + kUnitDir + "/payload");
  const auto started = manager.start_unit(kPid, {}, {});
  ASSERT_TRUE(started) << started.error().message();
  EXPECT_EQ(cgroups_.get(std::string(kUnitDir) + "/payload/cgroup.procs"), "4242");
  EXPECT_FALSE(plan("a/b"));
  EXPECT_FALSE(plan(".."));
}

TEST_F(UnitManager, UpdateTellsSystemdAndWritesTheFiles) {
  auto made = plan().value();
  ASSERT_TRUE(made.start_unit(kPid, {}, {}));
  ASSERT_TRUE(made.create());
  (void)systemd_.take_calls();
  auto manager = Manager::from_saved(made.saved()).value();
  spec::Resources resources;
  resources.memory = {.limit = 4096};
  const auto updated = manager.update(resources);
  ASSERT_TRUE(updated) << updated.error().message();
  const auto calls = systemd_.take_calls();
  ASSERT_EQ(calls.size(), 1u);
  EXPECT_EQ(calls[0].member, "SetUnitProperties");
  EXPECT_EQ(dbus::signature_of(calls[0].arguments), "sba(sv)");
  EXPECT_EQ(calls[0].arguments[1], Value::boolean(true));
  EXPECT_EQ(*find(calls[0], "MemoryMax"), Value::uint64(4096));
  EXPECT_EQ(find(calls[0], "DevicePolicy"), nullptr);
  EXPECT_EQ(cgroups_.get(std::string(kUnitDir) + "/memory.max"), "4096");
}

TEST_F(UnitManager, UpdateThatSystemdRefusesIsTakenBack) {
  auto manager = plan().value();
  ASSERT_TRUE(manager.start_unit(kPid, {}, {}));
  systemd_.on_call = [](const FakeSystemd::Called& call) {
    return call.member == "SetUnitProperties" ? "org.freedesktop.DBus.Error.InvalidArgs" : "";
  };
  spec::Resources resources;
  resources.memory = {.limit = 4096};
  EXPECT_FALSE(manager.update(resources));
  EXPECT_EQ(cgroups_.get(std::string(kUnitDir) + "/memory.max").substr(0, 3), "max");
}

TEST_F(UnitManager, RemoveStopsAndForgets) {
  auto manager = plan().value();
  ASSERT_TRUE(manager.start_unit(kPid, {}, {}));
  (void)systemd_.take_calls();
  const auto removed = Manager::from_saved(manager.saved()).value().remove(soon());
  ASSERT_TRUE(removed) << removed.error().message();
  EXPECT_EQ(systemd_.take_members(), (Members{"StopUnit", "ResetFailedUnit"}));
  EXPECT_FALSE(cgroups_.exists(kUnitDir));
  systemd_.on_call = [](const FakeSystemd::Called&) { return "org.freedesktop.systemd1.NoSuchUnit"; };
  EXPECT_TRUE(Manager::from_saved(manager.saved()).value().remove(soon())) << "gone is gone";
}

TEST_F(UnitManager, WhatWasNeverStartedIsNotStopped) {
  const auto manager = plan().value();
  EXPECT_TRUE(manager.remove(soon()));
  EXPECT_EQ(systemd_.take_members(), Members{});
}

TEST_F(UnitManager, RemoveGoesOnWithoutABus) {
  auto manager = plan().value();
  ASSERT_TRUE(manager.start_unit(kPid, {}, {}));
  setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent", 1);
  sys::fake::fail_nth(2, ENOENT, SYS_connect);  // systemd's own socket neither
  EXPECT_TRUE(manager.remove(soon()));
}

TEST_F(UnitManager, RemoveEndsWhenSystemdHangs) {
  auto manager = plan().value();
  ASSERT_TRUE(manager.start_unit(kPid, {}, {}));
  systemd_.silent_at = "StopUnit";
  const auto removed = manager.remove(std::chrono::steady_clock::now() + std::chrono::milliseconds(200));
  ASSERT_FALSE(removed);
  EXPECT_EQ(removed.error().kind(), Kind::timeout) << removed.error().message();
  EXPECT_FALSE(cgroups_.exists(kUnitDir)) << "the directories go all the same";
}

TEST_F(UnitManager, AttachAsksSystemdWhenTheKernelRefuses) {
  auto manager = plan("payload").value();
  ASSERT_TRUE(manager.start_unit(kPid, {}, {}));
  (void)systemd_.take_calls();
  cgroups_.on_write = [](const FakeCgroupfs::Write& write) {
    return write.path.ends_with("cgroup.procs") ? EACCES : 0;
  };
  const auto attached = manager.attach(77);
  ASSERT_TRUE(attached) << attached.error().message();
  const auto calls = systemd_.take_calls();
  ASSERT_EQ(calls.size(), 1u);
  EXPECT_EQ(calls[0].member, "AttachProcessesToUnit");
  EXPECT_EQ(calls[0].arguments, (dbus::Values{Value::string("masu-web.scope"), Value::string("/payload"),
                                              Value::array("u", {Value::uint32(77)})}));
  cgroups_.on_write = [](const FakeCgroupfs::Write&) { return ESRCH; };
  EXPECT_EQ(manager.attach(77).error().err(), ESRCH) << "no other refusal is systemd's business";
}

// A client by itself, since a manager's own patience is longer than a test's.
TEST_F(UnitManager, ClientGivesUpOnASilentSystemd) {
  const auto in = [](std::int64_t milliseconds) {
    return sys::raw::monotonic_ns() + milliseconds * 1'000'000;
  };
  for (const char* member : {"Hello", "AddMatch", "StartTransientUnit"}) {
    systemd_.silent_at = member;
    auto client = SystemdClient::connect(false, in(200));
    const auto started =
        client ? client->start_transient("a.scope", {}, in(200)) : fail(std::move(client).error());
    ASSERT_FALSE(started) << member;
    EXPECT_EQ(started.error().kind(), Kind::timeout) << member << ": " << started.error().message();
  }
}

TEST(UnitManagerV1, AllHierarchiesAndTheirProperties) {
  if (geteuid() != 0) GTEST_SKIP() << "an ordinary user's units are made by his own systemd";
  FakeCgroupfs cgroups;
  FakeSystemd systemd;
  cgroups.mount_v1("memory", {{"memory.limit_in_bytes", "0"}});
  cgroups.mount_v1("devices", {{"devices.list", "a *:* rwm\n"}, {"devices.allow", ""}, {"devices.deny", ""}});
  cgroups.mount_v1("systemd");
  cgroups.put("own", "3:memory:/\n2:devices:/\n1:name=systemd:/\n");
  const Layout layout = detect_layout({.root = cgroups.root(), .own_cgroups = cgroups.own_cgroups()}).value();
  auto manager =
      Manager::plan(layout, {.cgroups_path = "a-b.slice:x:web", .id = "web", .systemd = true}).value();
  spec::Resources resources;
  resources.memory = {.limit = 4096};
  const auto started = manager.start_unit(kPid, resources, {});
  ASSERT_TRUE(started) << started.error().message();
  const auto calls = systemd.take_calls();
  EXPECT_EQ(*find(calls.front(), "MemoryLimit"), Value::uint64(4096));
  EXPECT_NE(find(calls.front(), "BlockIOAccounting"), nullptr);
  ASSERT_TRUE(manager.create());
  for (const char* hierarchy : {"memory", "devices", "systemd"})
    EXPECT_TRUE(cgroups.exists(std::string(hierarchy) + "/a.slice/a-b.slice/x-web.scope")) << hierarchy;
  EXPECT_EQ(manager.open_join(true).value().size(), 3u) << "systemd leaves out what it does not manage";
}

}  // namespace
}  // namespace masu::cgroups
