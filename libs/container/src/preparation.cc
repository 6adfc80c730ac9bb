// SPDX-License-Identifier: Apache-2.0
#include "preparation.h"

#include "annotations.h"
#include "criu_mounts.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/spec/parse.h"
#include "masu/sys/fd.h"
#include "masu/sys/process.h"
#include "resctrl.h"

#include <cerrno>

#include <sched.h>
#include <time.h>
#include <unistd.h>

namespace masu::container {
namespace {

std::string now_text() {
  timespec now{};
  (void)clock_gettime(CLOCK_REALTIME, &now);
  return text::rfc3339(now.tv_sec, now.tv_nsec);
}

}  // namespace

Result<BundleConfig> read_bundle_config(const std::string& bundle, const std::string& file) {
  const std::string path = file.empty() ? cat(bundle, "/config.json") : file;
  auto text = sys::read_file(path);
  if (!text && text.error().err() == ENOENT)
    return fail(
        Error::make(Kind::not_found, cat("JSON specification file config.json not found: ", quote(path)))
            .hint("a bundle is a directory with config.json and the root file system; `spec` writes a "
                  "config.json"));
  if (!text) return fail(std::move(text).error());
  BundleConfig read{std::move(*text), nullptr};
  read.config =
      std::make_unique<spec::Config>(TRY_IN(spec::parse_config(read.text), cat("config ", quote(path))));
  if (!read.config->process) return fail(Error::spec("process", "it must be there to create a container"));
  TRY(annotations::adopt(*read.config));
  return read;
}

Result<std::optional<cgroups::Manager>> plan_cgroups(const Context& context, const spec::Config& config,
                                                     const std::string& id) {
  if (context.cgroups_disabled) return std::nullopt;
  const cgroups::Layout layout = TRY(cgroups::detect_layout());
  cgroups::PathRequest request;
  request.cgroups_path = config.linux_.cgroups_path;
  request.id = id;
  request.rootless = geteuid() != 0;
  request.systemd = context.systemd_cgroup;
  if (request.systemd) request.subgroup = annotations::value(config.annotations, annotations::kSubgroup);
  auto planned = TRY(cgroups::Manager::plan(layout, request));
  TRY(planned.check());  // before it is ours: undo() would end the processes of another's cgroup
  return planned;
}

Result<Record> make_record(const Context& context, const std::string& id, const std::string& bundle,
                           const spec::Config& config) {
  Record record;
  record.oci_version = config.oci_version;
  record.id = id;
  record.bundle = bundle;
  record.rootfs = config.root.path.starts_with('/') ? config.root.path : cat(bundle, "/", config.root.path);
  record.created = now_text();
  record.boot_id = TRY(sys::read_boot_id());
  record.owner_uid = geteuid();
  const auto* pids = config.find_namespace(CLONE_NEWPID);
  record.private_pids = pids != nullptr && pids->path.empty();
  record.systemd_cgroup = context.systemd_cgroup;
  record.annotations = config.annotations;
  if (const auto& rdt = config.linux_.intel_rdt) {
    const std::string root = TRY(resctrl_root());
    record.resctrl = TRY(plan_resctrl(*rdt, id, root));
  }
  return record;
}

Result<> check_terminal(const spec::Config& config, const std::string& console_socket, bool detached) {
  if (config.process->terminal && console_socket.empty() && detached)
    return fail(
        Error::make(Kind::usage, "cannot allocate tty if runc will detach without setting console socket")
            .hint("give --console-socket, or set process.terminal to false"));
  if (!console_socket.empty() && !config.process->terminal)
    return fail(Error::make(Kind::usage, "cannot use console socket if runc will not detach or allocate tty")
                    .hint("process.terminal is false"));
  return {};
}

std::vector<std::string> describe_streams(const spec::Config& config, const std::array<int, 3>& stdio) {
  std::vector<std::string> streams;
  if (config.process->terminal) return streams;
  for (const int fd : stdio) streams.push_back(path_of(fd));
  return streams;
}

std::vector<CgroupView> views_of(const cgroups::Manager& manager) {
  std::vector<CgroupView> views;
  for (const auto& directory : manager.directories()) {
    CgroupView view{directory.path, directory.mount_name(manager.saved().root), {}};
    if (view.name.find(',') != std::string::npos)
      for (auto name : text::split(view.name, ',')) view.links.emplace_back(name);
    views.push_back(std::move(view));
  }
  return views;
}

}  // namespace masu::container
