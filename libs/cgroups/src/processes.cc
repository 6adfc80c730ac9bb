// SPDX-License-Identifier: Apache-2.0
//
// Manager: the container's processes.
#include "processes.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/cgroups/files.h"
#include "masu/cgroups/manager.h"
#include "masu/sys/raw.h"
#include "refusal.h"
#include "tree.h"

#include <algorithm>
#include <cerrno>

#include <signal.h>

namespace masu::cgroups {

namespace raw = sys::raw;

namespace {

Result<> append_pids(int dir, std::vector<pid_t>& pids) {
  auto text = sys::read_file_at(dir, "cgroup.procs");
  // A threaded cgroup lists threads only (cgroup-v2.rst, "Threads").
  if (!text && text.error().err() == EOPNOTSUPP) text = sys::read_file_at(dir, "cgroup.threads");
  if (!text && is_gone(text.error())) return {};
  const std::string lines = TRY(std::move(text));
  const std::vector<pid_t> found = TRY(parse_pids(lines));
  pids.insert(pids.end(), found.begin(), found.end());
  return {};
}

/// A pidfd of a process that may have ended; pid 0 is one that our pid namespace cannot name.
Result<sys::Fd> open_process(pid_t pid) {
  const int fd = pid > 0 ? raw::pidfd_open(pid) : -ESRCH;
  if (fd < 0) return fail(Error::sys(-fd, cat("open process ", pid)));
  return sys::Fd(fd);
}

}  // namespace

Result<std::vector<pid_t>> read_pids(const Root& root, const std::string& path, bool recursive) {
  std::vector<pid_t> pids;
  auto top = root.open_file(path, O_PATH | O_DIRECTORY);
  if (!top && is_gone(top.error())) return pids;
  sys::Fd dir = TRY(std::move(top));
  auto read = recursive ? walk(std::move(dir), [&pids](int fd) { return append_pids(fd, pids); })
                        : append_pids(dir.get(), pids);
  if (!read) return fail(std::move(read).error());
  return pids;
}

Result<> signal_all(const std::vector<pid_t>& pids, int signal) {
  for (const pid_t pid : pids) {
    auto process = open_process(pid);
    const int sent = process ? raw::pidfd_send_signal(process->get(), signal) : -process.error().err();
    if (sent < 0 && sent != -ESRCH &&
        sent != -EINVAL)  // EINVAL: a thread of a threaded cgroup, not a process
      return fail(Error::sys(-sent, cat("send signal ", signal, " to process ", pid)));
  }
  return {};
}

void kill_and_wait(const std::vector<pid_t>& pids, std::int64_t deadline_ns) {
  constexpr std::size_t kAtOnce = 128;  // fds, of the 1024 that a process has by default
  for (std::size_t first = 0; first < pids.size(); first += kAtOnce) {
    const std::size_t end = std::min(first + kAtOnce, pids.size());
    std::vector<sys::Fd> processes;
    for (std::size_t i = first; i < end; ++i)
      if (auto process = open_process(pids[i])) {
        (void)raw::pidfd_send_signal(process->get(), SIGKILL);
        processes.push_back(std::move(*process));
      }
    for (const sys::Fd& process : processes) {
      pollfd poll{.fd = process.get(), .events = POLLIN, .revents = 0};
      if (raw::poll_until(&poll, 1, deadline_ns) <= 0) return;
    }
  }
}

Result<std::vector<pid_t>> Manager::pids(bool recursive) const {
  // All hierarchies hold the same processes. The first here is one that software in a container leaves alone,
  // unlike systemd's own.
  const Directory* directory = nullptr;
  for (const char* controller : {"devices", "freezer", "pids", "memory", "cpu"})
    if (directory == nullptr) directory = find(controller);
  if (directory == nullptr) directory = find_v2();
  if (directory == nullptr && !saved_.directories.empty()) directory = &saved_.directories.front();
  if (directory == nullptr) return std::vector<pid_t>();
  std::vector<pid_t> pids = TRY(read_pids(root_, directory->path, recursive));
  std::ranges::sort(pids);
  return pids;
}

Result<> Manager::kill_all(int signal) const {
  const Directory* unified = find_v2();
  bool done = false;
  if (signal == SIGKILL && unified != nullptr) {
    auto killed =
        root_.write(unified->path + "/cgroup.kill", "1");  // Linux 5.14; takes forking processes with it
    done = killed.has_value();
  }
  // In a hybrid layout a process may have left the v2 tree's part that is ours, or never have come there.
  if (!done || saved_.kind != LayoutKind::v2) {
    // Who is stopped does not fork between the look and the blow.
    const Directory* freezer = signal == SIGKILL && !done ? find("freezer") : nullptr;
    if (freezer != nullptr) (void)root_.write(freezer->path + "/freezer.state", "FROZEN");
    const std::vector<pid_t> all = TRY(pids(true));
    TRY(signal_all(all, signal));
  }
  // A frozen v1 cgroup keeps SIGKILL pending (cgroup-v1/freezer-subsystem.rst); v2's lets it through.
  return signal == SIGKILL && find("freezer") != nullptr ? thaw() : Result<>();
}

Error Manager::explain_clone(int err) const {
  Error error = Error::sys(err, "make a process in the cgroup");
  const Directory* unified = find_v2();
  if (unified == nullptr) return error;
  return explain_join(Error::sys(err, cat("make a process in cgroup ", quote(unified->path))), root_,
                      *unified);
}

Result<Manager> Manager::follow(pid_t pid) const {
  const std::string text = TRY(sys::read_file(cat("/proc/", pid, "/cgroup")));
  const std::vector<OwnCgroup> present = TRY(parse_own_cgroups(text));
  Saved saved = saved_;
  for (Directory& directory : saved.directories) {
    const auto found = std::ranges::find(present, directory.controllers, &OwnCgroup::controllers);
    if (found == present.end()) continue;
    // Elsewhere than below: outside of our cgroup namespace, or taken out of the container's limits.
    std::string path = cat(directory.mount, found->path);
    if (path.starts_with(directory.path + "/") && root_.open_file(path, O_PATH | O_DIRECTORY))
      directory.path = std::move(path);
  }
  return from_saved(std::move(saved));
}

Result<FreezerState> Manager::freezer_state() const {
  const Directory* freezer = find("freezer");
  const Directory* unified = freezer == nullptr ? find_v2() : nullptr;
  if (freezer == nullptr && unified == nullptr) return FreezerState::thawed;
  auto text = freezer != nullptr ? root_.read(freezer->path + "/freezer.state")
                                 : root_.read(unified->path + "/cgroup.events");
  if (!text && is_gone(text.error())) return FreezerState::thawed;
  const std::string state = TRY(std::move(text));
  if (freezer != nullptr) {
    if (state.starts_with("FROZEN")) return FreezerState::frozen;
    return state.starts_with("FREEZING") ? FreezerState::freezing : FreezerState::thawed;
  }
  if (find_flat(state, "frozen") == 1u) return FreezerState::frozen;
  auto wanted = root_.read(unified->path + "/cgroup.freeze");
  return wanted && wanted->starts_with('1') ? FreezerState::freezing : FreezerState::thawed;
}

Result<> Manager::thaw() const {
  const Directory* freezer = find("freezer");
  const Directory* unified = freezer == nullptr ? find_v2() : nullptr;
  if (unified != nullptr) {
    auto written = root_.write(unified->path + "/cgroup.freeze", "0");
    if (!written && is_gone(written.error())) return {};
    return written;
  }
  if (freezer == nullptr) return {};
  auto top = root_.open_file(freezer->path, O_PATH | O_DIRECTORY);
  if (!top && is_gone(top.error())) return {};
  // A child that was frozen by itself stays so when its parent is thawed.
  return walk(TRY(std::move(top)), [](int dir) -> Result<> {
    auto written = sys::write_file_at(dir, "freezer.state", "THAWED");
    if (!written && is_gone(written.error())) return {};
    return written;
  });
}

std::uint64_t Manager::oom_kills() const {
  const Directory* memory = find("memory");
  if (memory == nullptr && saved_.kind == LayoutKind::v2) memory = find_v2();
  if (memory == nullptr) return 0;
  const auto text = root_.read(memory->path + (memory->is_v2() ? "/memory.events" : "/memory.oom_control"));
  return text ? find_flat(*text, "oom_kill").value_or(0) : 0;
}

std::string Manager::oom_ancestor() const {
  const Directory* unified = find("memory") == nullptr ? find_v2() : nullptr;
  if (unified == nullptr) return {};
  const auto reached = [this](const std::string& file) {
    const auto text = root_.read(file);
    return text && find_flat(*text, "oom").value_or(0) > 0;
  };
  if (reached(unified->path + "/memory.events")) return {};
  for (std::string path = unified->path; path.size() > unified->mount.size(); path.resize(path.rfind('/')))
    if (reached(path + "/memory.events.local")) return path;
  return {};
}

}  // namespace masu::cgroups
