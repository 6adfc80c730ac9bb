// SPDX-License-Identifier: Apache-2.0
#include "annotations.h"
#include "cgroup_owner.h"
#include "creation.h"
#include "criu_call.h"
#include "foreground.h"
#include "hooks.h"
#include "masu/base/log.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/container/checkpoint.h"
#include "masu/criu/session.h"
#include "masu/spec/names.h"
#include "masu/sys/mountinfo.h"
#include "masu/sys/raw.h"
#include "masu/sys/socket.h"
#include "preparation.h"
#include "restore_root.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>

#include <sys/prctl.h>
#include <sys/socket.h>

namespace masu::container {
namespace {

constexpr std::chrono::seconds kRemoveDeadline{10};
constexpr char kLogFile[] = "restore.log";
constexpr char kRootDirectory[] = "criu-root";

class Restoration {
 public:
  Restoration(const Context& context, const RestoreOptions& options)
      : context_(&context), options_(&options) {}

  /// Everything up to the running container; on an error nothing is left behind.
  Result<> run();
  /// Removes cgroups and state of a container that has ended, and runs the poststop hooks.
  Result<> dispose();
  void undo();

  const sys::Process& process() const { return process_; }
  sys::Fd take_master() { return std::move(master_); }

 private:
  Result<> prepare();
  Result<> reserve();
  Result<> build();
  Result<> make_request();
  Result<> inherit_streams(const std::vector<std::string>& descriptors);
  Result<> enter_namespaces();
  Result<> start_criu();
  Result<> place_in_cgroups(pid_t pid);
  Result<> listen(const criu::Response& notice, sys::Fd fd);
  Result<> adopt(pid_t pid);
  Result<> hand_over();

