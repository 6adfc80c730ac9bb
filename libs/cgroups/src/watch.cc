// SPDX-License-Identifier: Apache-2.0
//
// Manager: watching for the OOM killer and for pressure.
#include "masu/cgroups/watch.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/cgroups/files.h"
#include "masu/cgroups/manager.h"
#include "masu/sys/raw.h"
#include "tree.h"

#include <array>
#include <cerrno>

#include <sys/eventfd.h>
#include <sys/inotify.h>

namespace masu::cgroups {

namespace raw = sys::raw;

namespace {

Result<sys::Fd> opened(long result, const char* step) {
  if (result < 0) return fail(Error::sys(static_cast<int>(-result), step));
  return sys::Fd(static_cast<int>(result));
}

/// One value of a flat keyed file; nothing if the file, the key or the cgroup is not there.
Result<std::optional<std::uint64_t>> read_flat(const Root& root, const std::string& path,
                                               std::string_view key) {
  auto text = root.read(path);
  if (!text && is_gone(text.error())) return std::nullopt;
  const std::string content = TRY(std::move(text));
  return find_flat(content, key);
}

Result<> add_watch(const sys::Fd& inotify, const Root& root, const std::string& path) {
  // Below a root that only an fd leads to, inotify needs a path of this process's own.
  const sys::Fd file = TRY(root.open_file(path, O_PATH));
  const std::string link = cat("/proc/self/fd/", file.get());
  const long added = raw::call(SYS_inotify_add_watch, inotify.get(), link.c_str(), IN_MODIFY);
  if (added < 0) return fail(Error::sys(static_cast<int>(-added), cat("watch ", quote(path))));
  return {};
}

/// Empties an eventfd or an inotify queue. False if there was nothing in it.
Result<bool> drain(const sys::Fd& fd) {
  bool any = false;
  alignas(std::uint64_t) std::array<char, 4096> buffer;
  while (true) {
    const long got = raw::read(fd.get(), buffer.data(), buffer.size());
    if (got == -EAGAIN || got == 0) return any;
    if (got == -EINTR) continue;
    if (got < 0) return fail(Error::sys(static_cast<int>(-got), "read events of the cgroup"));
    any = true;
  }
}

}  // namespace

Result<> OomWatch::start_v1() {
  fd_ = TRY(opened(raw::call(SYS_eventfd2, 0, EFD_CLOEXEC | EFD_NONBLOCK), "make an eventfd"));
  const sys::Fd control = TRY(root_.open_file(directory_ + "/memory.oom_control", O_RDONLY));
  TRY(root_.write(directory_ + "/cgroup.event_control", cat(fd_.get(), " ", control.get())));
  kills_ = TRY(read_flat(root_, directory_ + "/memory.oom_control", "oom_kill")).value_or(0);
  return {};
}

Result<> OomWatch::start_v2(const std::string& mount) {
  fd_ = TRY(opened(raw::call(SYS_inotify_init1, IN_CLOEXEC | IN_NONBLOCK), "make an inotify instance"));
  TRY(add_watch(fd_, root_, directory_ + "/memory.events"));
  TRY(add_watch(fd_, root_, directory_ + "/cgroup.events"));
  kills_ = TRY(read_flat(root_, directory_ + "/memory.events", "oom_kill")).value_or(0);
  for (std::string path = directory_; path.size() > mount.size(); path.resize(path.rfind('/')))
    limits_.push_back({path, TRY(read_hits(path)).value_or(0)});
  return {};
}

/// How often a limit of this directory was the cause; the container's own stands for those of its child
/// cgroups.
Result<std::optional<std::uint64_t>> OomWatch::read_hits(const std::string& path) const {
  return read_flat(root_, path + (path == directory_ ? "/memory.events" : "/memory.events.local"), "oom");
}

Result<OomWatch::Event> OomWatch::take() {
  const bool rung = TRY(drain(fd_));
  if (!limits_.empty()) return take_v2();
  return rung ? take_v1() : Event{};
}

/// The eventfd counts memory running out, here or (for all cgroups below it) in an ancestor; the kernel also
/// rings it when the cgroup is removed.
Result<OomWatch::Event> OomWatch::take_v1() {
  Event event;
  const auto kills = TRY(read_flat(root_, directory_ + "/memory.oom_control", "oom_kill"));
  auto there = root_.open_file(directory_, O_PATH | O_DIRECTORY);
  event.gone = !there && is_gone(there.error());
  event.oom = !event.gone;
  if (kills) event.kills = *kills - std::exchange(kills_, *kills);
  return event;
}

Result<OomWatch::Event> OomWatch::take_v2() {
  Event event;
  const auto populated = TRY(read_flat(root_, directory_ + "/cgroup.events", "populated"));
  event.gone = populated.value_or(0) == 0;
  const auto kills = TRY(read_flat(root_, directory_ + "/memory.events", "oom_kill"));
  if (kills) event.kills = *kills - std::exchange(kills_, *kills);
  // The kernel counts the hit first and the kill later, and a hit without a kill took nobody of ours: what is
  // told is the kill, and the hits that came before it say whose limit it was.
  event.oom = event.kills > 0;
  if (!event.oom) return event;
  for (Limit& limit : limits_) {
    const auto hits = TRY(read_hits(limit.directory));
    if (hits && *hits != std::exchange(limit.hits, *hits) && event.cause.empty())
      event.cause = limit.directory;
  }
  return event;
}

Result<OomWatch> Manager::watch_oom() const {
  const Directory* memory = find("memory");
  const Directory* directory = memory != nullptr ? memory : find_v2();
  const auto unsupported = [] {
    return Error::make(Kind::unsupported, "there is no memory controller that would report the OOM killer")
        .hint("mount cgroup controller memory, or enable it in the parent cgroup");
  };
  if (directory == nullptr) return fail(unsupported());
  OomWatch watch(TRY(Root::open(saved_.root)));
  watch.directory_ = directory->path;
  auto started = memory != nullptr ? watch.start_v1() : watch.start_v2(directory->mount);
  if (started) return watch;
  // The directory without the file: the controller is not enabled.
  if (started.error().err() == ENOENT && root_.open_file(directory->path, O_PATH)) return fail(unsupported());
  return fail(std::move(started).error());
}

Result<sys::Fd> Manager::watch_pressure(const PressureTrigger& trigger) const {
  const Directory* unified = find_v2();
  if (unified == nullptr)
    return fail(Error::make(Kind::unsupported, "pressure is told by cgroup v2 only").hint("mount cgroup2"));
  const char* name = trigger.resource == PressureTrigger::Resource::cpu      ? "cpu"
                     : trigger.resource == PressureTrigger::Resource::memory ? "memory"
                                                                             : "io";
  const std::string path = cat(unified->path, "/", name, ".pressure");
  // The kernel takes the terminating zero for the end of the line (psi.rst, "Userspace monitor usage
  // example").
  std::string line = cat(trigger.full ? "full " : "some ", trigger.stall_us, " ", trigger.window_us);
  line += '\0';
  const auto open = [&]() -> Result<sys::Fd> {
    sys::Fd file = TRY(root_.open_file(path, O_RDWR | O_NONBLOCK));
    TRY(write_value(file, line, path));
    return file;
  };
  auto file = open();
  if (file || (file.error().err() != ENOENT && file.error().err() != EOPNOTSUPP)) return file;
  return fail(std::move(file)
                  .error()
                  .as(Kind::unsupported)
                  .hint("the kernel needs CONFIG_PSI, and psi=1 on its command line"));
}

}  // namespace masu::cgroups
