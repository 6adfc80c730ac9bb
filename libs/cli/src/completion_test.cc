// SPDX-License-Identifier: Apache-2.0
//
// The scripts are checked by the shells themselves; bash, which is everywhere, also completes with its own.
#include "masu/cli/completion.h"

#include "example_program.h"
#include "scratch_file.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <string>

namespace masu::cli {
namespace {

using namespace example;

std::string output_of(const std::string& command) {
  std::string out;
  FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return "popen failed";
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) out += static_cast<char>(c);
  ::pclose(pipe);
  return out;
}

void check_syntax(const std::string& shell, const std::string& script) {
  if (std::system(("command -v " + shell + " >/dev/null").c_str()) != 0)
    GTEST_SKIP() << shell << " is not installed";
  const ScratchFile file("complete." + shell, script);
  EXPECT_EQ(std::system((shell + " -n " + file.path()).c_str()), 0);
}

TEST(Completion, BashAcceptsItsScript) { check_syntax("bash", bash_completion(kProgram)); }
TEST(Completion, ZshAcceptsItsScript) { check_syntax("zsh", zsh_completion(kProgram)); }
TEST(Completion, FishAcceptsItsScript) { check_syntax("fish", fish_completion(kProgram)); }

// What bash proposes for `words`, of which the last is the one under the cursor; sorted, on one line.
std::string bash_proposes(const std::string& words, const Program& program = kProgram) {
  const ScratchFile script("complete.bash", bash_completion(program));
  return output_of(
      "bash -c 'compopt() { :; }; source " + script.path() +
      "; box-tool() { [[ \"$*\" == *\"list -q\" ]] && echo web db \"${2-}\"; }; COMP_WORDS=(" + words +
      "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _box_tool; printf \"%s \" \"${COMPREPLY[@]}\"'");
}

TEST(Completion, BashProposesCommandsAndOptions) {
  EXPECT_EQ(bash_proposes("box-tool \"\""), "run exec kill ");
  EXPECT_EQ(bash_proposes("box-tool --root /x e"), "exec ");
  EXPECT_EQ(bash_proposes("box-tool --root = /x e"), "exec ");  // bash splits --root=/x so
  EXPECT_EQ(bash_proposes("box-tool --"), "--verbose --root --help ");
  EXPECT_EQ(bash_proposes("box-tool run --de"), "--detach ");
  EXPECT_EQ(bash_proposes("box-tool kill --"), "--help ");
}

TEST(Completion, BashProposesValues) {
  EXPECT_EQ(bash_proposes("box-tool run --format \"\""), "table json ");
  EXPECT_EQ(bash_proposes("box-tool run -f j"), "json ");
  EXPECT_EQ(bash_proposes("box-tool run --format = j"), "json ");
  EXPECT_EQ(bash_proposes("box-tool run --format ="), "table json ");
  EXPECT_EQ(bash_proposes("box-tool run -e \"\""), " ");  // any text will do
  EXPECT_EQ(bash_proposes("box-tool --root /us"), "/usr ");
}

TEST(Completion, BashProposesPositionals) {
  EXPECT_EQ(bash_proposes("box-tool kill w"), "web ");
  EXPECT_EQ(bash_proposes("box-tool kill web K"), "KILL ");
  EXPECT_EQ(bash_proposes("box-tool --root /x kill \"\""), "web db /x ");  // asks with the same --root
  EXPECT_EQ(bash_proposes("box-tool exec web /us"), "/usr ");
  EXPECT_EQ(bash_proposes("box-tool exec web -"), " ");  // another program's options
}

TEST(Completion, AcceptedWithGroups) {
  check_syntax("bash", bash_completion(kGrouped));
  check_syntax("zsh", zsh_completion(kGrouped));
  check_syntax("fish", fish_completion(kGrouped));
}

TEST(Completion, BashProposesCommandsOfGroups) {
  EXPECT_EQ(bash_proposes("box-tool \"\"", kGrouped), "run exec kill box network ");
  EXPECT_EQ(bash_proposes("box-tool network \"\"", kGrouped), "list rm ");
  EXPECT_EQ(bash_proposes("box-tool b \"\"", kGrouped), "run end ");
  EXPECT_EQ(bash_proposes("box-tool network list --t", kGrouped), "--tty ");
  EXPECT_EQ(bash_proposes("box-tool network rm w", kGrouped), "web ");
  EXPECT_EQ(bash_proposes("box-tool --root /x network rm \"\"", kGrouped), "web db /x ");
  EXPECT_EQ(bash_proposes("box-tool box run --de", kGrouped), "--detach ");
  EXPECT_EQ(bash_proposes("box-tool b end web K", kGrouped), "KILL ");
  EXPECT_EQ(bash_proposes("box-tool run --de", kGrouped), "--detach ");
}

}  // namespace
}  // namespace masu::cli
