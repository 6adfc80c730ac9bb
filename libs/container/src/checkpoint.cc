// SPDX-License-Identifier: Apache-2.0
#include "masu/container/checkpoint.h"

#include "annotations.h"
#include "criu_call.h"
#include "criu_mounts.h"
#include "inspect.h"
#include "masu/base/log.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/criu/session.h"
#include "masu/sys/mountinfo.h"
#include "masu/sys/raw.h"
#include "preparation.h"

#include <cerrno>
#include <chrono>

namespace masu::container {
namespace {

using std::chrono::steady_clock;
constexpr std::chrono::seconds kThawDeadline{10};
constexpr char kLogFile[] = "dump.log";

Result<> refuse_unless_running(const Inspection& container) {
  if (container.status == Status::running || container.status == Status::paused) return {};
  return fail(Error::make(Kind::invalid_state,
                          cat("cannot checkpoint container ", quote(container.record.id),
                              ": container not running: it is ", status_name(container.status))));
}

// CRIU's own words for a path that is wrong do not name it.
Result<> check_parent(const std::string& parent, int images) {
  if (!parent.empty())
    (void)TRY_IN(sys::open_at(images, parent.c_str(), O_PATH | O_DIRECTORY),
                 "--parent-path, seen from --image-path");
  return {};
}

Result<> check_status_fd(int fd) {
  if (fd < 0) return {};
  const int flags = sys::raw::fcntl(fd, F_GETFL);
  if (flags < 0) return fail(Error::sys(-flags, cat("--status-fd ", fd)));
  if ((flags & O_ACCMODE) == O_RDONLY)
    return fail(Error::make(Kind::usage, cat("--status-fd ", fd, ": not writable")));
  (void)sys::raw::fcntl(fd, F_SETFD, FD_CLOEXEC);
  return {};
}

Result<> check_features(const CheckpointOptions& options) {
  if (!options.pre_dump && !options.criu.lazy_pages && options.parent.empty()) return {};
  const criu::Features features = TRY(criu::read_features(options.criu.program));
  if ((options.pre_dump || !options.parent.empty()) && !features.memory_tracking)
    return fail(Error::make(Kind::unsupported, "CRIU cannot track changes of memory on this kernel")
                    .hint("--pre-dump and --parent-path need it"));
  if (options.criu.lazy_pages && !features.lazy_pages)
    return fail(Error::make(Kind::unsupported, "CRIU cannot copy pages on demand on this kernel")
                    .hint("--lazy-pages needs it"));
  return {};
}

// The freezer stops a container at one stroke; CRIU knows v2's from 3.14 on.
std::string freezer_of(const Inspection& container, const criu::Version& version) {
  if (!container.cgroups) return {};
  for (const auto& directory : container.cgroups->directories())
    if (directory.has("freezer") ||
        (directory.is_v2() && container.record.cgroups.kind == cgroups::LayoutKind::v2))
      return directory.is_v2() && version < criu::Version{3, 14, 0} ? std::string() : directory.path;
  return {};
}

// Namespaces that the container has joined live on without it.
Result<> leave_namespaces(const spec::Config& config, pid_t pid, criu::Options& out) {
  for (const auto& entry : config.linux_.namespaces) {
    const ExternalNamespace* external = find_external(entry.type);
    if (external == nullptr || entry.path.empty()) continue;
    const std::string path = cat("/proc/", pid, "/ns/", external->name);
    struct stat info;
    if (const int got = sys::raw::fstatat(AT_FDCWD, path.c_str(), &info, 0); got < 0)
      return fail(Error::sys(-got, cat("look at ", path)));
    out.external.push_back(cat(external->name, "[", info.st_ino, "]:", external->key));
  }
  return {};
}

Result<> leave_mounts(const spec::Config& config, const Inspection& container, criu::Options& out) {
  PlanRequest request;
  request.config = &config;
  request.bundle = container.record.bundle;
  request.id = container.record.id;
  if (container.cgroups) {
    request.cgroup_v2 = container.record.cgroups.kind == cgroups::LayoutKind::v2;
    request.cgroups = views_of(*container.cgroups);
  }
  const Plan plan = TRY(build_plan(request, read_host_facts()));
  if (!plan.mounts_namespace) return {};
  const pid_t pid = container.init->pid();
  const sys::Fd root = TRY(sys::open(cat("/proc/", pid, "/root"), O_PATH | O_DIRECTORY));
  const std::string table = TRY(sys::read_file(cat("/proc/", pid, "/mountinfo"), 64u << 20));
  const auto externals = externals_to_dump(plan, find_places(root.get(), plan), sys::parse_mountinfo(table));
  out.external.insert(out.external.end(), externals.begin(), externals.end());
  return {};
}

Result<criu::Options> dump_options(const Inspection& container, const spec::Config& config,
                                   const CheckpointOptions& options, const criu::Version& version) {
  criu::Options out = common_options(options.criu, config.annotations);
  out.pid = container.init->pid();
  out.root = container.record.rootfs;
  out.leave_running = options.leave_running;
  out.tcp_skip_in_flight = options.tcp_skip_in_flight;
  out.link_remap = options.link_remap;
  out.parent_images = options.parent;
  out.track_memory = options.pre_dump || !options.parent.empty();
  out.page_server = options.page_server;
  out.freeze_cgroup = freezer_of(container, version);
  TRY(leave_namespaces(config, out.pid, out));
  if (!options.pre_dump) TRY(leave_mounts(config, container, out));
  return out;
}

void tell_pages_ready(int& status_fd) {
  if (status_fd < 0) return;
  if (const long told = sys::raw::write(status_fd, "", 1); told < 0)
    log::write(log::Level::warning,
               Error::sys(static_cast<int>(-told), cat("--status-fd ", status_fd)).message());
  sys::raw::close(std::exchange(status_fd, -1));
}

Result<> dump(const CheckpointOptions& options, const criu::Options& request) {
  criu::Session session = TRY(criu::Session::start(options.criu.program));
  int status_fd = options.status_fd;
  const auto listen = [&](const criu::Response& notice, const sys::Fd&) -> Result<> {
    MASU_DEBUG(cat("CRIU: ", notice.script));
    if (notice.script == "status-ready") tell_pages_ready(status_fd);
    return {};
  };
  const auto action = options.pre_dump ? criu::Action::pre_dump : criu::Action::dump;
  TRY(session.perform(criu::encode_request(action, &request), listen, -1));
  return {};
}

}  // namespace

Result<> checkpoint(const Context& context, const std::string& id, const CheckpointOptions& options) {
  const std::string what = cat("checkpoint container ", quote(id));
  const Inspection before = TRY(inspect(context, id));
  const sys::Fd lock = TRY(before.entry.lock());
  const Inspection container = TRY(inspect(context, id));
  TRY(refuse_unless_running(container));
  TRY(check_status_fd(options.status_fd));
  if (options.parent.starts_with('/'))
    return fail(Error::make(Kind::usage, "--parent-path must be relative"));
  const criu::Version version = TRY_IN(check_criu(options.criu), what);
  TRY_IN(check_features(options), what);
  spec::Config config = TRY(container.entry.read_config());
  TRY(annotations::adopt(config));
  const auto directories = TRY(CriuDirectories::open(options.criu, CriuDirectories::Missing::make));
  TRY(check_parent(options.parent, directories.images()));
  criu::Options request = TRY_IN(dump_options(container, config, options, version), what);
  directories.put(request, kLogFile);
  if (!options.pre_dump)
    TRY_IN(sys::replace_file_at(directories.images(), kDescriptorsFile,
                                descriptors_to_json(container.record.descriptors), 0600),
           what);
  if (auto dumped = dump(options, request); !dumped) {
    // CRIU lets the processes run on itself, unless it was killed at it.
    if (container.cgroups && container.status == Status::running)
      (void)container.cgroups->thaw(steady_clock::now() + kThawDeadline);
    return fail(directories.explain(std::move(dumped).error(), kLogFile).within(what));
  }
  if (options.leave_running || options.pre_dump) return {};
  return remove(context, id, true);
}

}  // namespace masu::container
