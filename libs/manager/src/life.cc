// SPDX-License-Identifier: Apache-2.0
#include "masu/manager/life.h"

#include "bundle.h"
#include "masu/base/log.h"
#include "masu/base/scope_exit.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/json/reader.h"
#include "masu/json/writer.h"
#include "masu/manager/events.h"
#include "masu/manager/network.h"
#include "masu/manager/user_namespace.h"
#include "masu/manager/volume.h"
#include "masu/store/tree.h"
#include "masu/sys/activation.h"
#include "masu/sys/private_mounts.h"
#include "masu/sys/process.h"
#include "masu/sys/raw.h"
#include "mounts.h"
#include "user_space.h"

#include <array>
#include <cerrno>

#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace masu::manager {
namespace {

namespace raw = sys::raw;

constexpr const char* kExitRecord = "exit.json";
constexpr const char* kStartedMark = "started";
constexpr const char* kPausedMark = "paused";
constexpr std::string_view kNetworkStep = "set up the network";
constexpr std::int64_t kShimTime = 180'000'000'000;  // the child of the runtime alone may take 120 s

bool exists(const std::string& path) {
  struct stat status{};
  return raw::fstatat(AT_FDCWD, path.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0;
}

// When a mark was made; empty if there is none.
std::string mark_time(const std::string& path) {
  struct stat status{};
  if (raw::fstatat(AT_FDCWD, path.c_str(), &status, AT_SYMLINK_NOFOLLOW) < 0) return {};
  return text::rfc3339(status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
}

// For the shim: a text for the container's shell, or an array of words.
std::string health_command(const std::vector<std::string>& test) {
  if (test.empty()) return {};
  if (test.front() == "CMD-SHELL") return test.size() > 1 ? test[1] : "";
  std::string out;
  json::Writer words(out);
  words.begin_array();
  for (std::size_t i = 1; i < test.size(); ++i) words.value(test[i]);
  words.end_array();
  return out;
}

std::string number_word(std::uint64_t number) { return number == 0 ? "" : cat(number); }

std::vector<std::string> shim_words(const Place& place, const Request& request, const Facts& facts) {
  const std::string folder = place.folder(request.id);
  std::vector<std::string> words = {place.shim,
                                    "--root",
                                    place.state + "/shims",
                                    "--bundle",
                                    folder + "/bundle",
                                    "--container-id",
                                    request.id,
                                    "--runtime",
                                    place.runtime,
                                    "--runtime-arg",
                                    "--root",
                                    "--runtime-arg",
                                    place.state + "/runtime",
                                    "--log-file",
                                    request.log_path.empty() ? folder + "/log" : request.log_path,
                                    "--stdin",
                                    request.interactive ? "once" : "none",
                                    "--event-log",
                                    event_folder(place),
                                    "--stop-timeout",
                                    cat(request.stop_timeout, "s")};
  if (request.remove) words.emplace_back("--passing");
  if (facts.user_systemd) words.insert(words.end(), {"--runtime-arg", "--systemd-cgroup"});
  for (const auto& [flag, value] : {std::pair<const char*, std::string>{"--stop-signal", request.stop_signal},
                                    {"--restart", request.restart},
                                    {"--pid-file", request.pid_file},
                                    {"--log-format", request.log_driver},
                                    {"--log-max-size", request.log_max_size},
                                    {"--log-max-files", number_word(request.log_max_files)},
                                    {"--health-cmd", health_command(request.health_test)},
                                    {"--health-interval", request.health_interval},
                                    {"--health-timeout", request.health_timeout},
                                    {"--health-start-period", request.health_start_period},
                                    {"--health-start-interval", request.health_start_interval},
                                    {"--time-limit", request.timeout == 0 ? "" : cat(request.timeout, "s")},
                                    {"--health-retries", number_word(request.health_retries)},
                                    {"--health-on-failure", request.health_on_failure},
                                    {"--health-startup-cmd", health_command(request.startup_test)},
                                    {"--health-startup-interval", request.startup_interval},
                                    {"--health-startup-timeout", request.startup_timeout},
                                    {"--health-startup-retries", number_word(request.startup_retries)},
                                    {"--health-startup-success", number_word(request.startup_success)},
                                    {"--log-name", request.log_driver == "journald" ? request.name : ""},
                                    {"--log-tag", log_tag(request).value_or("")}})
    if (!value.empty()) words.insert(words.end(), {flag, value});
  for (const std::string& word : {place.self, std::string("--root"), place.root, std::string("--state"),
                                  place.state, std::string("cleanup"), request.id}) {
    words.emplace_back(word == place.self ? "--exit-command" : "--exit-command-arg");
    words.push_back(word);
  }
  return words;
}

// Copies with numbers above those that they are passed as.
Result<std::vector<sys::Fd>> lift(const std::vector<sys::Fd>& fds, int first) {
  std::vector<sys::Fd> out;
  for (const sys::Fd& fd : fds) {
    const int copy = raw::fcntl(fd.get(), F_DUPFD_CLOEXEC, first + static_cast<long>(fds.size()));
    if (copy < 0) return fail(Error::sys(-copy, "duplicate a file descriptor"));
    out.emplace_back(copy);
  }
  return out;
}

// Runs the program to its end, with these fds: its words on stderr are the error.
Result<> run_shim(const std::vector<std::string>& words, const std::vector<sys::Fd>& held = {}) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return fail(Error::sys(errno, "pipe"));
  sys::Fd in(ends[0]), out(ends[1]);
  const sys::Fd null = TRY(sys::open("/dev/null", O_RDWR));
  std::vector<char*> argv;
  for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  int pidfd = -1;
  // The container gets the sockets that a service manager has given us; those that the shim is to hold stand
  // behind.
  const unsigned sockets = sys::listen_fds();
  const int first_held = 3 + static_cast<int>(sockets);
  sys::ListenEnvironment environment(sockets);
  const std::vector<sys::Fd> lifted = TRY(lift(held, first_held));
  std::vector<int> numbers;
  for (const sys::Fd& fd : lifted) numbers.push_back(fd.get());
  const long pid = sys::spawn({.path = words.front().c_str(),
                               .argv = argv.data(),
                               .envp = environment.envp(),
                               .stdin_fd = null.get(),
                               .stdout_fd = null.get(),
                               .stderr_fd = out.get(),
                               .handed = numbers,
                               .first_handed = first_held,
                               .own_pid = environment.own_pid()},
                              &pidfd);
  if (pid < 0) return fail(Error::sys(static_cast<int>(-pid), cat("execute ", quote(words.front()))));
  out.reset();
  const std::string said = sys::read_all(in.get(), std::size_t{1} << 20).value_or("");
  int status = 0;
  const long waited = sys::wait_spawned(pidfd, raw::monotonic_ns() + kShimTime, &status);
  (void)raw::close(pidfd);
  if (waited < 0) return fail(Error::make(Kind::timeout, "masu-shim has not created the container in 180 s"));
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  const auto lines = text::split(text::trim(said), '\n');
  Error error = Error::make(Kind::system,
                            said.empty() ? "masu-shim failed without a word" : std::string(lines.front()));
  if (lines.size() > 1 && lines.back().starts_with("hint: "))
    return fail(std::move(error).hint(std::string(lines.back().substr(6))));
  return fail(std::move(error));
}

// The record of the end moves from the shim's folder, which goes, into the container's.
void keep_exit_record(const Place& place, const Request& request) {
  const auto record = sys::read_file(cat(place.shim_folder(request.id), "/", kExitRecord));
  const auto folder = sys::open(place.folder(request.id), O_RDONLY | O_DIRECTORY);
  if (record && !record->empty() && folder) {
    if (auto kept = sys::replace_file_at(folder->get(), kExitRecord, *record, 0644); !kept)
      MASU_DEBUG(kept.error().message());
  }
}

Result<> prepare_mounts(const Place& place, const Request& request, const Facts& facts,
                        const NetworkSpace& network, UserSpace users) {
  const SharedMounts shared = TRY(take_shared_mounts(request));
  const sys::PrivateMounts mounts = TRY(sys::PrivateMounts::enter());
  if (users.space.valid()) TRY(mount_user_space(place, request, users));
  TRY(mount_rootfs(place, request, facts, users));
  {
    const sys::Fd rootfs = TRY(sys::open(place.rootfs(request.id), O_PATH | O_DIRECTORY));
    TRY(stage_mounts(place, request, facts, users, rootfs.get(), shared));
  }
  if (network.space.valid()) TRY(mount_network_space(place, request, network));
  TRY(write_bundle(place, request, facts, network, users));
  std::vector<std::string> words = shim_words(place, request, facts);
  if (!network.held.empty()) words.insert(words.end(), {"--hold-fds", cat(network.held.size())});
  return run_shim(words, network.held);
}

// Its container too, if that runs.
Result<> end_shim_alone(const Place& place, const Request& request) {
  const std::string folder = place.shim_folder(request.id);
  if (!exists(folder)) return {};
  const ShimClient shim(folder);
  if (shim.is_alive()) {
    keep_exit_record(place, request);
    auto ended = shim.get("DELETE", "/?exit-command=false");
    if (ended || !exists(folder)) return {};
    // It may have been ending already, by what its exit command asked for, and have cut us off.
    if (shim.is_alive()) return fail(std::move(ended).error());
  }
  // A shim that was killed: its container is ended by the runtime.
  TRY(enter_user_namespace());
  keep_exit_record(place, request);
  const std::vector<std::string> words = {place.runtime, "--root",  place.state + "/runtime",
                                          "delete",      "--force", request.id};
  TRY(run_shim(words));
  return store::remove_tree(AT_FDCWD, folder.c_str());
}

}  // namespace

std::string_view phase_name(Phase phase) {
  switch (phase) {
    case Phase::created:
      return "created";
    case Phase::running:
      return "running";
    case Phase::paused:
      return "paused";
    case Phase::exited:
      break;
  }
  return "exited";
}

Result<State> parse_exit(std::string_view record) {
  const json::Document document = TRY(json::Document::parse(record));
  const json::Reader in(document);
  State out{.phase = Phase::exited};
  TRY(in.optional("exitStatus", out.exit_code));
  TRY(in.optional("oomKilled", out.oom_killed));
  TRY(in.optional("unknown", out.unknown));
  TRY(in.optional("startedAt", out.started));
  TRY(in.optional("finishedAt", out.finished));
  return out;
}

// The record of an end stays where it is when the shim starts the container again, by its policy or for its
// health.
static bool lives_again(const ShimClient& shim) {
  const auto answer = shim.get("GET", "/");
  const auto document =
      answer ? json::Document::parse(*answer) : fail(Error::make(Kind::system, "no answer"));
  if (!document) return false;
  const json::Reader in(*document);
  std::string status;
  if (const auto state = in.find("state"); state && state->value().is(json::Type::object))
    (void)state->optional("status", status);
  return status == "running" || status == "paused";
}

State read_state(const Place& place, const Request& request) {
  const std::string folder = place.folder(request.id), shim = place.shim_folder(request.id);
  // Kept before the shim is ended, and removed before the next is started: a shim that is on its way out, its
  // own record gone already, does not count.
  if (const auto record = sys::read_file(cat(folder, "/", kExitRecord)))
    if (auto ended = parse_exit(*record)) return std::move(*ended);
  if (exists(shim) && ShimClient(shim).is_alive()) {
    State out;
    if (auto since = mark_time(cat(folder, "/", kStartedMark)); !since.empty()) {
      out.phase = exists(cat(folder, "/", kPausedMark)) ? Phase::paused : Phase::running;
      out.started = std::move(since);
    }
    if (const auto record = sys::read_file(cat(shim, "/", kExitRecord)); record && !record->empty())
      if (auto ended = parse_exit(*record); ended && !lives_again(ShimClient(shim))) return std::move(*ended);
    return out;
  }
  if (!exists(cat(folder, "/", kStartedMark))) return {};
  return {.phase = Phase::exited, .exit_code = 255, .unknown = true};
}

State read_live_state(const Place& place, const Request& request) {
  State out = read_state(place, request);
  if (!is_running(out.phase)) return out;
  const auto answer = ShimClient(place.shim_folder(request.id)).get("GET", "/");
  const auto document =
      answer ? json::Document::parse(*answer) : fail(Error::make(Kind::system, "no answer"));
  if (!document) return out;
  const json::Reader in(*document);
  std::string status;
  if (const auto state = in.find("state"); state && state->value().is(json::Type::object)) {
    (void)state->optional("status", status);
    (void)state->optional("pid", out.pid);
  }
  if (status == "paused" || status == "running")
    out.phase = status == "paused" ? Phase::paused : Phase::running;
  if (const auto life = in.find("status"); life && life->value().is(json::Type::object))
    (void)life->optional("startedAt", out.started);
  return out;
}

Result<> send(const Place& place, const Request& request, std::string_view form) {
  if (!is_running(read_state(place, request).phase))
    return fail(Error::make(Kind::invalid_state, cat("container ", request.name, " is not running")));
  TRY(ShimClient(place.shim_folder(request.id)).get("POST", "/", cat(form, "&state=false")));
  return {};
}

Result<> pause(const Place& place, const Request& request) {
  const Phase phase = read_state(place, request).phase;
  if (phase != Phase::running)
    return fail(Error::make(
        Kind::invalid_state,
        cat("container ", request.name, phase == Phase::paused ? " is paused" : " is not running")));
  const sys::Fd folder = TRY(sys::open(place.folder(request.id), O_RDONLY | O_DIRECTORY));
  const sys::Fd mark = TRY(sys::open_at(folder.get(), kPausedMark, O_WRONLY | O_CREAT, 0644));
  auto paused = ShimClient(place.shim_folder(request.id)).get("POST", "/", "cmd=pause&state=false");
  if (paused) return {};
  (void)raw::unlinkat(folder.get(), kPausedMark, 0);
  return fail(std::move(paused).error());
}

Result<> unpause(const Place& place, const Request& request) {
  if (!exists(place.shim_folder(request.id)) || read_state(place, request).phase == Phase::exited)
    return fail(Error::make(Kind::invalid_state, cat("container ", request.name, " is not running")));
  TRY(ShimClient(place.shim_folder(request.id)).get("POST", "/", "cmd=resume&state=false"));
  (void)raw::unlinkat(AT_FDCWD, cat(place.folder(request.id), "/", kPausedMark).c_str(), 0);
  return {};
}

Result<> begin(const Place& place, const Request& request) {
  (void)umask(022);  // the modes of what containers see are no matter of the caller's mask
  const store::Lock held = TRY(lock(place, request.id));
  if (is_running(read_state(place, request).phase)) return {};
  TRY(end_shim(place, request));  // of the run before
  TRY(prepare(place, request));
  return start(place, request);
}

Result<> stop(const Place& place, const Request& request, const StopOptions& options) {
  if (is_running(read_state(place, request).phase)) {
    std::string form = "cmd=stop";
    if (options.seconds) form += cat("&timeout=", *options.seconds, "s");
    if (!options.signal.empty()) form += cat("&signal=", escape(options.signal));
    auto stopped = send(place, request, form);
    if (!stopped && is_running(read_state(place, request).phase)) return stopped;
  }
  const auto held = lock(place, request.id);
  if (!held) return {};  // with --rm it may be gone by now
  return request.remove ? remove(place, request) : end_shim(place, request);
}

Result<State> wait_for_end(const Place& place, const Request& request) {
  State before = read_state(place, request);
  if (before.phase == Phase::exited) return before;
  if (before.phase == Phase::created)
    return fail(Error::make(Kind::invalid_state, cat("container ", request.name, " has not been started")));
  if (const auto record = ShimClient(place.shim_folder(request.id)).get("GET", "/wait"))
    return parse_exit(*record);
  return read_state(place, request);  // it ended, and its shim, before we could ask
}

Result<std::size_t> mend(const Place& place) {
  std::size_t mended = 0;
  auto ids = store::list_folder(AT_FDCWD, (place.root + "/containers").c_str());
  if (!ids) return mended;
  for (const std::string& id : *ids) {
    if (load(place, id)) continue;
    Request rest;
    rest.id = id;
    const auto held = lock(place, id);
    if (!held) continue;  // whoever was removing it has done so
    TRY(remove(place, rest));
    ++mended;
  }
  // Networks of containers that are gone altogether.
  for (const std::string& id : TRY(network::recorded(network_folders(place)))) {
    if (exists(place.folder(id))) continue;
    TRY(network::tear_down(network_folders(place), id, -1));
    ++mended;
  }
  return mended;
}

Result<> prepare(const Place& place, const Request& request) {
  TRY(enter_user_namespace());
  const Facts facts = read_facts();
  TRY(store::make_folders(place.state + "/shims"));
  const sys::Fd folder = TRY(sys::open(place.folder(request.id), O_RDONLY | O_DIRECTORY));
  for (const char* old : {kExitRecord, kStartedMark, kPausedMark}) (void)raw::unlinkat(folder.get(), old, 0);
  // Before the mounts, which a name server that this starts would keep.
  UserSpace users = TRY_IN(make_user_space(place, request), "--userns");
  const NetworkSpace network =
      TRY_IN(make_network_space(place, request, users.space.get()), std::string(kNetworkStep));
  auto prepared = prepare_mounts(place, request, facts, network, std::move(users));
  if (!prepared && network.record)
    if (auto down = network::tear_down(network_folders(place), request.id, network.space.get()); !down)
      MASU_DEBUG(down.error().message());
  return prepared;
}

Result<> start(const Place& place, const Request& request) {
  const sys::Fd folder = TRY(sys::open(place.folder(request.id), O_RDONLY | O_DIRECTORY));
  const sys::Fd mark = TRY(sys::open_at(folder.get(), kStartedMark, O_WRONLY | O_CREAT, 0644));
  auto started = ShimClient(place.shim_folder(request.id)).get("POST", "/", "cmd=start&state=false");
  if (started) return {};
  (void)raw::unlinkat(folder.get(), kStartedMark, 0);
  (void)end_shim(place, request);
  return fail(std::move(started).error());
}

Result<> end_shim(const Place& place, const Request& request) {
  const network::Folders folders = network_folders(place);
  // While the shim is there, since the network namespace goes with it.
  const auto record = TRY(network::read_record(folders, request.id));
  const sys::Fd space = record ? find_network_space(place, request.id) : sys::Fd();
  TRY(end_shim_alone(place, request));
  return record ? network::tear_down(folders, request.id, space.get()) : Result<>();
}

Result<> remove(const Place& place, const Request& request, bool with_volumes) {
  TRY(end_shim(place, request));
  if (!request.name.empty()) record_event(place, request, "destroy");
  TRY(enter_user_namespace());
  const std::string folder = place.folder(request.id);
  // In the shim's own mount namespace, where its exit command runs, the root is still mounted, and what was
  // attached besides.
  for (const std::string& mounted : {place.rootfs(request.id), place.network_space(request.id),
                                     place.user_space(request.id), folder + "/mounts", folder + "/view"})
    (void)raw::umount2(mounted.c_str(), MNT_DETACH);
  // The record goes first: what is left of a removal that is cut off is no container any more.
  (void)raw::unlinkat(AT_FDCWD, (folder + "/container.json").c_str(), 0);
  std::array<char, 128> target{};
  const std::string name = cat(place.root, "/names/", request.name);
  const long size = raw::readlinkat(AT_FDCWD, name.c_str(), target.data(), target.size());
  if (size > 0 && std::string_view(target.data(), static_cast<std::size_t>(size)) == request.id)
    (void)raw::unlinkat(AT_FDCWD, name.c_str(), 0);
  TRY(store::remove_tree(AT_FDCWD, folder.c_str()));
  if (with_volumes || request.remove) remove_anonymous_volumes(place, request);
  return {};
}

// The runtime's words, since any OCI runtime may have said them; docker goes by them too.
int start_failure_code(const Error& error) {
  constexpr int kFailed = 125, kNotExecutable = 126, kNotFound = 127;
  std::string text = error.message();
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  const auto says = [&text](std::string_view words) { return text.find(words) != std::string::npos; };
  if (!says("exec") || text.starts_with(kNetworkStep)) return kFailed;
  if (says("no such file or directory") || says("not found") || says("enoent")) return kNotFound;
  if (says("permission denied") || says("is a directory") || says("exec format") || says("eacces") ||
      says("enoexec"))
    return kNotExecutable;
  return kFailed;
}

}  // namespace masu::manager
