// SPDX-License-Identifier: Apache-2.0
#include "masu/manager/template.h"

#include <gtest/gtest.h>

namespace masu::manager {
namespace {

constexpr std::string_view kObject =
    R"({"Name": "web", "State": {"Status": "running", "Running": true, "Pid": 7},
  "Args": ["a", "b"], "None": [], "Labels": {"x.y": "1", "a": "2"}, "Ratio": 1.5, "Nil": null,
  "Mounts": [{"Source": "/s", "RW": true}, {"Source": "/t", "RW": false}]})";

std::string expanded(std::string_view text) {
  const auto document = json::Document::parse(kObject);
  const auto format = Template::parse(text);
  if (!format) return "parse: " + format.error().message();
  auto out = format->expand(document->root());
  return out ? *out : "run: " + out.error().message();
}

TEST(TemplateTest, FieldsAndJson) {
  EXPECT_EQ(expanded("{{.Name}} is {{ .State.Status }}"), "web is running");
  EXPECT_EQ(expanded("{{json .State}}"), R"({"Status":"running","Running":true,"Pid":7})");
  EXPECT_EQ(expanded("{{.State | json}}"), R"({"Status":"running","Running":true,"Pid":7})");
  EXPECT_EQ(expanded("{{.Args}} {{.Labels}} {{.Ratio}} {{.Nil}}"), "[a b] map[x.y:1 a:2] 1.5 ");
  EXPECT_EQ(expanded("plain"), "plain");
  EXPECT_EQ(expanded("{{$.Name}}{{/* nothing */}}"), "web");
}

TEST(TemplateTest, Functions) {
  EXPECT_EQ(expanded("{{index .Labels \"x.y\"}} {{index .Args 1}} {{index .Mounts 0 \"Source\"}}"), "1 b /s");
  EXPECT_EQ(expanded("{{len .Args}} {{len .Name}} {{join .Args \", \"}}"), "2 3 a, b");
  EXPECT_EQ(expanded("{{upper .Name}} {{lower \"AbC\"}} {{title \"some words\"}}"), "WEB abc Some Words");
  EXPECT_EQ(expanded("{{println .Name 1}}{{printf \"%s=%d%%%q\" .Name .State.Pid .Name}}"),
            "web 1\nweb=7%\"web\"");
  EXPECT_EQ(expanded("{{truncate .Name 2}} {{index (split \"a:b\" \":\") 1}}"), "we b");
  EXPECT_EQ(expanded("{{index .Labels \"none\"}}"), "");
}

TEST(TemplateTest, Conditions) {
  EXPECT_EQ(expanded("{{if .State.Running}}up{{else}}down{{end}}"), "up");
  EXPECT_EQ(expanded("{{if .None}}some{{else}}none{{end}}"), "none");
  EXPECT_EQ(expanded("{{if eq .State.Status \"exited\"}}x{{else if eq .State.Pid 7}}seven{{else}}y{{end}}"),
            "seven");
  EXPECT_EQ(expanded("{{if .State.Health}}{{.State.Health.Status}}{{else}}no health{{end}}"), "no health");
  EXPECT_EQ(expanded("{{if and .State.Running (not .None)}}yes{{end}}"), "yes");
  EXPECT_EQ(expanded("{{if or .None (gt .State.Pid 6)}}yes{{end}}"), "yes");
  EXPECT_EQ(expanded("{{with .State}}{{.Status}}{{end}}"), "running");
}

TEST(TemplateTest, Ranges) {
  EXPECT_EQ(expanded("{{range .Mounts}}{{.Source}}:{{.RW}} {{end}}"), "/s:true /t:false ");
  EXPECT_EQ(expanded("{{range $i, $m := .Mounts}}{{$i}}={{$m.Source}} {{end}}"), "0=/s 1=/t ");
  EXPECT_EQ(expanded("{{range $k, $v := .Labels}}{{$k}}={{$v}};{{end}}"), "a=2;x.y=1;");
  EXPECT_EQ(expanded("{{range .None}}x{{else}}empty{{end}}"), "empty");
  EXPECT_EQ(expanded("{{range .Args}}{{.}}{{$.Name}}{{end}}"), "awebbweb");
  EXPECT_EQ(expanded("{{$x := len .Args}}{{$x}}"), "2");
}

TEST(TemplateTest, SpacesAreTrimmed) { EXPECT_EQ(expanded("a \n{{- .Name -}}\n b"), "awebb"); }

TEST(TemplateTest, WhatIsWrongIsNamed) {
  const auto fails = [](std::string_view text) {
    const std::string out = expanded(text);
    return out.starts_with("parse: --format: {{") || out.starts_with("run: --format: {{");
  };
  for (const std::string_view text :
       {"{{.Nmae}}", "{{.Name", "{{end}}", "{{if .Name}}", "{{range .Name}}x{{end}}", "{{nothing .Name}}",
        "{{json}}", "{{.Name .Args}}", "{{index .Args 9}}", "{{\"open}}", "{{(.Name}}", "{{$x}}",
        "{{if .Name}}{{else}}{{else}}{{end}}", "{{}}", "{{printf \"%z\" .Name}}", "{{.Name)}}"})
    EXPECT_TRUE(fails(text)) << text << ": " << expanded(text);
  std::string deep;
  for (int i = 0; i < 1000; ++i) deep += "{{if .Name}}";
  EXPECT_TRUE(fails(deep));
  EXPECT_TRUE(fails("{{" + std::string(1000, '(')));
}

}  // namespace
}  // namespace masu::manager