  const Context* context_;
  const RestoreOptions* options_;
  BundleConfig bundle_;
  std::optional<CriuDirectories> directories_;
  std::vector<std::string> descriptors_;
  sys::Fd console_socket_;
  std::optional<StateStore> store_;
  std::optional<Entry> entry_;
  std::optional<cgroups::Manager> cgroups_;
  Record record_;
  Plan plan_;
  criu::Options request_;
  std::vector<sys::Fd> passed_;  // to CRIU, under their numbers
  std::optional<criu::Session> session_;
  sys::Process process_;
  sys::Fd master_;
  bool hooks_ran_ = false;
  bool refused_ = false;  // by listen()
};

Result<> Restoration::prepare() {
  TRY(reserve_fds(0));
  bundle_ = TRY(read_bundle_config(options_->bundle, options_->config));
  TRY(check_terminal(*bundle_.config, options_->console_socket, options_->run.detach));
  const criu::Version version = TRY(check_criu(options_->criu));
  constexpr criu::Version kLabels{3, 16, 0};
  if ((!options_->lsm_profile.empty() || !options_->lsm_mount_context.empty()) && version < kLabels)
    return fail(
        Error::make(Kind::unsupported, "--lsm-profile and --lsm-mount-context need CRIU 3.16 or newer"));
  directories_ = TRY(CriuDirectories::open(options_->criu, CriuDirectories::Missing::refuse));
  auto text = sys::read_file_at(directories_->images(), kDescriptorsFile);
  if (!text && text.error().err() == ENOENT)
    return fail(Error::make(Kind::not_found, cat(quote(options_->criu.images),
                                                 " holds no checkpoint: there is no ", kDescriptorsFile))
                    .hint("--image-path names the directory that checkpoint wrote"));
  if (!text) return fail(std::move(text).error());
  descriptors_ = TRY_IN(parse_descriptors(*text), kDescriptorsFile);
  if (!options_->console_socket.empty())
    console_socket_ = TRY_IN(sys::connect_to(options_->console_socket, SOCK_STREAM), "--console-socket");
  return {};
}

Result<> Restoration::reserve() {
  TRY(check_id(options_->id));
  store_ = TRY(StateStore::open(context_->root, true));
  entry_ = TRY(store_->create(options_->id));
  return {};
}

// What was a pipe to the outside becomes what we have in its place.
Result<> Restoration::inherit_streams(const std::vector<std::string>& descriptors) {
  for (std::size_t i = 0; i < descriptors.size() && i < 3; ++i) {
    const std::string& key = descriptors[i];
    if (!key.starts_with("pipe:") ||
        std::ranges::find(request_.inherited, key, &criu::InheritedFd::key) != request_.inherited.end())
      continue;
    sys::Fd copy = TRY(sys::duplicate(static_cast<int>(i)));
    request_.inherited.push_back({key, copy.get()});
    passed_.push_back(std::move(copy));
  }
  return {};
}

Result<> Restoration::enter_namespaces() {
  for (const auto& entry : bundle_.config->linux_.namespaces) {
    if (entry.path.empty()) continue;
    const std::string_view name = spec::find_name(spec::namespaces(), entry.type);
    if (const ExternalNamespace* external = find_external(entry.type)) {
      sys::Fd space = TRY_IN(sys::open(entry.path, O_RDONLY | O_NONBLOCK), cat("join ", name, " namespace"));
      request_.inherited.push_back({std::string(external->key), space.get()});
      passed_.push_back(std::move(space));
    } else if (entry.type == CLONE_NEWCGROUP) {
      return fail(Error::make(Kind::unsupported, "CRIU cannot restore into an existing cgroup namespace")
                      .at("linux.namespaces"));
    } else {
      // Its names are those of /proc/self/ns.
      request_.joined.push_back({name == "mount"     ? "mnt"
                                 : name == "network" ? "net"
                                                     : std::string(name),
                                 entry.path});
    }
  }
  return {};
}

Result<> Restoration::make_request() {
  request_ = common_options(options_->criu, bundle_.config->annotations);
  request_.evasive_devices = true;
  request_.restore_sibling = true;
  request_.lsm_profile = options_->lsm_profile;
  request_.lsm_mount_context = options_->lsm_mount_context;
  TRY(inherit_streams(descriptors_));
  return enter_namespaces();
}

// CRIU is started in a mount namespace of its own, while we are back in ours at once: hooks are to see the
// host's mounts.
Result<> Restoration::start_criu() {
  std::vector<int> passed;
  for (const auto& fd : passed_) passed.push_back(fd.get());
  if (!plan_.mounts_namespace) {
    directories_->put(request_, kLogFile);
    session_ = TRY(criu::Session::start(options_->criu.program, passed));
    return {};
  }
  if (const int made = sys::raw::mkdirat(entry_->dir(), kRootDirectory, 0700); made < 0)
    return fail(Error::sys(-made, "make a directory for the root file system"));
  MountNamespace space = TRY(MountNamespace::enter());
  // CRIU mounts things there, which it could not through fds of another mount namespace.
  directories_ = TRY(CriuDirectories::open(options_->criu, CriuDirectories::Missing::refuse));
  directories_->put(request_, kLogFile);
  request_.root = cat(path_of(entry_->dir()), "/", kRootDirectory);
  const MountPlaces places = TRY(prepare_restore_root(plan_, request_.root));
  const std::string table = TRY(sys::read_file("/proc/self/mountinfo", 64u << 20));
  request_.external = externals_to_restore(plan_, places, sys::parse_mountinfo(table));
  session_ = TRY(criu::Session::start(options_->criu.program, passed));
  return space.leave();
}

// CRIU itself is moved there, so all that it makes is born there.
Result<> Restoration::place_in_cgroups(pid_t pid) {
  if (cgroups_) {
    const spec::Resources none;
    const auto& given = bundle_.config->linux_.resources;
    const spec::Resources& resources = given ? *given : none;
    if (cgroups_->has_unit()) TRY(cgroups_->start_unit(pid, resources, bundle_.config->annotations));
    TRY(cgroups_->create());
    record_.cgroups = cgroups_->saved();
    TRY(cgroups_->apply(resources));
    TRY(settle_cgroup_owner(*cgroups_, *bundle_.config));
    TRY(cgroups_->attach(pid));
    const std::string table = TRY(sys::read_kernel_file(cat("/proc/", pid, "/cgroup")));
    for (std::string_view line : text::split(table, '\n')) {
      const auto first = line.find(':');
      const auto second = first == std::string_view::npos ? first : line.find(':', first + 1);
      if (second == std::string_view::npos) continue;
      request_.cgroup_roots.push_back(
          {std::string(line.substr(first + 1, second - first - 1)), std::string(line.substr(second + 1))});
    }
  }
  if (const auto& rdt = bundle_.config->linux_.intel_rdt)
    TRY_IN(enter_resctrl(record_.resctrl, *rdt, pid), "linux.intelRdt");
  return {};
}

Result<> Restoration::adopt(pid_t pid) {
  const int pidfd = sys::raw::pidfd_open(pid);
  if (pidfd < 0) return fail(Error::sys(-pidfd, "open the restored process"));
  process_ = sys::Process(pid, sys::Fd(pidfd));
  if (bundle_.config->root.readonly && plan_.mounts_namespace) TRY(make_root_read_only(pidfd));
  const sys::ProcessStat stat = TRY(sys::read_process_stat(pid));
  record_.pid = pid;
  record_.start_time = stat.start_time;
  record_.ready = true;
  return entry_->write(record_);
}

Result<> Restoration::listen(const criu::Response& notice, sys::Fd fd) {
  MASU_DEBUG(cat("CRIU: ", notice.script));
  if (notice.script == "setup-namespaces") {
    const spec::Hooks& hooks = bundle_.config->hooks;
    hooks_ran_ = true;
    TRY(run_hooks(hooks.prestart, "prestart", "creating", notice.script_pid, record_));
    return run_hooks(hooks.create_runtime, "createRuntime", "creating", notice.script_pid, record_);
  }
  // The processes stand still until this has been answered: the state is written before they run.
  if (notice.script == "post-restore") return adopt(notice.script_pid);
  if (notice.script == "orphan-pts-master" && fd.valid()) {
    if (console_socket_.valid()) return send_master(console_socket_.get(), fd.get());
    master_ = std::move(fd);
  }
  return {};
}

Result<> Restoration::build() {
  cgroups_ = TRY(plan_cgroups(*context_, *bundle_.config, options_->id));
  record_ = TRY(make_record(*context_, options_->id, options_->bundle, *bundle_.config));
  record_.descriptors = describe_streams(*bundle_.config, {0, 1, 2});
  record_.has_cgroups = cgroups_.has_value();
  if (cgroups_) record_.cgroups = cgroups_->saved();
  TRY(entry_->write_config(bundle_.text));
  TRY(entry_->write(record_));
  PlanRequest request;
  request.config = bundle_.config.get();
  request.bundle = options_->bundle;
  request.id = options_->id;
  if (cgroups_) {
    request.cgroup_v2 = record_.cgroups.kind == cgroups::LayoutKind::v2;
    request.cgroups = views_of(*cgroups_);
  }
  plan_ = TRY(build_plan(request, read_host_facts()));
  TRY(make_request());
  TRY(start_criu());
  TRY(place_in_cgroups(session_->pid()));
  TRY(entry_->write(record_));
  const auto listener = [this](const criu::Response& notice, sys::Fd fd) {
    auto heard = listen(notice, std::move(fd));
    refused_ |= !heard;
    return heard;
  };
  const auto answer =
      TRY(session_->perform(criu::encode_request(criu::Action::restore, &request_), listener, -1));
  session_.reset();
  (void)sys::raw::unlinkat(entry_->dir(), kRootDirectory, AT_REMOVEDIR);
  if (process_.pidfd() < 0) TRY(adopt(answer.restored_pid));
  return hand_over();
}

Result<> Restoration::hand_over() {
  if (options_->pid_file.empty()) return {};
  return write_pid_file(options_->pid_file, process_.pid());
}

Result<> Restoration::run() {
  const std::string what = cat("restore container ", quote(options_->id));
  TRY(reserve());
  auto built = prepare();
  if (built) built = build();
  if (built) return {};
  // Of what we refused ourselves, such as a hook that failed, CRIU's log says only that somebody did.
  Error error = session_ && !refused_ ? directories_->explain(std::move(built).error(), kLogFile)
                                      : std::move(built).error();
  session_.reset();  // CRIU ends what it has made so far
  undo();
  return fail(std::move(error).within(what));
}

Result<> Restoration::dispose() {
  Result<> result;
  if (cgroups_) result = cgroups_->remove(std::chrono::steady_clock::now() + kRemoveDeadline);
  if (result) result = leave_resctrl(record_.resctrl);
  // What could not be removed stays on record, for `delete` to try again.
  if (result && store_ && entry_) result = store_->remove(*entry_);
  if (hooks_ran_) run_poststop_hooks(*bundle_.config, record_);
  return result;
}

void Restoration::undo() {
  if (process_.pidfd() >= 0) {
    (void)process_.signal(SIGKILL);
    if (cgroups_) (void)cgroups_->thaw();
    reap_killed(process_);
  }
  if (auto disposed = dispose(); !disposed) log::write(log::Level::warning, disposed.error().message());
}

}  // namespace

Result<int> restore(const Context& context, const RestoreOptions& options) {
  Restoration restoration(context, options);
  if (options.run.detach) {
    TRY(restoration.run());
    return 0;
  }
  if (!options.run.no_subreaper) (void)sys::raw::prctl(PR_SET_CHILD_SUBREAPER, 1);
  const SignalGate gate;
  TRY(restoration.run());
  auto code = supervise(restoration.process(), Foreground{.master = restoration.take_master()});
  if (!options.run.keep)
    if (auto disposed = restoration.dispose(); !disposed)
      log::write(log::Level::warning, disposed.error().message());
  return code;
}

}  // namespace masu::container
