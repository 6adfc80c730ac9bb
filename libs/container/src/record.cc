// SPDX-License-Identifier: Apache-2.0
#include "record.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/json/reader.h"
#include "masu/json/writer.h"

#include <limits>
#include <string_view>
#include <utility>

namespace masu::container {
namespace {

void write_cgroups(json::Writer& out, const cgroups::Saved& saved) {
  out.key("cgroups").begin_object();
  out.member("kind", static_cast<int>(saved.kind))
      .member("root", saved.root)
      .member("rootless", saved.rootless);
  if (!saved.unit.name.empty())
    out.key("unit")
        .begin_object()
        .member("name", saved.unit.name)
        .member("slice", saved.unit.slice)
        .member("subgroup", saved.unit.subgroup)
        .member("user", saved.unit.user)
        .end_object();
  out.key("directories").begin_array();
  for (const auto& directory : saved.directories) {
    out.begin_object();
    out.member("controllers", directory.controllers)
        .member("mount", directory.mount)
        .member("path", directory.path);
    out.end_object();
  }
  out.end_array().end_object();
  // As runc's state.json has them, for tools that read it.
  out.key("cgroup_paths").begin_object();
  for (const auto& directory : saved.directories) out.member(directory.controllers, directory.path);
  out.end_object();
}

// As runc's state.json has them; those that were not asked for are the caller's.
void write_namespaces(json::Writer& out, pid_t pid) {
  constexpr std::pair<std::string_view, std::string_view> kNames[] = {
      {"NEWCGROUP", "cgroup"}, {"NEWIPC", "ipc"},   {"NEWNET", "net"},   {"NEWNS", "mnt"},
      {"NEWPID", "pid"},       {"NEWTIME", "time"}, {"NEWUSER", "user"}, {"NEWUTS", "uts"}};
  if (pid == 0) return;
  out.key("namespace_paths").begin_object();
  for (const auto& [key, name] : kNames) out.member(key, cat("/proc/", pid, "/ns/", name));
  out.end_object();
}

void write_resctrl(json::Writer& out, const ResctrlGroup& group) {
  if (group.directory.empty()) return;
  out.key("resctrl").begin_object();
  out.member("directory", group.directory)
      .member("owned", group.owned)
      .member("monitoring", group.monitoring);
  out.end_object();
}

// A number below 0 would be a process group's, or everybody's, to kill(2).
Result<> read_pid(json::Reader in, pid_t& out) {
  std::int64_t number = 0;
  TRY(json::read_signed(in, 0, std::numeric_limits<pid_t>::max(), number));
  out = static_cast<pid_t>(number);
  return {};
}

Result<> read_kind(json::Reader in, cgroups::LayoutKind& out) {
  std::int64_t number = 0;
  TRY(json::read_signed(in, 0, static_cast<std::int64_t>(cgroups::LayoutKind::v2), number));
  out = static_cast<cgroups::LayoutKind>(number);
  return {};
}

Result<> read_directory(json::Reader in, cgroups::Directory& out) {
  TRY(in.require("controllers", out.controllers));
  TRY(in.require("mount", out.mount));
  return in.require("path", out.path);
}

Result<> read_unit(json::Reader in, cgroups::Unit& out) {
  TRY(in.require("name", out.name));
  TRY(in.require("slice", out.slice));
  TRY(in.require("subgroup", out.subgroup));
  return in.require("user", out.user);
}

Result<> read_saved(json::Reader in, cgroups::Saved& out) {
  TRY(in.require("kind", out.kind, read_kind));
  TRY(in.require("root", out.root));
  TRY(in.require("rootless", out.rootless));
  TRY(in.optional("unit", out.unit, read_unit));
  return in.require("directories", out.directories,
                    [](json::Reader list, std::vector<cgroups::Directory>& directories) -> Result<> {
                      TRY(list.expect(json::Type::array));
                      for (const json::Value element : list.value().elements())
                        TRY(read_directory(list.at(element), directories.emplace_back()));
                      return {};
                    });
}

Result<> read_resctrl(json::Reader in, ResctrlGroup& out) {
  TRY(in.require("directory", out.directory));
  TRY(in.require("owned", out.owned));
  return in.require("monitoring", out.monitoring);
}

}  // namespace

std::string to_json(const Record& record) {
  std::string text;
  json::Writer out(text);
  out.begin_object();
  out.member("oci_version", record.oci_version).member("id", record.id).member("bundle", record.bundle);
  out.member("rootfs", record.rootfs).member("created", record.created).member("boot_id", record.boot_id);
  out.member("owner_uid", record.owner_uid);
  out.member("init_process_pid", record.pid).member("init_process_start", record.start_time);
  out.member("keyring", record.keyring)
      .member("ready", record.ready)
      .member("private_pids", record.private_pids);
  out.member("systemd_cgroup", record.systemd_cgroup).member("has_cgroups", record.has_cgroups);
  write_cgroups(out, record.cgroups);
  write_namespaces(out, record.pid);
  write_resctrl(out, record.resctrl);
  out.key("external_descriptors").begin_array();
  for (const auto& descriptor : record.descriptors) out.value(descriptor);
  out.end_array();
  out.key("annotations").begin_object();
  for (const auto& [key, value] : record.annotations) out.member(key, value);
  out.end_object().end_object();
  return text;
}

Result<Record> parse_record(std::string_view text) {
  const json::Document document = TRY(json::Document::parse(text));
  const json::Reader in(document);
  Record record;
  TRY(in.require("oci_version", record.oci_version));
  TRY(in.require("id", record.id));
  TRY(in.require("bundle", record.bundle));
  TRY(in.require("rootfs", record.rootfs));
  TRY(in.require("created", record.created));
  TRY(in.require("boot_id", record.boot_id));
  TRY(in.require("owner_uid", record.owner_uid));
  TRY(in.require("init_process_pid", record.pid, read_pid));
  TRY(in.require("init_process_start", record.start_time));
  TRY(in.require("keyring", record.keyring));
  TRY(in.require("ready", record.ready));
  TRY(in.require("private_pids", record.private_pids));
  TRY(in.require("systemd_cgroup", record.systemd_cgroup));
  TRY(in.require("has_cgroups", record.has_cgroups));
  TRY(in.require("cgroups", record.cgroups, read_saved));
  TRY(in.optional("resctrl", record.resctrl, read_resctrl));
  TRY(in.optional("external_descriptors", record.descriptors));
  TRY(in.require("annotations", record.annotations));
  return record;
}

}  // namespace masu::container
