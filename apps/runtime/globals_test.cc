// SPDX-License-Identifier: Apache-2.0
#include "globals.h"

#include "commands.h"

#include <gtest/gtest.h>

#include <vector>

#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

namespace masu::runtime {
namespace {

using Line = std::initializer_list<const char*>;

cli::Arguments parsed(Line words) {
  auto globals = cli::parse(kProgram, cli::Words(words));
  EXPECT_TRUE(globals) << globals.error().message();
  return globals ? *std::move(globals) : cli::Arguments{};
}

Caller root() { return {0, false}; }
Caller root_of_a_namespace() { return {0, true}; }
Caller somebody() { return {1000, false}; }

std::string root_for(std::vector<const char*> variables, Caller (*caller)()) {
  variables.push_back(nullptr);
  const cli::Env env{.variables = variables.data()};
  return default_root(env, caller);
}

TEST(DefaultRoot, FollowsRuncsRule) {
  EXPECT_EQ(root_for({}, root), "/run/masu-runtime");
  EXPECT_EQ(root_for({"XDG_RUNTIME_DIR=/run/user/0"}, root), "/run/masu-runtime");
  EXPECT_EQ(root_for({"XDG_RUNTIME_DIR=/run/user/1000"}, somebody), "/run/user/1000/masu-runtime");
  EXPECT_EQ(root_for({"XDG_RUNTIME_DIR=/run/user/1000", "USER=root"}, somebody),
            "/run/user/1000/masu-runtime");
  EXPECT_EQ(root_for({"XDG_RUNTIME_DIR=/x"}, root_of_a_namespace), "/x/masu-runtime");
  EXPECT_EQ(root_for({"XDG_RUNTIME_DIR=/x", "USER=me"}, root_of_a_namespace), "/x/masu-runtime");
  EXPECT_EQ(root_for({"XDG_RUNTIME_DIR=/x", "USER=root"}, root_of_a_namespace), "/run/masu-runtime");
  EXPECT_EQ(root_for({"XDG_RUNTIME_DIR="}, somebody), "/run/masu-runtime");
  EXPECT_EQ(root_for({}, somebody), "/run/masu-runtime");
}

TEST(ChooseRoot, IsAbsoluteAndNeverTheHostsOwn) {
  const cli::Env env;
  char cwd[4096];
  ASSERT_NE(::getcwd(cwd, sizeof cwd), nullptr);
  EXPECT_EQ(choose_root(parsed({"--root", "state"}), env, root).value(), std::string(cwd) + "/state");
  EXPECT_EQ(choose_root(parsed({"-root=/a//b/"}), env, root).value(), "/a/b");
  EXPECT_EQ(choose_root(parsed({}), env, root).value(), "/run/masu-runtime");
  for (const char* path : {"/", "//", "/./", "/.."}) {
    const auto chosen = choose_root(parsed({"--root", path}), env, root);
    ASSERT_FALSE(chosen) << path;
    EXPECT_EQ(chosen.error().kind(), Kind::usage);
  }
}

TEST(Caller, IsAskedOfTheKernel) {
  EXPECT_EQ(read_caller().euid, ::geteuid());
  const pid_t child = ::fork();
  if (child == 0) ::_exit(::unshare(CLONE_NEWUSER) < 0 ? 77 : !read_caller().in_user_namespace);
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  if (WEXITSTATUS(status) == 77) GTEST_SKIP() << "may not make a user namespace";
  EXPECT_EQ(status, 0);
}

TEST(LogConfig, LevelsAndFormats) {
  EXPECT_EQ(log_config(parsed({})).format, log::Format::text);
  EXPECT_EQ(log_config(parsed({})).path, "");
  EXPECT_EQ(log_config(parsed({"--log-format", "json"})).format, log::Format::json);
  EXPECT_EQ(log_config(parsed({"--debug"})).level, log::Level::debug);
  EXPECT_EQ(log_config(parsed({"--log-level=warning", "--debug"})).level, log::Level::warning);
  EXPECT_EQ(log_config(parsed({"--log-level", "trace"})).level, log::Level::trace);
}

TEST(LogConfig, Targets) {
  EXPECT_EQ(log_config(parsed({"--log", "/l/log.json"})).path, "/l/log.json");
  EXPECT_EQ(log_config(parsed({"--log", "file:/l"})).path, "/l");
  const auto target = [](Line words) {
    const auto config = log_config(parsed(words));
    return std::pair(config.target, config.path);
  };
  EXPECT_EQ(target({"--log", "/l"}), std::pair(log::Target::file, std::string("/l")));
  EXPECT_EQ(target({"--log", "journald:x"}), std::pair(log::Target::journal, std::string("x")));
  EXPECT_EQ(target({"--log", "syslog:x"}), std::pair(log::Target::syslog, std::string("x")));
  EXPECT_EQ(target({"--systemd-log"}), std::pair(log::Target::journal, std::string("masu-runtime")));
  EXPECT_EQ(target({"--systemd-log", "--log", "/l"}), std::pair(log::Target::file, std::string("/l")));
}

TEST(Globals, AllThatCallersSendIsAccepted) {
  parsed({"--root", "/r", "--debug", "--log", "/l", "--log-format", "json", "--systemd-cgroup",
          "--rootless=false"});
  parsed({"--cgroup-manager", "disabled", "--systemd-log", "--criu", "/usr/sbin/criu", "-s", "-l", "/l", "-r",
          "/r"});
}

TEST(Context, SaysWhoMakesCgroups) {
  const cli::Env env;
  const cli::Arguments none;
  const auto context = [&](Line words) {
    const cli::Arguments globals = parsed(words);
    return make_context({kProgram, kStateCommand, globals, none, env}).value();
  };
  EXPECT_FALSE(context({"--root", "/r"}).systemd_cgroup);
  EXPECT_TRUE(context({"--root", "/r", "--systemd-cgroup"}).systemd_cgroup);
  EXPECT_TRUE(context({"--root", "/r", "--cgroup-manager=systemd"}).systemd_cgroup);
  EXPECT_FALSE(context({"--root", "/r", "--systemd-cgroup=false"}).systemd_cgroup);
  EXPECT_TRUE(context({"--root", "/r", "--cgroup-manager", "disabled"}).cgroups_disabled);
  EXPECT_EQ(context({"--root", "/r", "--trace", "/t"}).trace_file, "/t");
}

}  // namespace
}  // namespace masu::runtime
