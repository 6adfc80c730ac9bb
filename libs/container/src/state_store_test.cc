// SPDX-License-Identifier: Apache-2.0
#include "state_store.h"

#include "masu/sys/raw.h"
#include "test_support.h"

#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

namespace masu::container {
namespace {

Record make_record() {
  Record record;
  record.oci_version = "1.2.0";
  record.id = "web";
  record.bundle = "/b \"quoted\"\n";
  record.rootfs = "/b/rootfs";
  record.created = "2026-01-02T03:04:05.000000006Z";
  record.boot_id = "boot";
  record.owner_uid = 4294967295u;
  record.pid = 1234;
  record.start_time = 18446744073709551615ull;
  record.ready = true;
  record.private_pids = true;
  record.systemd_cgroup = true;
  record.has_cgroups = true;
  record.cgroups.kind = cgroups::LayoutKind::hybrid;
  record.cgroups.root = "/sys/fs/cgroup";
  record.cgroups.rootless = true;
  record.cgroups.unit = {.name = "x-web.scope", .slice = "a.slice", .subgroup = "payload", .user = true};
  record.cgroups.directories = {
      {"cpu,cpuacct", "/sys/fs/cgroup/cpu,cpuacct", "/sys/fs/cgroup/cpu,cpuacct/web"},
      {"", "/sys/fs/cgroup/unified", "/sys/fs/cgroup/unified/web"}};
  record.descriptors = {"/dev/null", "pipe:[12]", "pipe:[13]"};
  record.annotations = {{"a.key", "a value"}, {"empty", ""}, {"unicode", "枡 \x01"}};
  return record;
}

class StateStoreTest : public testing::Test {
 protected:
  StateStore store() { return std::move(*StateStore::open(root_.path("state"), true)); }
  mode_t mode(const std::string& name) {
    struct stat info{};
    EXPECT_EQ(lstat(root_.path(name).c_str(), &info), 0) << name;
    return info.st_mode & 07777;
  }
  test::TemporaryDirectory root_;
};

TEST(CheckId, TakesWhatIsOneHarmlessFileName) {
  for (const auto* id : {"a", "web-1", "A_b+c.d", "0", "-dash", "+", "_"}) EXPECT_TRUE(check_id(id)) << id;
  EXPECT_TRUE(check_id(std::string(255, 'x')));
}

TEST(CheckId, RefusesTheRest) {
  for (const auto* id : {"", ".", "..", ".hidden", "a/b", "/", "a b", "a\n", "ä", "a:b", "a*", "a\\b"}) {
    const auto checked = check_id(id);
    ASSERT_FALSE(checked) << id;
    EXPECT_EQ(checked.error().kind(), Kind::usage);
  }
  EXPECT_FALSE(check_id(std::string(256, 'x')));
  EXPECT_FALSE(check_id(std::string("a\0b", 3)));
}

TEST_F(StateStoreTest, TheRootIsMadeForItsOwnerAlone) {
  EXPECT_TRUE(StateStore::open(root_.path("deep/down/state"), true));
  EXPECT_EQ(mode("deep/down/state"), 0700u);
  const auto missing = StateStore::open(root_.path("missing"), false);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind(), Kind::not_found);
}

TEST_F(StateStoreTest, AnIdIsTakenOnce) {
  const auto s = store();
  const auto entry = s.create("web");
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->id(), "web");
  EXPECT_EQ(mode("state/web"), 0711u & ~static_cast<unsigned>(umask(umask(0))));
  const auto again = s.create("web");
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind(), Kind::exists);
  EXPECT_NE(again.error().message().find("container with given ID already exists"), std::string::npos);
  EXPECT_FALSE(s.create("../web"));
}

