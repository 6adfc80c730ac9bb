// SPDX-License-Identifier: Apache-2.0
#include "masu/spec/write.h"

#include "put.h"

namespace masu::spec {

static void write(json::Writer& out, const Root& root) {
  out.begin_object().member("path", root.path);
  put(out, "readonly", root.readonly);
  out.end_object();
}

static void write(json::Writer& out, const Mount& mount) {
  out.begin_object().member("destination", mount.destination);
  put(out, "type", mount.type);
  put(out, "source", mount.source);
  put(out, "options", mount.options);
  put(out, "uidMappings", mount.uid_mappings);
  put(out, "gidMappings", mount.gid_mappings);
  out.end_object();
}

static void write(json::Writer& out, const Hook& hook) {
  out.begin_object().member("path", hook.path);
  put(out, "args", hook.args);
  if (hook.env_given) keep(out, "env", hook.env);
  put(out, "timeout", hook.timeout);
  out.end_object();
}

static void write(json::Writer& out, const Hooks& hooks) {
  out.begin_object();
  put(out, "prestart", hooks.prestart);
  put(out, "createRuntime", hooks.create_runtime);
  put(out, "createContainer", hooks.create_container);
  put(out, "startContainer", hooks.start_container);
  put(out, "poststart", hooks.poststart);
  put(out, "poststop", hooks.poststop);
  out.end_object();
}

void write(json::Writer& out, const Config& config) {
  out.begin_object().member("ociVersion", config.oci_version);
  put(out, "process", config.process);
  keep(out, "root", config.root);
  put(out, "hostname", config.hostname);
  put(out, "domainname", config.domainname);
  put(out, "mounts", config.mounts);
  put(out, "hooks", config.hooks);
  put(out, "annotations", config.annotations);
  put(out, "linux", config.linux_);
  out.end_object();
}

}  // namespace masu::spec
