// SPDX-License-Identifier: Apache-2.0
//
// Whole calls that need no container: output, messages and exit codes as their callers see them.
#include "program.h"

#include "commands.h"
#include "masu/base/text.h"
#include "masu/sys/fd.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace masu::runtime {
namespace {

struct Outcome {
  int code = 0;
  std::string out;
  std::string err;
};

std::string content(int fd) {
  ::lseek(fd, 0, SEEK_SET);
  return sys::read_all(fd).value();
}

Outcome call(std::vector<const char*> words) {
  const sys::Fd out(::memfd_create("out", MFD_CLOEXEC));
  const sys::Fd err(::memfd_create("err", MFD_CLOEXEC));
  const sys::Fd saved(::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3));
  ::dup2(err.get(), STDERR_FILENO);
  const char* const variables[] = {"PATH=/usr/bin:/bin", nullptr};
  words.insert(words.begin(), "/usr/bin/masu-runtime");
  Outcome outcome;
  outcome.code = run_program({.words = words, .variables = variables, .out = out.get()});
  ::dup2(saved.get(), STDERR_FILENO);
  outcome.out = content(out.get());
  outcome.err = content(err.get());
  return outcome;
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

TEST(Program, Version) {
  for (const char* word : {"--version", "-v", "-V", "-version"}) {
    const auto got = call({"--root", "/", word});  // works with any root
    EXPECT_EQ(got.code, 0);
    EXPECT_EQ(got.err, "");
    const auto lines = text::split(got.out, '\n');
    ASSERT_EQ(lines.size(), 4u);
    EXPECT_TRUE(lines[0].starts_with("masu-runtime version "));
    EXPECT_TRUE(lines[1].starts_with("commit: "));
    EXPECT_EQ(lines[2], "spec: 1.3.0");
  }
}

TEST(Program, IsCalledRuncWhereItIsInstalledSo) {
  const std::vector<const char*> words = {"/usr/local/bin/runc"};
  EXPECT_EQ(shown_name({.words = words}), "runc");
  const std::vector<const char*> other = {"/usr/local/bin/oci"};
  EXPECT_EQ(shown_name({.words = other}), "masu-runtime");
}

TEST(Program, HelpOfTheProgramAndOfEachCommand) {
  for (const auto& words : {std::vector<const char*>{"--help"}, {"-h"}, {"help"}, {}}) {
    const auto got = call(words);
    EXPECT_EQ(got.code, 0);
    EXPECT_EQ(got.err, "");
    EXPECT_TRUE(got.out.starts_with("NAME:\n   masu-runtime - ")) << got.out;
  }
  for (const cli::Command* command : kProgram.commands) {
    const std::string name(command->name);
    const auto got = call({name.c_str(), "--help"});
    EXPECT_EQ(got.code, 0) << name;
    EXPECT_EQ(got.err, "");
    EXPECT_TRUE(got.out.starts_with("NAME:\n   masu-runtime " + name + " - ")) << got.out;
    EXPECT_EQ(call({"help", name.c_str()}).out, got.out);
  }
}

TEST(Program, UnknownCommands) {
  const auto got = call({"frobnicate", "web"});
  EXPECT_EQ(got.code, 1);
  EXPECT_EQ(got.out, "");
  EXPECT_EQ(got.err, "unknown command 'frobnicate'\nhint: masu-runtime --help lists the commands\n");
  EXPECT_TRUE(has(call({"foo", "-h"}).err, "No help topic for 'foo'"));
  EXPECT_TRUE(has(call({"help", "foo"}).err, "No help topic for 'foo'"));
  EXPECT_EQ(call({"foo", "-h"}).code, 1);
}

TEST(Program, UsageErrorsPrintHelpOnStdoutAndTheMessageOnStderr) {
  const auto few = call({"state"});
  EXPECT_EQ(few.code, 1);
  EXPECT_TRUE(few.out.starts_with("Incorrect Usage.\n\nNAME:\n   masu-runtime state - ")) << few.out;
  EXPECT_TRUE(has(few.err, "'state' requires exactly 1 argument, 0 were given\n"));
  EXPECT_EQ(call({"state", "a", "b"}).code, 1);

  const auto unknown = call({"create", "--bogus", "web"});
  EXPECT_EQ(unknown.code, 1);
  EXPECT_TRUE(has(unknown.err, "--bogus"));
  EXPECT_EQ(call({"exec", "--bogus", "web"}).code, 255);
  EXPECT_TRUE(has(call({"--bogus", "state", "web"}).err, "flag provided but not defined: --bogus"));
}

TEST(Program, AFatalErrorIsOneLineOfTheLogAndOnStderrToo) {
  const std::string log = testing::TempDir() + "program-test-" + std::to_string(::getpid()) + ".log";
  ::unlink(log.c_str());
  const auto got = call({"--log", log.c_str(), "--log-format", "json", "kill", "web", "NOSUCH"});
  EXPECT_EQ(got.code, 1);
  EXPECT_EQ(got.err, "unknown signal 'NOSUCH'\n");
  const std::string logged = sys::read_file(log).value();
  EXPECT_TRUE(logged.starts_with("{\"level\":\"error\",\"msg\":\"unknown signal 'NOSUCH'\",\"time\":\""))
      << logged;
  EXPECT_EQ(logged.find('\n'), logged.size() - 1);
  ::unlink(log.c_str());
}

TEST(Program, JsonOnStderrIsAlone) {
  const auto got = call({"--log-format", "json", "kill", "web", "NOSUCH"});
  EXPECT_TRUE(got.err.starts_with("{\"level\":\"error\"")) << got.err;
  EXPECT_EQ(got.err.find('\n'), got.err.size() - 1);
}

TEST(Program, ALogThatCannotBeOpenedIsAnError) {
  const auto got = call({"--log", "/nowhere/log", "features"});
  EXPECT_EQ(got.code, 1);
  EXPECT_TRUE(has(got.err, "open log file '/nowhere/log'")) << got.err;
  EXPECT_TRUE(has(call({"--log-format", "xml", "features"}).err, "invalid log-format 'xml'"));
}

TEST(Program, ListOfAMissingRoot) {
  const std::string missing = testing::TempDir() + "no-such-root";
  const auto got = call({"--root", missing.c_str(), "list"});
  EXPECT_EQ(got.code, 1);
  EXPECT_TRUE(has(got.err, "no such file or directory")) << got.err;
  EXPECT_NE(::access(missing.c_str(), F_OK), 0);
}

TEST(Program, FeaturesSayWhatClientsAskFor) {
  const auto got = call({"features"});
  EXPECT_EQ(got.code, 0);
  EXPECT_EQ(got.err, "");
  for (std::string_view part :
       {"\"ociVersionMin\": \"1.0.0\"", "\"ociVersionMax\": \"1.3.0\"", "\"rro\"", "\"time\"",
        "\"CAP_SYS_ADMIN\"", "\"SCMP_ACT_NOTIFY\"", "\"poststop\"", "\"idmap\": {\n        \"enabled\": "})
    EXPECT_TRUE(has(got.out, part)) << part << "\nin\n" << got.out;
}

TEST(Program, SpecWritesAConfigOnce) {
  std::string folder = testing::TempDir() + "spec-XXXXXX";
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  EXPECT_EQ(call({"spec", "--bundle", folder.c_str()}).code, 0);
  const std::string config = folder + "/config.json";
  const std::string first = sys::read_file(config).value();
  EXPECT_TRUE(has(first, "\n\t\"process\": {")) << first;
  const auto again = call({"spec", "-b", folder.c_str()});
  EXPECT_EQ(again.code, 1);
  EXPECT_TRUE(has(again.err, "config.json exists")) << again.err;
  EXPECT_EQ(sys::read_file(config).value(), first);
  EXPECT_EQ(call({"spec", "--rootless", "-f", "other.json", "-b", folder.c_str()}).code, 0);
  EXPECT_TRUE(has(sys::read_file(folder + "/other.json").value(), "\"uidMappings\""));
  ::unlink((folder + "/other.json").c_str());
  ::unlink(config.c_str());
  ::rmdir(folder.c_str());
}

TEST(Program, CompletionForThreeShells) {
  EXPECT_TRUE(has(call({"completion", "bash"}).out, "complete -F _masu_runtime masu-runtime"));
  EXPECT_TRUE(call({"completion", "zsh"}).out.starts_with("#compdef masu-runtime"));
  EXPECT_TRUE(has(call({"completion", "fish"}).out, "complete -c masu-runtime"));
  EXPECT_EQ(call({"completion", "tcsh"}).code, 1);
}

TEST(Program, OutputThatCannotBeWrittenIsAnError) {
  const sys::Fd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  const std::vector<const char*> words = {"masu-runtime", "--version"};
  testing::internal::CaptureStderr();
  EXPECT_EQ(run_program({.words = words, .out = full.get()}), 1);
  EXPECT_TRUE(has(testing::internal::GetCapturedStderr(), "no space left on device"));
}

}  // namespace
}  // namespace masu::runtime
