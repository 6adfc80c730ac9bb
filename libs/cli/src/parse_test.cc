// SPDX-License-Identifier: Apache-2.0
#include "masu/cli/parse.h"

#include "example_program.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

namespace masu::cli {
namespace {

using namespace example;
using Line = std::initializer_list<const char*>;
using Texts = std::vector<std::string_view>;

Result<Arguments> parse_line(const Command& command, Line words) {
  return parse(kProgram, command, Words(words));
}

Arguments parsed(const Command& command, Line words) {
  auto result = parse_line(command, words);
  EXPECT_TRUE(result) << result.error().message();
  return result ? *std::move(result) : Arguments{};
}

std::string refused(const Command& command, Line words) {
  auto result = parse_line(command, words);
  if (result) return "accepted";
  EXPECT_EQ(result.error().kind(), Kind::usage);
  return result.error().message();
}

TEST(Parse, LongOptionsWithOneDashOrTwo) {
  EXPECT_TRUE(parsed(kRun, {"--no-subreaper", "web"}).has(kNoSubreaper));
  EXPECT_TRUE(parsed(kRun, {"-no-subreaper", "web"}).has(kNoSubreaper));
  EXPECT_EQ(parsed(kRun, {"-format", "json", "web"}).value(kFormat), "json");
  EXPECT_EQ(parsed(kRun, {"-format=json", "web"}).value(kFormat), "json");
}

TEST(Parse, ValuesAttachedOrApart) {
  EXPECT_EQ(parsed(kRun, {"--format=json", "web"}).value(kFormat), "json");
  EXPECT_EQ(parsed(kRun, {"--format", "json", "web"}).value(kFormat), "json");
  EXPECT_EQ(parsed(kRun, {"-f", "json", "web"}).value(kFormat), "json");
  EXPECT_EQ(parsed(kRun, {"-f=json", "web"}).value(kFormat), "json");
  EXPECT_EQ(parsed(kRun, {"-fjson", "web"}).value(kFormat), "json");
  EXPECT_EQ(parsed(kRun, {"--f", "json", "web"}).value(kFormat), "json");
  EXPECT_EQ(parsed(kRun, {"--env", "-x", "web"}).value(kEnv), "-x");
  EXPECT_EQ(parsed(kRun, {"--env=A=b=c", "web"}).value(kEnv), "A=b=c");
  EXPECT_EQ(parsed(kRun, {"--env=", "web"}).values(kEnv), Texts{""});
  EXPECT_EQ(parsed(kRun, {"web"}).value(kFormat, "table"), "table");
}

TEST(Parse, TheLastValueCountsOrAllDo) {
  const auto arguments = parsed(kRun, {"-f", "json", "-e", "A=1", "-f", "table", "-eB=2", "web"});
  EXPECT_EQ(arguments.value(kFormat), "table");
  EXPECT_EQ(arguments.values(kEnv), (Texts{"A=1", "B=2"}));
}

TEST(Parse, FlagsMayHaveAValue) {
  for (const char* word : {"--tty", "--tty=true", "--tty=yes", "--tty=1", "-t=TRUE", "-tty=Yes"})
    EXPECT_EQ(parsed(kRun, {word, "web"}).flag(kTty), true) << word;
  for (const char* word : {"--tty=false", "--tty=no", "--tty=0", "-t=No"})
    EXPECT_EQ(parsed(kRun, {word, "web"}).flag(kTty), false) << word;
  EXPECT_EQ(parsed(kRun, {"web"}).flag(kTty), std::nullopt);
  EXPECT_FALSE(parsed(kRun, {"--tty", "--tty=no", "web"}).has(kTty));
  EXPECT_EQ(refused(kRun, {"--tty=perhaps", "web"}), "invalid boolean value 'perhaps' for --tty");
}

TEST(Parse, ClustersOfLetters) {
  const auto arguments = parsed(kRun, {"-dteA=1", "web"});
  EXPECT_TRUE(arguments.has(kDetach));
  EXPECT_TRUE(arguments.has(kTty));
  EXPECT_EQ(arguments.value(kEnv), "A=1");
  EXPECT_EQ(parsed(kRun, {"-df", "json", "web"}).value(kFormat), "json");
  EXPECT_EQ(refused(kRun, {"-dx", "web"}), "flag provided but not defined: -dx");
}

TEST(Parse, OptionalValuesAreOnlyAttached) {
  const auto arguments = parsed(kRun, {"--colour", "always"});
  EXPECT_TRUE(arguments.has(kColour));
  EXPECT_EQ(arguments.value(kColour), "");
  EXPECT_EQ(arguments.positionals(), Texts{"always"});
  EXPECT_EQ(parsed(kRun, {"--colour=never", "web"}).value(kColour), "never");
}

TEST(Parse, OptionsBeforeAndAfterThePositional) {
  const auto arguments = parsed(kRun, {"web", "--detach"});
  EXPECT_TRUE(arguments.has(kDetach));
  EXPECT_EQ(arguments.positional(0), "web");
  EXPECT_EQ(arguments.positional(1, "none"), "none");
}

TEST(Parse, TwoDashesEndOptions) {
  EXPECT_EQ(parsed(kRun, {"--", "--detach"}).positionals(), Texts{"--detach"});
  EXPECT_EQ(parsed(kRun, {"-"}).positionals(), Texts{"-"});
}

TEST(Parse, NegativeNumbersArePositionals) {
  EXPECT_EQ(parsed(kKill, {"web", "-9"}).positional(1), "-9");
  EXPECT_EQ(parsed(kKill, {"web", ""}).positional(1, "TERM"), "");
}

TEST(Parse, WhatFollowsTheFirstPositionalOfExecIsNotOurs) {
  const auto arguments = parsed(kExec, {"-t", "web", "ls", "-la", "--env", "--", "-t=no"});
  EXPECT_TRUE(arguments.has(kTty));
  EXPECT_TRUE(arguments.values(kEnv).empty());
  EXPECT_EQ(arguments.positionals(), (Texts{"web", "ls", "-la", "--env", "--", "-t=no"}));
}

TEST(Parse, AnUnknownOptionIsNamedAndAHintGiven) {
  EXPECT_EQ(refused(kRun, {"--bogus=1", "web"}), "flag provided but not defined: --bogus");
  EXPECT_EQ(refused(kRun, {"-x", "web"}), "flag provided but not defined: -x");
  EXPECT_EQ(refused(kRun, {"---", "web"}), "flag provided but not defined: ---");
  EXPECT_EQ(parse_line(kRun, {"--detahc", "web"}).error().hint_text(), "did you mean --detach?");
  EXPECT_EQ(parse_line(kRun, {"--root=/x", "web"}).error().hint_text(),
            "see box-tool run --help; global options come before the command");
}

TEST(Parse, AMissingValueIsToldInTheWordsThatPodmanLooksFor) {
  EXPECT_EQ(refused(kRun, {"--format"}), "flag needs an argument: --format");
  EXPECT_EQ(refused(kRun, {"-f"}), "flag needs an argument: -f");
}

TEST(Parse, ChoicesAreChecked) {
  EXPECT_EQ(refused(kRun, {"--format", "xml", "web"}), "invalid format 'xml': expected one of table json");
  EXPECT_EQ(refused(kRun, {"--colour=blue", "web"}), "invalid colour 'blue': expected one of always never");
}

TEST(Parse, PositionalsAreCounted) {
  EXPECT_EQ(refused(kRun, {}), "'run' requires exactly 1 argument, 0 were given");
  EXPECT_EQ(refused(kRun, {"a", "b"}), "'run' requires exactly 1 argument, 2 were given");
  EXPECT_EQ(refused(kExec, {}), "'exec' requires a minimum of 1 argument, 0 were given");
  EXPECT_EQ(refused(kKill, {"a", "b", "c"}), "'kill' requires a maximum of 2 arguments, 3 were given");
  EXPECT_EQ(parsed(kKill, {"a"}).positional(1, "TERM"), "TERM");
}

TEST(Parse, HelpNeedsNoPositionals) {
  for (const char* word : {"--help", "-h", "-help", "-?", "--usage"})
    EXPECT_TRUE(parsed(kRun, {word}).has(kHelp)) << word;
}

TEST(Parse, HiddenOptionsAreAcceptedAndNeverProposed) {
  EXPECT_TRUE(parse(kProgram, Words{}).has_value());
  EXPECT_TRUE(parse(kProgram, Words(Line{"--old"}))->has(kOld));
  EXPECT_EQ(parse(kProgram, Words(Line{"--odl"})).error().hint_text(), "");
}

TEST(Parse, GlobalOptionsEndAtTheCommand) {
  const auto globals = parse(kProgram, Words(Line{"-v", "--root", "/x", "run", "-d", "web"}));
  ASSERT_TRUE(globals);
  EXPECT_TRUE(globals->has(kVerbose));
  EXPECT_EQ(globals->value(kRoot), "/x");
  EXPECT_EQ(globals->positionals(), (Texts{"run", "-d", "web"}));
  EXPECT_EQ(find_command(kProgram, globals->positional(0)), &kRun);
  EXPECT_EQ(find_command(kProgram, "rum"), nullptr);
}

}  // namespace
}  // namespace masu::cli
