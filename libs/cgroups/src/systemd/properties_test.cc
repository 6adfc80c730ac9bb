// SPDX-License-Identifier: Apache-2.0
#include "masu/cgroups/unit_properties.h"

#include <gtest/gtest.h>

#include <string>

namespace masu::cgroups {
namespace {

using dbus::Value;
using namespace std::string_literals;

constexpr int kNew = 257;

/// "Name=value" of each property: numbers in decimal, lists as their items.
std::string text_of(const Value& value) {
  if (value.is("ay")) {
    std::string out;
    for (const char byte : value.text()) out += std::to_string(static_cast<unsigned char>(byte)) + ".";
    return out;
  }
  if (value.is("s")) return value.text();
  if (value.items().empty() && value.type() != 'a') return std::to_string(value.number());
  std::string out;
  for (const Value& item : value.items()) out += (out.empty() ? "" : " ") + text_of(item);
  return "[" + out + "]";
}
using Lines = std::vector<std::string>;
Lines lines(const Properties& properties) {
  Lines out;
  for (const Property& property : properties) out.push_back(property.name + "=" + text_of(property.value));
  return out;
}
Lines of_v2(const spec::Resources& resources, int version = kNew) {
  return lines(limit_properties(settings_v2(resources).value(), version));
}
Lines of_v1(const spec::Resources& resources, int version = kNew) {
  return lines(limit_properties(settings_v1(resources).value(), version));
}
Lines of_unified(const std::map<std::string, std::string>& unified, int version = kNew) {
  spec::Resources resources;
  resources.unified = unified;
  return of_v2(resources, version);
}

TEST(UnitProperties, MemoryAndPids) {
  spec::Resources resources;
  resources.memory = {.limit = 100, .reservation = 50, .swap = 150};
  resources.pids_limit = 7;
  EXPECT_EQ(of_v2(resources), (Lines{"MemorySwapMax=50", "MemoryMax=100", "MemoryLow=50", "TasksMax=7"}));
  EXPECT_EQ(of_v1(resources), (Lines{"MemoryLimit=100", "TasksMax=7"}));
  resources.memory = {.limit = -1};
  resources.pids_limit = -1;
  EXPECT_EQ(of_v2(resources), (Lines{"MemorySwapMax=18446744073709551615", "MemoryMax=18446744073709551615",
                                     "TasksMax=18446744073709551615"}));
  EXPECT_EQ(of_v1(resources), (Lines{"MemoryLimit=18446744073709551615", "TasksMax=18446744073709551615"}));
  resources = {};
  resources.pids_limit = 0;
  EXPECT_EQ(of_v2(resources), (Lines{"TasksMax=1"})) << "0 is refused by systemd";
}

TEST(UnitProperties, Cpu) {
  spec::Resources resources;
  resources.cpu = {.shares = 512, .quota = 25500, .period = 50000, .cpus = "0-2,9", .mems = "0"};
  EXPECT_EQ(of_v2(resources), (Lines{"CPUWeight=59", "AllowedCPUs=7.2.", "AllowedMemoryNodes=1.",
                                     "CPUQuotaPeriodUSec=50000", "CPUQuotaPerSecUSec=510000"}));
  EXPECT_EQ(of_v2(resources, 243),
            (Lines{"CPUWeight=59", "CPUQuotaPeriodUSec=50000", "CPUQuotaPerSecUSec=510000"}));
  EXPECT_EQ(of_v2(resources, 241), (Lines{"CPUWeight=59", "CPUQuotaPerSecUSec=510000"}));
  const Lines v1 = of_v1(resources);
  EXPECT_EQ(v1.front(), "CPUShares=512");
  EXPECT_EQ(v1.back(), "CPUQuotaPerSecUSec=510000");
}

TEST(UnitProperties, QuotaIsRoundedUpToWholePercents) {
  spec::Resources resources;
  resources.cpu = {.quota = 12345};
  EXPECT_EQ(of_v2(resources), (Lines{"CPUQuotaPerSecUSec=130000"})) << "of the kernel's period of 100 ms";
  resources.cpu = {.quota = -1, .period = 20000};
  EXPECT_EQ(of_v2(resources), (Lines{"CPUQuotaPeriodUSec=20000", "CPUQuotaPerSecUSec=18446744073709551615"}));
  EXPECT_EQ(of_v1(resources), (Lines{"CPUQuotaPeriodUSec=20000", "CPUQuotaPerSecUSec=18446744073709551615"}));
  EXPECT_EQ(of_unified({{"cpu.max", "9223372036854775807 1"}}),
            (Lines{"CPUQuotaPeriodUSec=1", "CPUQuotaPerSecUSec=18446744073709551615"}));
  EXPECT_EQ(of_unified({{"cpu.max", "5 0"}}),
            (Lines{"CPUQuotaPeriodUSec=0", "CPUQuotaPerSecUSec=18446744073709551615"}));
}

TEST(UnitProperties, IdleIsTheWeightZero) {
  spec::Resources resources;
  resources.cpu = {.shares = 512, .idle = 1};
  EXPECT_EQ(of_v2(resources), (Lines{"CPUWeight=0"}));
  EXPECT_EQ(of_v2(resources, 251), Lines{});
  EXPECT_EQ(of_unified({{"cpu.idle", "1"}, {"cpu.weight", "77"}}), (Lines{"CPUWeight=0"}));
  EXPECT_EQ(of_unified({{"cpu.idle", "1"}, {"cpu.weight", "77"}}, 251), (Lines{"CPUWeight=77"}));
  EXPECT_EQ(of_unified({{"cpu.idle", "0"}, {"cpu.weight", "77"}}), (Lines{"CPUWeight=77"}));
}

TEST(UnitProperties, BlockIo) {
  spec::Resources resources;
  resources.block_io.emplace();
  resources.block_io->weight = 500;
  resources.block_io->weight_device = {{8, 16, 1000, {}}};
  resources.block_io->throttle_read_bps_device = {{8, 0, 1024}, {8, 16, 2048}};
  resources.block_io->throttle_write_iops_device = {{8, 0, 10}};
  EXPECT_EQ(of_v2(resources), (Lines{"IOWeight=4950", "IODeviceWeight=[[/dev/block/8:16 10000]]",
                                     "IOReadBandwidthMax=[[/dev/block/8:0 1024] [/dev/block/8:16 2048]]",
                                     "IOWriteIOPSMax=[[/dev/block/8:0 10]]"}));
  EXPECT_EQ(of_v1(resources), (Lines{"BlockIOWeight=500", "BlockIODeviceWeight=[[/dev/block/8:16 1000]]",
                                     "BlockIOReadBandwidth=[[/dev/block/8:0 1024] [/dev/block/8:16 2048]]"}));
}

TEST(UnitProperties, Unified) {
  EXPECT_EQ(of_unified({{"memory.max", "max"},
                        {"memory.high", "5"},
                        {"memory.min", "3"},
                        {"pids.max", "4"},
                        {"cpu.max", "max 50000"}}),
            (Lines{"MemoryHigh=5", "MemoryMax=18446744073709551615", "MemoryMin=3", "TasksMax=4",
                   "CPUQuotaPeriodUSec=50000", "CPUQuotaPerSecUSec=18446744073709551615"}));
  EXPECT_EQ(
      of_unified({{"io.weight", "default 42\n8:16 7"}, {"io.max", "8:16 rbps=1 wbps=max riops=3 wiops=4"}}),
      (Lines{"IOReadBandwidthMax=[[/dev/block/8:16 1]]",
             "IOWriteBandwidthMax=[[/dev/block/8:16 18446744073709551615]]",
             "IOReadIOPSMax=[[/dev/block/8:16 3]]", "IOWriteIOPSMax=[[/dev/block/8:16 4]]", "IOWeight=42",
             "IODeviceWeight=[[/dev/block/8:16 7]]"}));
  EXPECT_EQ(of_unified({{"cpuset.cpus", " 1 \n"}}), (Lines{"AllowedCPUs=2."}));
}

TEST(UnitProperties, UnifiedOverrides) {
  spec::Resources resources;
  resources.memory = {.limit = 100};
  resources.unified = {{"memory.max", "200"}};
  EXPECT_EQ(of_v2(resources), (Lines{"MemoryMax=200"}));
}

TEST(UnitProperties, WhatCannotBeReadIsLeftToTheKernel) {
  EXPECT_EQ(of_unified({{"memory.max", "1G"},
                        {"pids.max", ""},
                        {"cpu.weight", "-5"},
                        {"cpuset.cpus", "x"},
                        {"io.weight", "a b c"},
                        {"io.max", "8:16"},
                        {"cpu.max", "fast"},
                        {"hugetlb.2MB.max", "5"},
                        {"memory.oom.group", "1"}}),
            Lines{});
}

TEST(UnitProperties, DependsOnVersion) {
  spec::Resources resources;
  resources.memory = {.limit = 1};
  EXPECT_FALSE(depends_on_version(settings_v2(resources).value()));
  resources.cpu = {.period = 5};
  EXPECT_TRUE(depends_on_version(settings_v2(resources).value()));
  EXPECT_TRUE(depends_on_version(settings_v1(resources).value()));
}

TEST(UnitProperties, OomPolicy) {
  const auto policy = [](const char* value, int version) {
    spec::Resources resources;
    resources.unified = {{"memory.oom.group", value}};
    const auto property = oom_policy(settings_v2(resources).value(), version);
    return property ? property->value.text() : "none"s;
  };
  EXPECT_EQ(policy("1", 253), "kill");
  EXPECT_EQ(policy("0", 253), "continue");
  EXPECT_EQ(policy("1", 252), "none");
  EXPECT_EQ(policy("2", 253), "none");
}

TEST(UnitProperties, Devices) {
  const DevicePolicy list{.allow_by_default = false,
                          .exceptions = {{'c', 1, 3, kRead | kWrite | kMknod},
                                         {'c', 136, -1, kRead | kWrite},
                                         {'b', -1, -1, kMknod},
                                         {'b', -1, 5, kRead}}};
  EXPECT_EQ(lines(device_properties(list)),
            (Lines{"DevicePolicy=strict", "DeviceAllow=[]",
                   "DeviceAllow=[[/dev/char/1:3 rwm] [char-136 rw] [block-* m]]"}));
  EXPECT_EQ(lines(device_properties({.allow_by_default = true, .exceptions = {{'c', 1, 3, kRead}}})),
            (Lines{"DevicePolicy=auto", "DeviceAllow=[]"}));
}

TEST(UnitProperties, CpuMask) {
  EXPECT_EQ(cpu_mask("0"), "\1");
  EXPECT_EQ(cpu_mask("1,3,5,7"), "\xaa");
  EXPECT_EQ(cpu_mask("8"), "\0\1"s);
  EXPECT_EQ(cpu_mask("0-15"), "\xff\xff");
  EXPECT_EQ(cpu_mask(" 0 , 2 "), "\5");
  EXPECT_EQ(cpu_mask(""), "");
  for (const char* bad : {"a", "1-", "-1", "3-1", "0-9999", "1;2", "4294967296"})
    EXPECT_EQ(cpu_mask(bad), std::nullopt) << bad;
}

TEST(UnitProperties, Version) {
  EXPECT_EQ(parse_systemd_version("252.22-1~deb12u1"), 252);
  EXPECT_EQ(parse_systemd_version("v245.4-1.fc32"), 245);
  EXPECT_EQ(parse_systemd_version("261"), 261);
  EXPECT_EQ(parse_systemd_version("UNKNOWN"), 0);
  EXPECT_EQ(parse_systemd_version(""), 0);
}

Result<Properties> annotated(const char* name, const char* value) {
  return annotation_properties({{std::string("org.systemd.property.") + name, value}});
}

TEST(UnitAnnotations, Values) {
  EXPECT_EQ(annotated("CollectMode", "'inactive-or-failed'").value(),
            (Properties{{"CollectMode", Value::string("inactive-or-failed")}}));
  EXPECT_EQ(annotated("TimeoutStopUSec", "uint64 5000").value(),
            (Properties{{"TimeoutStopUSec", Value::uint64(5000)}}));
  EXPECT_EQ(annotated("After", "['a.service']").value(),
            (Properties{{"After", Value::array("s", {Value::string("a.service")})}}));
  EXPECT_EQ(annotation_properties({{"other", "x"}, {"org.systemd.propertyX", "x"}}).value(), Properties{});
}

TEST(UnitAnnotations, SecondsBecomeMicroseconds) {
  const Properties five{{"TimeoutStopUSec", Value::uint64(5'000'000)}};
  for (const char* value : {"5", "uint64 5", "byte 5", "int16 5", "5.0", "@x 5"})
    EXPECT_EQ(annotated("TimeoutStopSec", value).value(), five) << value;
  EXPECT_EQ(annotated("TimeoutStopSec", "0.5").value().front().value, Value::uint64(500'000));
  EXPECT_EQ(annotated("SomeUSec", "uint64 5").value(), (Properties{{"SomeUSec", Value::uint64(5)}}));
  for (const char* bad : {"-5", "'5'", "uint64 18446744073709551615", "-0.5", "1e300", "nan", "true", "[5]"})
    EXPECT_FALSE(annotated("TimeoutStopSec", bad)) << bad;
}

TEST(UnitAnnotations, Refused) {
  for (const char* name : {"", "A", "Ab", "Has Blank", "Has-Dash", "Über"})
    EXPECT_FALSE(annotated(name, "true")) << name;
  const auto bad = annotated("CollectMode", "inactive");
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().kind(), Kind::invalid_spec);
  EXPECT_EQ(bad.error().path(), "annotations.org.systemd.property.CollectMode");
}

}  // namespace
}  // namespace masu::cgroups
