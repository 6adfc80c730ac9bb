// SPDX-License-Identifier: Apache-2.0
//
// The client against the reference implementation: dbus-daemon(1), on a socket and with a configuration of
// the test's own.
#include "masu/dbus/connection.h"
#include "masu/sys/raw.h"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <string>

#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace masu::dbus {
namespace {

std::int64_t soon() { return sys::raw::monotonic_ns() + 10'000'000'000; }

const Call kListNames{
    "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "ListNames", {}};

class Daemon : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/masu-dbus-XXXXXX";
    ASSERT_NE(mkdtemp(name), nullptr);
    dir_ = name;
    std::ofstream(dir_ + "/config")
        << R"(<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
  "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=)"
        << dir_ << R"(/bus</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
    <deny send_interface="org.example" send_member="Forbidden"/>
  </policy>
</busconfig>
)";
    const std::string config = "--config-file=" + dir_ + "/config";
    std::string program = "dbus-daemon";
    char* arguments[] = {program.data(), const_cast<char*>(config.c_str()), const_cast<char*>("--nofork"),
                         const_cast<char*>("--nopidfile"), nullptr};
    const int spawned = posix_spawnp(&pid_, "dbus-daemon", nullptr, nullptr, arguments, environ);
    if (spawned == ENOENT) GTEST_SKIP() << "dbus-daemon is not installed (Debian: dbus-daemon)";
    ASSERT_EQ(spawned, 0);
    struct stat info;
    for (int i = 0; i < 500 && stat((dir_ + "/bus").c_str(), &info) != 0; ++i) usleep(10'000);
  }
  void TearDown() override {
    if (pid_ > 0) {
      kill(pid_, SIGTERM);
      waitpid(pid_, nullptr, 0);
    }
    for (const char* file : {"/config", "/bus", ""}) (void)::remove((dir_ + file).c_str());
  }
  Result<Connection> connect() { return Connection::open({{dir_ + "/bus", false}}, Peer::bus, soon()); }

  std::string dir_;
  pid_t pid_ = -1;
};

TEST_F(Daemon, AnswersCalls) {
  auto bus = connect();
  ASSERT_TRUE(bus) << bus.error().message();
  const auto reply = bus->call(kListNames, soon());
  ASSERT_TRUE(reply) << reply.error().message();
  ASSERT_TRUE(reply->ok()) << reply->error_text;
  ASSERT_EQ(reply->values.front().signature(), "as");
  EXPECT_EQ(reply->values.front().items().front().text(), "org.freedesktop.DBus");
}

TEST_F(Daemon, ErrorsHaveNames) {
  auto bus = connect();
  ASSERT_TRUE(bus) << bus.error().message();
  const auto unknown = bus->call({"org.example.Nobody", "/", "org.example", "Do", {}}, soon());
  ASSERT_TRUE(unknown) << unknown.error().message();
  EXPECT_TRUE(unknown->is_error("org.freedesktop.DBus.Error.ServiceUnknown")) << unknown->error_name;
  EXPECT_FALSE(unknown->error_text.empty());
  const auto forbidden = bus->call({"org.freedesktop.DBus", "/", "org.example", "Forbidden", {}}, soon());
  ASSERT_TRUE(forbidden) << forbidden.error().message();
  EXPECT_TRUE(forbidden->is_error("org.freedesktop.DBus.Error.AccessDenied")) << forbidden->error_name;
}

TEST_F(Daemon, DeliversSignals) {
  auto listener = connect();
  ASSERT_TRUE(listener) << listener.error().message();
  ASSERT_TRUE(
      listener->subscribe("org.freedesktop.DBus", "NameOwnerChanged", "org.freedesktop.DBus", soon()));
  auto owner = connect();
  ASSERT_TRUE(owner) << owner.error().message();
  const auto owned = owner->call({"org.freedesktop.DBus",
                                  "/org/freedesktop/DBus",
                                  "org.freedesktop.DBus",
                                  "RequestName",
                                  {Value::string("org.example.Masu"), Value::uint32(0)}},
                                 soon());
  ASSERT_TRUE(owned && owned->ok());
  for (;;) {
    const auto signal = listener->next_signal(soon());
    ASSERT_TRUE(signal) << signal.error().message();
    const Values values = signal->values().value();
    ASSERT_EQ(signature_of(values), "sss");
    if (values[0].text() == "org.example.Masu") break;
  }
}

// One client calls another: every type passes the daemon, which checks what it forwards and drops who sends
// garbage.
TEST_F(Daemon, AllTypesPass) {
  auto bus = connect();
  ASSERT_TRUE(bus) << bus.error().message();
  const Values values{
      Value::number('y', 1),
      Value::boolean(true),
      Value::number('n', static_cast<std::uint64_t>(-1)),
      Value::number('q', 2),
      Value::number('i', static_cast<std::uint64_t>(-3)),
      Value::uint32(4),
      Value::number('x', static_cast<std::uint64_t>(-5)),
      Value::uint64(6),
      Value::real(0.5),
      Value::string("grün"),
      Value::object_path("/a/b"),
      Value::type_signature("a{sv}"),
      Value::bytes("bytes"),
      Value::array("(sv)", {Value::structure({Value::string("k"), Value::variant(Value::array("s", {}))})}),
      Value::array("{sv}", {Value::entry(Value::string("k"), Value::variant(Value::uint64(7)))}),
      Value::array("t", {}),
      Value::variant(Value::structure({Value::number('y', 1), Value::uint64(8)}))};
  const auto refused = bus->call(
      {"org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "GetNameOwner", values},
      soon());
  ASSERT_TRUE(refused) << refused.error().message();
  EXPECT_TRUE(refused->is_error("org.freedesktop.DBus.Error.InvalidArgs")) << refused->error_name;
  EXPECT_TRUE(bus->call(kListNames, soon())) << "the daemon must not have dropped us";
}

}  // namespace
}  // namespace masu::dbus
