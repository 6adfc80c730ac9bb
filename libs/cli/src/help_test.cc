// SPDX-License-Identifier: Apache-2.0
#include "masu/cli/help.h"

#include "example_program.h"
#include "masu/cli/document.h"
#include "scratch_file.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <string>

namespace masu::cli {
namespace {

using namespace example;

TEST(Help, OfAProgram) {
  EXPECT_EQ(help(kProgram, "runc"),
            "NAME:\n"
            "   runc - keep boxes\n"
            "\n"
            "USAGE:\n"
            "   runc [global options] COMMAND [options] [arguments...]\n"
            "\n"
            "DESCRIPTION:\n"
            "   Keeps boxes.\n"
            "\n"
            "COMMANDS:\n"
            "   run   run a container\n"
            "   exec  execute a command in a container\n"
            "   kill  send a signal\n"
            "\n"
            "GLOBAL OPTIONS:\n"
            "   -v, --verbose   say more\n"
            "       --root DIR  keep state in DIR\n"
            "   -h, --help      print this help and exit\n");
}

TEST(Help, OfACommand) {
  EXPECT_EQ(help("box-tool", kRun),
            "NAME:\n"
            "   box-tool run - run a container\n"
            "\n"
            "USAGE:\n"
            "   box-tool run [options] ID\n"
            "\n"
            "DESCRIPTION:\n"
            "   Runs it.\n"
            "\n"
            "   Then waits for it.\n"
            "\n"
            "ARGUMENTS:\n"
            "   ID  name of the container\n"
            "\n"
            "OPTIONS:\n"
            "   -d, --detach          return at once; it's [quick]: really\n"
            "   -t, --tty             allocate a terminal\n"
            "   -e, --env NAME=VALUE  set a variable (may be repeated)\n"
            "   -f, --format FORMAT   print in this form (one of: table json)\n"
            "       --colour[=WHEN]   colour the output (one of: always never)\n"
            "       --no-subreaper    do not adopt orphans\n"
            "   -h, --help            print this help and exit\n");
  EXPECT_NE(help("box-tool", kExec).find("box-tool exec [options] ID [COMMAND...]\n"), std::string::npos);
  EXPECT_NE(help("box-tool", kKill).find("box-tool kill ID [SIGNAL]\n"), std::string::npos);
}

TEST(Help, OfAProgramWithGroups) {
  const std::string text = help(kGrouped, "box-tool");
  EXPECT_NE(text.find("   run exec kill\n\nGROUPS OF COMMANDS:\n   box      boxes\n   network  networks\n"),
            std::string::npos)
      << text;
}

TEST(Help, OfAGroup) {
  ASSERT_EQ(find_group(kGrouped, "b"), &kGroups[0]);
  EXPECT_EQ(find_group(kGrouped, "run"), nullptr);
  EXPECT_NE(help(kGrouped, kGroups[0]).find("COMMANDS:\n   run  run a container\n   end  send a signal\n"),
            std::string::npos);
  EXPECT_NE(help(kGrouped, kGroups[1]).find("COMMANDS:\n   list  list networks\n   rm    remove a network\n"),
            std::string::npos);
}

TEST(Help, FitsAScreen) {
  const std::string text = help("box-tool", kRun, 13);
  EXPECT_EQ(std::ranges::count(text, '\n'), 13) << text;
  EXPECT_NE(text.find("MORE OPTIONS (the manual page explains them):\n   --format"), std::string::npos)
      << text;
  EXPECT_EQ(help("box-tool", kRun, 100), help("box-tool", kRun));
}

TEST(Help, LongLinesAreBroken) {
  const std::string words(150, 'w');
  const std::string text = words.substr(0, 60) + " " + words.substr(0, 50);
  const Command command{.name = "x", .summary = "y", .description = text};
  EXPECT_NE(help("p", command).find("\n   " + words.substr(0, 60) + "\n   " + words.substr(0, 50) + "\n"),
            std::string::npos);
}

TEST(ManPage, HasItsParts) {
  const std::string page = man_page(kProgram);
  for (std::string_view part :
       {".Dd November 22, 2026\n", ".Dt BOX-TOOL 8\n", ".Nm box-tool\n",
        ".It Fl e , Fl \\-env Ar \"NAME=VALUE\"\n", ".It Fl \\-colour Ns Op = Ns Ar \"WHEN\"\n",
        ".Op Ar \"COMMAND\" ...\n", ".It \"0\"\nSuccess.\n", ".Xr crun 1 ,\n.Xr runc 8\n"})
    EXPECT_NE(page.find(part), std::string::npos) << part << "\nin\n" << page;
}

TEST(ManPage, PleasesTheLinter) {
  if (std::system("command -v mandoc >/dev/null") != 0) GTEST_SKIP() << "mandoc is not installed";
  const ScratchFile page("box-tool.8", man_page(kProgram));
  EXPECT_EQ(std::system(("mandoc -Tlint -Wwarning " + page.path()).c_str()), 0);
}

TEST(ManPage, PleasesGroff) {
  if (std::system("command -v groff >/dev/null") != 0) GTEST_SKIP() << "groff is not installed";
  const ScratchFile page("box-tool.groff.8", man_page(kProgram));
  // -z: no output, warnings only; any word on stderr fails.
  EXPECT_NE(std::system(("groff -ww -z -mdoc -Tascii " + page.path() + " 2>&1 | grep -q .").c_str()), 0);
}

TEST(Markdown, HasItsParts) {
  const std::string page = markdown(kProgram);
  for (std::string_view part : {"# box-tool\n", "## run\n\n```text\nbox-tool run [options] ID\n```\n",
                                "| `-f, --format FORMAT` | print in this form; one of `table`, `json` |\n",
                                "| `-e, --env NAME=VALUE` | set a variable; may be repeated |\n",
                                "Execute a command in a container.\n", "| `1` | any failure |\n"})
    EXPECT_NE(page.find(part), std::string::npos) << part << "\nin\n" << page;
  EXPECT_EQ(page.find("--old"), std::string::npos);
}

}  // namespace
}  // namespace masu::cli
