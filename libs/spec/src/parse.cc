// SPDX-License-Identifier: Apache-2.0
//
// The entry points, and the top of config.json (runtime-spec config.md).
#include "masu/spec/parse.h"

#include "read.h"
#include "validate.h"

namespace masu::spec {
namespace {

constexpr std::int64_t kMaxTimeout = std::numeric_limits<std::int32_t>::max();

Result<> read_timeout(json::Reader in, std::optional<std::int64_t>& out) {
  return within(1, kMaxTimeout)(in, out);
}

}  // namespace

static Result<> read(json::Reader in, Root& out) {
  TRY(in.require("path", out.path, read_nonempty));
  return in.optional("readonly", out.readonly);
}

static Result<> read(json::Reader in, Mount& out) {
  TRY(in.require("destination", out.destination, read_nonempty));
  TRY(in.optional("type", out.type));
  TRY(in.optional("source", out.source));
  TRY(in.optional("options", out.options));
  TRY(in.optional("uidMappings", out.uid_mappings));
  TRY(in.optional("gidMappings", out.gid_mappings));
  if (out.uid_mappings.empty() != out.gid_mappings.empty())
    return fail(in.error("uidMappings and gidMappings must be given together"));
  return {};
}

static Result<> read(json::Reader in, Hook& out) {
  TRY(in.require("path", out.path, read_absolute_path));
  TRY(in.optional("args", out.args));
  TRY(in.optional("env", out.env, read_environment));
  out.env_given = in.find("env").has_value();
  return in.optional("timeout", out.timeout, read_timeout);
}

static Result<> read(json::Reader in, Hooks& out) {
  TRY(in.optional("prestart", out.prestart));
  TRY(in.optional("createRuntime", out.create_runtime));
  TRY(in.optional("createContainer", out.create_container));
  TRY(in.optional("startContainer", out.start_container));
  TRY(in.optional("poststart", out.poststart));
  return in.optional("poststop", out.poststop);
}

static Result<> read_annotations(json::Reader in, Annotations& out) {
  TRY(json::read(in, out));
  if (out.contains("")) return fail(in.error("", "the key must not be empty"));
  return {};
}

static Result<> read(json::Reader in, Config& out) {
  TRY(in.require("ociVersion", out.oci_version, read_nonempty));
  TRY(in.require("root", out.root));
  TRY(in.optional("mounts", out.mounts));
  TRY(in.optional("process", out.process));
  TRY(in.optional("hostname", out.hostname));
  TRY(in.optional("domainname", out.domainname));
  TRY(in.optional("hooks", out.hooks));
  TRY(in.optional("annotations", out.annotations, read_annotations));
  TRY(in.optional("linux", out.linux_));
  return validate(out);
}

template <class T>
static Result<T> parse(std::string_view text) {
  const json::Document document = TRY(json::Document::parse(text));
  Result<T> out;
  using json::read;  // of lists
  TRY(read(json::Reader(document), *out));
  return out;
}

Result<Config> parse_config(std::string_view text) { return parse<Config>(text); }
Result<Process> parse_process(std::string_view text) { return parse<Process>(text); }
Result<std::vector<Mount>> parse_mounts(std::string_view text) { return parse<std::vector<Mount>>(text); }
Result<Resources> parse_resources(std::string_view text) { return parse<Resources>(text); }
Result<Seccomp> parse_seccomp(std::string_view text) { return parse<Seccomp>(text); }

}  // namespace masu::spec
