// SPDX-License-Identifier: Apache-2.0
#include "masu/dbus/address.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace masu::dbus {
namespace {

using Addresses = std::vector<Address>;

TEST(Address, Parse) {
  EXPECT_EQ(parse_addresses("unix:path=/run/bus").value(), (Addresses{{"/run/bus", false}}));
  EXPECT_EQ(parse_addresses("unix:abstract=/tmp/x,guid=00").value(), (Addresses{{"/tmp/x", true}}));
  EXPECT_EQ(parse_addresses("tcp:host=h,port=1;unix:guid=0,path=/a;unix:path=/b").value(),
            (Addresses{{"/a", false}, {"/b", false}}));
  EXPECT_EQ(parse_addresses("unix:path=/a%20b%2f").value(), (Addresses{{"/a b/", false}}));
}

TEST(Address, Refused) {
  for (const char* bad : {"", "tcp:host=h", "unix:", "unix:path", "unix:path=/a,abstract=b", "unix:path=%",
                          "unix:path=%2", "unix:path=%zz", "unix:path=%00", "autolaunch:", "/run/bus"})
    EXPECT_FALSE(parse_addresses(bad)) << bad;
}

TEST(Address, Buses) {
  EXPECT_EQ(system_bus({}).value(), (Addresses{{"/run/dbus/system_bus_socket", false}}));
  EXPECT_EQ(system_bus({.system_bus = "unix:path=/x"}).value(), (Addresses{{"/x", false}}));
  EXPECT_EQ(session_bus({.euid = 1000}).value(), (Addresses{{"/run/user/1000/bus", false}}));
  EXPECT_EQ(session_bus({.runtime_dir = "/rt", .euid = 1000}).value(), (Addresses{{"/rt/bus", false}}));
  EXPECT_EQ(session_bus({.session_bus = "unix:abstract=s", .runtime_dir = "/rt"}).value(),
            (Addresses{{"s", true}}));
  EXPECT_FALSE(session_bus({.session_bus = "nonsense"}));
}

TEST(Address, EnvironmentIsThatOfTheProcess) {
  ASSERT_EQ(setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/from/env", 1), 0);
  EXPECT_EQ(read_environment().system_bus, "unix:path=/from/env");
  ASSERT_EQ(unsetenv("DBUS_SYSTEM_BUS_ADDRESS"), 0);
  EXPECT_EQ(read_environment().system_bus, "");
}

TEST(Address, Text) {
  EXPECT_EQ((Address{"/a", false}.text()), "unix:path=/a");
  EXPECT_EQ((Address{"a", true}.text()), "unix:abstract=a");
}

}  // namespace
}  // namespace masu::dbus
