// SPDX-License-Identifier: Apache-2.0
#include "cgroup.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/cgroups/layout.h"
#include "masu/json/writer.h"

#include <csignal>
#include <map>

#include <sys/epoll.h>

namespace masu::shim {
namespace {

// controllers → path: cgroup(7), /proc/<pid>/cgroup.
std::map<std::string, std::string> parse_paths(std::string_view text) {
  std::map<std::string, std::string> paths;
  for (const std::string_view line : text::split(text::trim(text), '\n')) {
    const auto first = line.find(':');
    const auto second = line.find(':', first + 1);
    if (second == std::string_view::npos) continue;
    paths.emplace(line.substr(first + 1, second - first - 1), line.substr(second + 1));
  }
  return paths;
}

}  // namespace

Result<std::string> read_cgroups(std::string_view process) {
  return sys::read_file(cat("/proc/", process, "/cgroup"));
}

Cgroup::~Cgroup() { forget(); }

void Cgroup::forget() {
  if (watch_) loop_.forget(watch_->fd());
  watch_.reset();
  manager_.reset();
}

Result<> Cgroup::find(std::string_view text, std::function<void(const cgroups::OomWatch::Event&)> oom) {
  forget();
  on_oom_ = std::move(oom);
  const cgroups::Layout layout = TRY(cgroups::detect_layout());
  const auto theirs = parse_paths(text);
  const auto ours = parse_paths(TRY(read_cgroups("self")));
  cgroups::Saved saved{.kind = layout.kind, .root = layout.root};
  for (const cgroups::Hierarchy& hierarchy : layout.hierarchies) {
    const auto path = theirs.find(hierarchy.controllers);
    const auto own = ours.find(hierarchy.controllers);
    if (path == theirs.end() || path->second == "/" || (own != ours.end() && own->second == path->second))
      continue;
    saved.directories.push_back({hierarchy.controllers, hierarchy.mount, hierarchy.mount + path->second});
  }
  if (saved.directories.empty())
    return fail(Error::make(Kind::unsupported, "the container has no cgroup of its own"));
  manager_ = TRY(cgroups::Manager::from_saved(std::move(saved)));
  watch_ = TRY(manager_->watch_oom());
  return loop_.watch(watch_->fd(), EPOLLIN, [this](std::uint32_t) { take_oom(); });
}

void Cgroup::take_oom() {
  if (!watch_) return;
  const auto event = watch_->take();
  if (!event || event->gone) {
    loop_.forget(watch_->fd());
    watch_.reset();
  }
  if (event && event->kills > 0) on_oom_(*event);
}

Result<> Cgroup::kill_all() const {
  if (!manager_) return {};
  return manager_->kill_all(SIGKILL);
}

Result<cgroups::Stats> Cgroup::stats() const {
  if (!manager_) return fail(Error::make(Kind::unsupported, "the container has no cgroup of its own"));
  return manager_->stats();
}

Result<std::vector<pid_t>> Cgroup::pids() const {
  if (!manager_) return fail(Error::make(Kind::unsupported, "the container has no cgroup of its own"));
  return manager_->pids(true);
}

std::string stats_json(const cgroups::Stats& stats) {
  std::string text;
  json::Writer out(text);
  out.begin_object();
  out.key("cpu").begin_object().member("usage_ns", stats.cpu.total).member("user_ns", stats.cpu.user);
  out.member("system_ns", stats.cpu.kernel).member("periods", stats.cpu.periods);
  out.member("throttled_periods", stats.cpu.throttled_periods)
      .member("throttled_ns", stats.cpu.throttled)
      .end_object();
  const auto& memory = stats.memory.memory;
  out.key("memory").begin_object().member("usage", memory.usage).member("max_usage", memory.max);
  out.key("limit");
  if (memory.limit >= std::uint64_t{1} << 60)  // v1 and v2 have different words for "none"
    out.null();
  else
    out.value(memory.limit);
  out.member("failures", memory.failures).member("cache", stats.memory.cache).end_object();
  out.key("pids")
      .begin_object()
      .member("current", stats.pids.current)
      .member("limit", stats.pids.limit)
      .end_object();
  std::uint64_t read = 0, written = 0;
  for (const auto& entry : stats.block.service_bytes) {
    if (entry.operation == "Read") read += entry.value;
    if (entry.operation == "Write") written += entry.value;
  }
  out.key("io").begin_object().member("read_bytes", read).member("written_bytes", written).end_object();
  out.end_object();
  return text + "\n";
}

}  // namespace masu::shim