TEST_F(StateStoreTest, ARecordComesBackWhole) {
  const auto s = store();
  const auto entry = s.create("web");
  ASSERT_TRUE(entry);
  const Record written = make_record();
  ASSERT_TRUE(entry->write(written));
  EXPECT_EQ(mode("state/web/state.json"), 0600u);
  const auto found = s.find("web");
  ASSERT_TRUE(found);
  const auto read = found->read();
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_EQ(read->oci_version, written.oci_version);
  EXPECT_EQ(read->id, written.id);
  EXPECT_EQ(read->bundle, written.bundle);
  EXPECT_EQ(read->rootfs, written.rootfs);
  EXPECT_EQ(read->created, written.created);
  EXPECT_EQ(read->boot_id, written.boot_id);
  EXPECT_EQ(read->owner_uid, written.owner_uid);
  EXPECT_EQ(read->pid, written.pid);
  EXPECT_EQ(read->start_time, written.start_time);
  EXPECT_EQ(read->ready, written.ready);
  EXPECT_EQ(read->private_pids, written.private_pids);
  EXPECT_EQ(read->systemd_cgroup, written.systemd_cgroup);
  EXPECT_EQ(read->has_cgroups, written.has_cgroups);
  EXPECT_EQ(read->annotations, written.annotations);
  EXPECT_EQ(read->cgroups.kind, written.cgroups.kind);
  EXPECT_EQ(read->cgroups.root, written.cgroups.root);
  EXPECT_EQ(read->cgroups.rootless, written.cgroups.rootless);
  EXPECT_EQ(read->cgroups.unit.name, "x-web.scope");
  EXPECT_EQ(read->cgroups.unit.slice, "a.slice");
  EXPECT_EQ(read->cgroups.unit.subgroup, "payload");
  EXPECT_TRUE(read->cgroups.unit.user);
  ASSERT_EQ(read->cgroups.directories.size(), 2u);
  EXPECT_EQ(read->cgroups.directories[0].controllers, "cpu,cpuacct");
  EXPECT_EQ(read->cgroups.directories[0].path, "/sys/fs/cgroup/cpu,cpuacct/web");
  EXPECT_TRUE(read->cgroups.directories[1].is_v2());
  EXPECT_EQ(read->cgroups.directories[1].mount, "/sys/fs/cgroup/unified");
}

TEST(Record, RefusesWhatNobodyHasWritten) {
  const std::string good = to_json(make_record());
  const auto refusal = [&](std::string_view part, std::string_view instead) {
    std::string text = good;
    const auto at = text.find(part);
    EXPECT_NE(at, std::string::npos) << part;
    const auto record = parse_record(text.replace(at, part.size(), instead));
    return record ? "accepted" : record.error().message();
  };
  EXPECT_EQ(refusal(R"("init_process_pid":1234)", R"("init_process_pid":-1)"),
            "init_process_pid: -1 is not between 0 and 2147483647");
  EXPECT_EQ(refusal(R"("init_process_pid":1234)", R"("init_process_pid":2147483648)"),
            "init_process_pid: 2147483648 is not between 0 and 2147483647");
  EXPECT_EQ(refusal(R"("kind":2)", R"("kind":4)"), "cgroups.kind: 4 is not between 0 and 3");
  EXPECT_EQ(refusal(R"("kind":2)", R"("kind":-1)"), "cgroups.kind: -1 is not between 0 and 3");
  EXPECT_EQ(refusal(R"("id":"web",)", ""), "id: must be given");
  EXPECT_EQ(refusal(R"("ready":true)", R"("ready":1)"), "ready: expected true or false, found 1");
  EXPECT_EQ(refusal("}", ""),
            "line 1, column " + std::to_string(good.size()) + ": expected ',' or '}', found the end");
}

TEST_F(StateStoreTest, ALaterRecordReplacesTheFirst) {
  const auto s = store();
  const auto entry = s.create("web");
  Record record = make_record();
  ASSERT_TRUE(entry->write(record));
  record.pid = 77;
  record.annotations.clear();
  ASSERT_TRUE(entry->write(record));
  EXPECT_EQ(entry->read()->pid, 77);
  EXPECT_TRUE(entry->read()->annotations.empty());
  EXPECT_FALSE(entry->has("state.json.new"));
}

