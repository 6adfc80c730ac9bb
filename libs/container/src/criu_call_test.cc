// SPDX-License-Identifier: Apache-2.0
#include "criu_call.h"

#include "test_support.h"

#include <gtest/gtest.h>

#include <sched.h>

namespace masu::container {
namespace {

TEST(Descriptors, AreAListOfNames) {
  const std::vector<std::string> descriptors{"/dev/null", "pipe:[12]", "socket:[\"3\"]"};
  const std::string text = descriptors_to_json(descriptors);
  EXPECT_EQ(text, R"(["/dev/null","pipe:[12]","socket:[\"3\"]"])");
  EXPECT_EQ(parse_descriptors(text).value(), descriptors);
  EXPECT_TRUE(parse_descriptors("null").value().empty());
  for (const char* bad : {"", "{}", "[1]", "[\"a\"", "\"pipe:[1]\""})
    EXPECT_FALSE(parse_descriptors(bad)) << bad;
}

TEST(ExternalNamespaces, AreThoseThatCriuCanLeaveAlone) {
  EXPECT_EQ(find_external(CLONE_NEWNET)->key, "extRootNetNS");
  EXPECT_EQ(find_external(CLONE_NEWPID)->key, "extRootPidNS");
  EXPECT_EQ(find_external(CLONE_NEWIPC), nullptr);
}

TEST(CommonOptions, TakeTheSettingsThatTheAnnotationNames) {
  CriuOptions options;
  options.tcp_established = options.file_locks = options.empty_network = true;
  const auto named = common_options(options, {{"org.criu.config", "/etc/x.conf"}});
  EXPECT_EQ(named.config_file, "/etc/x.conf");
  EXPECT_TRUE(named.tcp_established && named.file_locks && named.orphan_pts_master);
  EXPECT_FALSE(named.shell_job || named.lazy_pages);
  EXPECT_EQ(named.empty_namespaces, static_cast<unsigned>(CLONE_NEWNET));
  EXPECT_EQ(common_options({}, {{"org.criu.config", ""}}).config_file, "");
}

class Directories : public testing::Test {
 protected:
  CriuOptions options() const {
    CriuOptions given;
    given.images = folder_.path("images");
    return given;
  }
  test::TemporaryDirectory folder_;
};

TEST_F(Directories, AreMadeForACheckpointAndRequiredForARestore) {
  EXPECT_FALSE(CriuDirectories::open(options(), CriuDirectories::Missing::refuse));
  EXPECT_TRUE(CriuDirectories::open(options(), CriuDirectories::Missing::make));
  EXPECT_TRUE(CriuDirectories::open(options(), CriuDirectories::Missing::refuse));
  CriuOptions deep = options();
  deep.images += "/no/such";
  EXPECT_FALSE(CriuDirectories::open(deep, CriuDirectories::Missing::make));
}

TEST_F(Directories, AnErrorHasTheLineOfTheLogThatSaysWhy) {
  CriuOptions given = options();
  given.work = folder_.path("work");
  const auto directories = CriuDirectories::open(given, CriuDirectories::Missing::make);
  ASSERT_TRUE(directories);
  test::write_text(folder_.path("work/dump.log"), "old");
  criu::Options request;
  directories->put(request, "dump.log");
  EXPECT_EQ(test::read_text(folder_.path("work/dump.log")), "");
  EXPECT_EQ(request.log_file, "dump.log");
  EXPECT_GE(request.images_dir, 0);
  EXPECT_GE(request.work_dir, 0);

  const Error silent = directories->explain(Error::make(Kind::system, "CRIU: dump failed"), "dump.log");
  EXPECT_EQ(silent.message(), "CRIU: dump failed");
  EXPECT_EQ(silent.hint_text(), "");
  test::write_text(folder_.path("work/dump.log"),
                   "(00.1) ok\n(00.2) Error (criu/x.c:1): no\n(00.3) Error (y): after\n");
  const Error told = directories->explain(Error::make(Kind::system, "CRIU: dump failed"), "dump.log");
  EXPECT_EQ(told.message(), "CRIU: Error (criu/x.c:1): no");
  EXPECT_EQ(told.hint_text(), "CRIU's log is " + folder_.path("work") + "/dump.log");
}

}  // namespace
}  // namespace masu::container
