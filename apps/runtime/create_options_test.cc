// SPDX-License-Identifier: Apache-2.0
#include "create_options.h"

#include "commands.h"

#include <gtest/gtest.h>

#include <unistd.h>

namespace masu::runtime {
namespace {

Result<container::CreateOptions> options_of(std::initializer_list<const char*> words) {
  const auto arguments = cli::parse(kProgram, kCreateCommand, cli::Words(words));
  if (!arguments) return fail(Error::make(Kind::internal, arguments.error().message()));
  const cli::Arguments globals;
  const cli::Env env;
  return create_options({kProgram, kCreateCommand, globals, *arguments, env});
}

std::string cwd() {
  char path[4096];
  return ::getcwd(path, sizeof path);
}

TEST(CreateOptions, DefaultsAreTheWorkingDirectoryAndNothingElse) {
  const auto options = options_of({"web"});
  ASSERT_TRUE(options) << options.error().message();
  EXPECT_EQ(options->id, "web");
  EXPECT_EQ(options->bundle, cwd());
  EXPECT_EQ(options->config, "");
  EXPECT_EQ(options->pid_file, "");
  EXPECT_EQ(options->console_socket, "");
  EXPECT_FALSE(options->no_pivot);
  EXPECT_FALSE(options->no_new_keyring);
  EXPECT_EQ(options->preserve_fds, 0u);
}

TEST(CreateOptions, AsConmonSendsThem) {
  const auto options = options_of({"--bundle", "/b", "--pid-file", "p", "--no-pivot", "--no-new-keyring",
                                   "--console-socket", "/tmp/s", "web"});
  ASSERT_TRUE(options) << options.error().message();
  EXPECT_EQ(options->bundle, "/b");
  EXPECT_EQ(options->pid_file, cwd() + "/p");  // the caller's, not the bundle's
  EXPECT_EQ(options->console_socket, "/tmp/s");
  EXPECT_TRUE(options->no_pivot);
  EXPECT_TRUE(options->no_new_keyring);
}

TEST(CreateOptions, AsGoRuncSendsThem) {
  const auto options = options_of({"--bundle", "/b", "--pid-file", "/p", "--pidfd-socket", "/s", "--detach",
                                   "--preserve-fds", "2", "web"});
  ASSERT_TRUE(options) << options.error().message();
  EXPECT_EQ(options->pidfd_socket, "/s");
  EXPECT_EQ(options->preserve_fds, 2u);
}

TEST(CreateOptions, OfCrun) {
  const auto options = options_of({"--config", "other.json", "--no-subreaper", "web"});
  ASSERT_TRUE(options) << options.error().message();
  EXPECT_EQ(options->config, cwd() + "/other.json");
}

TEST(CreateOptions, PreserveFdsIsANumber) {
  for (const char* number : {"-1", "x", "", "99999999999"}) {
    const auto options = options_of({"--preserve-fds", number, "web"});
    ASSERT_FALSE(options) << number;
    EXPECT_EQ(options.error().kind(), Kind::usage);
    EXPECT_NE(options.error().message().find("preserve-fds"), std::string::npos);
  }
}

}  // namespace
}  // namespace masu::runtime