// Cut at every byte: an error each time, never a record with holes.
TEST_F(StateStoreTest, APartialFileIsAnError) {
  const auto s = store();
  const auto entry = s.create("web");
  ASSERT_TRUE(entry->write(make_record()));
  const std::string whole = test::read_text(root_.path("state/web/state.json"));
  for (std::size_t length = 0; length < whole.size(); length += 7) {
    test::write_text(root_.path("state/web/state.json"), whole.substr(0, length));
    const auto read = entry->read();
    ASSERT_FALSE(read) << length;
    EXPECT_NE(read.error().kind(), Kind::not_found) << length;
    EXPECT_NE(read.error().message().find("web"), std::string::npos) << read.error().message();
  }
}

TEST_F(StateStoreTest, ADamagedFileIsAnError) {
  const auto s = store();
  const auto entry = s.create("web");
  for (const auto* text : {"[]", "{}", "null", "\xff\xfe", "{\"id\":7}"}) {
    test::write_text(root_.path("state/web/state.json"), text);
    EXPECT_FALSE(entry->read()) << text;
  }
  // A value of the wrong type or range among right ones.
  ASSERT_TRUE(entry->write(make_record()));
  std::string text = test::read_text(root_.path("state/web/state.json"));
  const auto at = text.find("\"init_process_pid\":1234");
  ASSERT_NE(at, std::string::npos) << text;
  test::write_text(root_.path("state/web/state.json"),
                   text.replace(at, 23, "\"init_process_pid\":99999999999"));
  EXPECT_FALSE(entry->read());
}

TEST_F(StateStoreTest, UnknownIds) {
  const auto s = store();
  const auto none = s.find("web");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind(), Kind::not_found);
  EXPECT_NE(none.error().message().find("container does not exist"), std::string::npos);
  // A directory without a state: a create that was killed in its first instructions.
  const auto entry = s.create("web");
  const auto read = entry->read();
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().kind(), Kind::not_found);
  // A link or a file of that name is no container.
  ASSERT_EQ(symlink("web", root_.path("state/link").c_str()), 0);
  test::write_text(root_.path("state/file"), "");
  EXPECT_FALSE(s.find("link"));
  EXPECT_FALSE(s.find("file"));
  EXPECT_EQ(s.find("../state").error().kind(), Kind::usage);
}

TEST_F(StateStoreTest, RemovalTakesAllAndMayBeRepeated) {
  const auto s = store();
  const auto entry = s.create("web");
  ASSERT_TRUE(entry->write(make_record()));
  ASSERT_TRUE(entry->write_config("{}"));
  test::write_text(root_.path("outside"), "stays");
  ASSERT_EQ(symlink(root_.path("outside").c_str(), root_.path("state/web/link").c_str()), 0);
  EXPECT_TRUE(s.remove("web"));
  EXPECT_NE(access(root_.path("state/web").c_str(), F_OK), 0);
  EXPECT_EQ(test::read_text(root_.path("outside")), "stays");
  EXPECT_TRUE(s.remove("web"));
  EXPECT_TRUE(s.ids().value().empty());
  EXPECT_FALSE(entry->write(make_record()));  // the directory is gone, and stays so
}

TEST_F(StateStoreTest, IdsAreSortedAndFit) {
  const auto s = store();
  for (const auto* id : {"b", "a", "c"}) ASSERT_TRUE(s.create(id));
  test::write_text(root_.path("state/.hidden"), "");
  EXPECT_EQ(s.ids().value(), (std::vector<std::string>{"a", "b", "c"}));
}

TEST_F(StateStoreTest, TheKeptConfig) {
  const auto s = store();
  const auto entry = s.create("web");
  EXPECT_FALSE(entry->read_config());
  ASSERT_TRUE(
      entry->write_config("{\"ociVersion\": \"1.0.2\", \"root\": {\"path\": \"r\"}, \"linux\": {},"
                          " \"process\": {\"args\": [\"sh\"], \"cwd\": \"/\", \"user\": {}}}"));
  const auto config = entry->read_config();
  ASSERT_TRUE(config) << config.error().message();
  EXPECT_EQ(config->process->args.front(), "sh");
}

}  // namespace
}  // namespace masu::container
