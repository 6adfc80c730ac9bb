// SPDX-License-Identifier: Apache-2.0
#include "masu/criu/message.h"

#include "masu/protobuf/wire.h"

#include <gtest/gtest.h>

#include <string>

namespace masu::criu {
namespace {

using namespace std::string_literals;

// "9=4 13='/rootfs'": fields in order; messages within messages in braces.
std::string spell(std::string_view bytes, std::string_view messages) {
  std::string text;
  protobuf::Reader in(bytes);
  while (in.next().value_or(false)) {
    text += (text.empty() ? "" : " ") + std::to_string(in.field()) + "=";
    const bool nested =
        (" " + std::string(messages) + " ").find(" " + std::to_string(in.field()) + " ") != std::string::npos;
    if (nested)
      text += "{" + spell(in.bytes(), "") + "}";
    else if (!in.bytes().empty())
      text += "'" + std::string(in.bytes()) + "'";
    else
      text += std::to_string(in.number());
  }
  return text;
}

std::string options_of(std::string_view request) {
  protobuf::Reader in(request);
  while (in.next().value_or(false))
    if (in.field() == 2) return spell(in.bytes(), "11 25 27 39");
  return "none";
}

TEST(EncodeRequest, OfTheVersionIsItsTypeAlone) {
  EXPECT_EQ(encode_request(Action::version, nullptr), "\x08\x0a"s);
  EXPECT_EQ(encode_feature_check(), "\x08\x09\x2a\x04\x08\x01\x10\x01"s);
  EXPECT_EQ(encode_notified(true), "\x08\x06\x18\x01"s);
  EXPECT_EQ(encode_notified(false), "\x08\x06\x18\x00"s);
}

TEST(EncodeRequest, SendsNothingThatWasNotAskedFor) {
  Options options;
  options.images_dir = 5;
  const std::string request = encode_request(Action::dump, &options);
  EXPECT_TRUE(request.starts_with("\x08\x01\x12"));
  EXPECT_EQ(options_of(request), "1=5 9=4 12=1");
}

TEST(EncodeRequest, HasEachOptionInItsField) {
  Options options;
  options.images_dir = 5;
  options.work_dir = 6;
  options.log_file = "dump.log";
  options.pid = 42;
  options.root = "/b/rootfs";
  options.leave_running = options.ext_unix_sockets = options.tcp_established = options.tcp_close = true;
  options.tcp_skip_in_flight = options.link_remap = options.evasive_devices = options.shell_job = true;
  options.file_locks = options.auto_dedup = options.lazy_pages = options.track_memory = true;
  options.orphan_pts_master = options.restore_sibling = true;
  options.parent_images = "../pre";
  options.page_server = PageServer{"127.0.0.1", 9999};
  options.cgroup_mode = CgroupMode::soft;
  options.cgroup_roots = {{"", "/web"}, {"cpu,cpuacct", "/web"}};
  options.freeze_cgroup = "/sys/fs/cgroup/web";
  options.inherited = {{"pipe:[7]", 1}, {"extRootNetNS", 9}};
  options.external = {"mnt[/etc/hosts]:/etc/hosts", "net[99]:extRootNetNS"};
  options.empty_namespaces = 0x40000000;
  options.joined = {{"ipc", "/proc/1/ns/ipc"}};
  options.status_fd = 3;
  options.config_file = "/etc/criu/runc.conf";
  options.lsm_profile = "apparmor:x";
  options.lsm_mount_context = "system_u:object_r:x";
  options.network_lock = NetworkLock::nftables;
  EXPECT_EQ(
      options_of(encode_request(Action::restore, &options)),
      "1=5 2=42 3=1 4=1 5=1 6=1 7=1 8=1 9=4 10='dump.log' 11={1='127.0.0.1' 2=9999} 12=1 13='/b/rootfs' "
      "14='../pre' 15=1 16=1 17=6 18=1 24=1 25={1=0 2='/web'} 25={1='cpu,cpuacct' 2='/web'} 26=1 "
      "27={1='pipe:[7]' 2=1} 27={1='extRootNetNS' 2=9} 34=3 37='mnt[/etc/hosts]:/etc/hosts' "
      "37='net[99]:extRootNetNS' 38=1073741824 39={1='ipc' 2='/proc/1/ns/ipc'} 44='/sys/fs/cgroup/web' 46=1 "
      "48=1 49=3 50=1 51='/etc/criu/runc.conf' 52=1 53='apparmor:x' 63='system_u:object_r:x' 64=2");
}

TEST(EncodeRequest, TellsIgnoredCgroupsFromTheStandard) {
  Options options;
  options.images_dir = 5;
  options.cgroup_mode = CgroupMode::ignore;
  EXPECT_EQ(options_of(encode_request(Action::dump, &options)), "1=5 9=4 12=1 24=1 34=0");
}

TEST(ParseResponse, ReadsEachAnswer) {
  const auto version = parse_response("\x08\x0a\x10\x01\x52\x08\x08\x03\x10\x11\x1a\x00\x20\x01"s);
  ASSERT_TRUE(version) << version.error().message();
  EXPECT_EQ(version->action, Action::version);
  EXPECT_TRUE(version->success);
  EXPECT_EQ(version->version, (Version{3, 17, 1}));

  const auto notice = parse_response("\x08\x06\x10\x01\x2a\x0d\x0a\x09post-dump\x10\x2a"s);
  ASSERT_TRUE(notice) << notice.error().message();
  EXPECT_EQ(notice->action, Action::notify);
  EXPECT_EQ(notice->script, "post-dump");
  EXPECT_EQ(notice->script_pid, 42);

  const auto restored = parse_response("\x08\x02\x10\x01\x22\x03\x08\xb9\x60"s);
  ASSERT_TRUE(restored) << restored.error().message();
  EXPECT_EQ(restored->restored_pid, 12345);

  const auto failed = parse_response("\x08\x01\x10\x00\x38\x03\x4a\x02no"s);
  ASSERT_TRUE(failed) << failed.error().message();
  EXPECT_FALSE(failed->success);
  EXPECT_EQ(failed->error_number, 3);
  EXPECT_EQ(failed->error_text, "no");

  const auto features = parse_response("\x08\x09\x10\x01\x42\x04\x08\x01\x10\x00"s);
  ASSERT_TRUE(features) << features.error().message();
  EXPECT_TRUE(features->features.memory_tracking);
  EXPECT_FALSE(features->features.lazy_pages);
}

TEST(ParseResponse, RefusesWhatIsNone) {
  for (const std::string& bytes :
       {""s, "\x08\x01"s, "\x10\x01"s, "junk"s, "\x08\x01\x10\x01\x2a\x05\x0a\x09"s,
        "\x08\x01\x10\x01\x22\x01\x08"s, "\x08\x01\x10\x01\x22\x06\x08\xff\xff\xff\xff\x7f"s,
        "\x08\x01\x10\x01\x52\x0b\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"s})
    EXPECT_FALSE(parse_response(bytes)) << testing::PrintToString(bytes);
}

}  // namespace
}  // namespace masu::criu
