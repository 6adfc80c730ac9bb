// SPDX-License-Identifier: Apache-2.0
//
// The configuration of an image (image-spec, config.md).
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/image/document.h"
#include "masu/json/reader.h"
#include "masu/json/writer.h"

namespace masu::image {
namespace {

Result<> read_digests(json::Reader in, std::vector<Digest>& out) {
  TRY(in.expect(json::Type::array));
  for (const json::Value element : in.value().elements()) {
    std::string text;
    TRY(read(in.at(element), text));
    auto digest = Digest::parse(text);
    if (!digest) return fail(in.at(element).error(digest.error().message()));
    out.push_back(std::move(*digest));
  }
  return {};
}

Result<> read_platform(json::Reader in, Platform& out) {
  TRY(in.optional("os", out.os));
  TRY(in.optional("architecture", out.architecture));
  return in.optional("variant", out.variant);
}

Result<> read(json::Reader in, Step& out) {
  TRY(in.optional("created", out.created));
  TRY(in.optional("created_by", out.created_by));
  TRY(in.optional("author", out.author));
  TRY(in.optional("comment", out.comment));
  return in.optional("empty_layer", out.empty_layer);
}

Result<> read_steps(json::Reader in, std::vector<Step>& out) {
  TRY(in.expect(json::Type::array));
  for (const json::Value element : in.value().elements()) TRY(read(in.at(element), out.emplace_back()));
  return {};
}

// Keys alone count: {"80/tcp": {}}.
Result<> read_keys(json::Reader in, std::string_view key, std::vector<std::string>& out) {
  const auto object = in.find(key);
  if (!object) return {};
  TRY(object->expect(json::Type::object));
  for (const auto [name, value] : object->value().members()) out.emplace_back(name);
  return {};
}

Result<> read(json::Reader in, Healthcheck& out) {
  TRY(in.optional("Test", out.test));
  TRY(in.optional("Interval", out.interval_ns));
  TRY(in.optional("Timeout", out.timeout_ns));
  TRY(in.optional("StartPeriod", out.start_period_ns));
  TRY(in.optional("StartInterval", out.start_interval_ns));
  return in.optional("Retries", out.retries);
}

void put(json::Writer& out, std::string_view key, const std::string& text) {
  if (!text.empty()) out.member(key, text);
}

void put(json::Writer& out, std::string_view key, const std::vector<std::string>& list) {
  if (list.empty()) return;
  out.key(key).begin_array();
  for (const std::string& item : list) out.value(item);
  out.end_array();
}

void put_keys(json::Writer& out, std::string_view key, const std::vector<std::string>& names) {
  if (names.empty()) return;
  out.key(key).begin_object();
  for (const std::string& name : names) out.key(name).begin_object().end_object();
  out.end_object();
}

void put(json::Writer& out, const Healthcheck& health) {
  out.key("Healthcheck").begin_object();
  put(out, "Test", health.test);
  const auto number = [&out](std::string_view key, std::int64_t value) {
    if (value != 0) out.member(key, value);
  };
  number("Interval", health.interval_ns);
  number("Timeout", health.timeout_ns);
  number("StartPeriod", health.start_period_ns);
  number("StartInterval", health.start_interval_ns);
  number("Retries", health.retries);
  out.end_object();
}

void put_process(json::Writer& out, const Config& config) {
  out.key("config").begin_object();
  put(out, "User", config.user);
  put_keys(out, "ExposedPorts", config.exposed_ports);
  put(out, "Env", config.env);
  put(out, "Entrypoint", config.entrypoint);
  put(out, "Cmd", config.cmd);
  put_keys(out, "Volumes", config.volumes);
  put(out, "WorkingDir", config.working_dir);
  if (!config.labels.empty()) {
    out.key("Labels").begin_object();
    for (const auto& [name, value] : config.labels) out.member(name, value);
    out.end_object();
  }
  put(out, "StopSignal", config.stop_signal);
  if (config.healthcheck) put(out, *config.healthcheck);
  put(out, "Shell", config.shell);
  put(out, "OnBuild", config.on_build);
  out.end_object();
}

}  // namespace

Result<Config> Config::parse(std::string_view text) {
  const json::Document document = TRY_IN(json::Document::parse(text), "image configuration");
  const json::Reader in(document);
  TRY_IN(in.expect(json::Type::object), "image configuration");
  Config out;
  TRY(read_platform(in, out.platform));
  TRY(in.optional("created", out.created));
  TRY(in.optional("author", out.author));
  TRY(in.optional("comment", out.comment));  // Docker's
  TRY(in.optional("history", out.history, read_steps));
  if (const auto config = in.find("config")) {
    TRY(config->optional("User", out.user));
    TRY(config->optional("WorkingDir", out.working_dir));
    TRY(config->optional("StopSignal", out.stop_signal));
    TRY(config->optional("Env", out.env));
    TRY(config->optional("Entrypoint", out.entrypoint));
    TRY(config->optional("Cmd", out.cmd));
    TRY(config->optional("Labels", out.labels));
    TRY(read_keys(*config, "Volumes", out.volumes));
    TRY(read_keys(*config, "ExposedPorts", out.exposed_ports));
    TRY(config->optional("Shell", out.shell));
    TRY(config->optional("OnBuild", out.on_build));
    if (const auto health = config->find("Healthcheck")) TRY(read(*health, out.healthcheck.emplace()));
  }
  const auto rootfs = in.find("rootfs");
  if (!rootfs)
    return fail(Error::make(Kind::unsupported, "the image has no root file system: it is for another use"));
  TRY(rootfs->require("diff_ids", out.diff_ids,
                      [](json::Reader list, std::vector<Digest>& ids) { return read_digests(list, ids); }));
  return out;
}

std::string Config::text() const {
  std::string text;
  json::Writer out(text);
  out.begin_object();
  put(out, "created", created);
  put(out, "author", author);
  out.member("architecture", platform.architecture).member("os", platform.os);
  put(out, "variant", platform.variant);
  put_process(out, *this);
  out.key("rootfs").begin_object().member("type", "layers").key("diff_ids").begin_array();
  for (const Digest& id : diff_ids) out.value(id.text());
  out.end_array().end_object().key("history").begin_array();
  for (const Step& step : history) {
    out.begin_object();
    put(out, "created", step.created);
    put(out, "created_by", step.created_by);
    put(out, "author", step.author);
    put(out, "comment", step.comment);
    if (step.empty_layer) out.member("empty_layer", true);
    out.end_object();
  }
  out.end_array().end_object();
  return text;
}

}  // namespace masu::image
