// SPDX-License-Identifier: Apache-2.0
#include "id_maps.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/sys/process.h"
#include "masu/sys/raw.h"

#include <cstdlib>

#include <unistd.h>

namespace masu::container {
namespace {

using Maps = std::vector<spec::IdMapping>;

std::string map_text(const Maps& maps) {
  std::string text;
  for (const auto& map : maps) text += cat(map.container_id, " ", map.host_id, " ", map.size, "\n");
  return text;
}

bool maps_only(const Maps& maps, std::uint32_t id) {
  return maps.size() == 1 && maps.front().size == 1 && maps.front().host_id == id;
}

// newuidmap(1) is set-user-ID: looked up in fixed directories, not in the caller's PATH.
Result<> run_helper(const char* name, pid_t pid, const Maps& maps) {
  constexpr std::string_view kDirectories[] = {"/usr/bin/", "/bin/", "/usr/local/bin/"};
  std::vector<std::string> words{name, std::to_string(pid)};
  for (const auto& map : maps)
    for (auto number : {map.container_id, map.host_id, map.size}) words.push_back(std::to_string(number));
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  char* const envp[] = {nullptr};
  for (auto directory : kDirectories) {
    const std::string path = cat(directory, name);
    sys::Spawn spawn;
    spawn.path = path.c_str();
    spawn.argv = argv.data();
    spawn.envp = envp;
    int pidfd = -1;
    const long started = sys::spawn(spawn, &pidfd);
    if (started == -ENOENT) continue;
    if (started < 0) return fail(Error::sys(static_cast<int>(-started), cat("run ", path)));
    const sys::Process helper(static_cast<pid_t>(started), sys::Fd(pidfd));
    if (const int code = TRY(helper.reap()); code != 0)
      return fail(Error::make(Kind::system, cat(path, " ended with code ", code))
                      .hint("are the ids of the map yours in /etc/subuid and /etc/subgid?"));
    return {};
  }
  return fail(Error::make(Kind::unsupported, cat(name, " is not installed"))
                  .hint("more ids than your own need it: install the package uidmap"));
}

}  // namespace

Result<> write_id_maps(const sys::Procfs& procfs, pid_t pid, const spec::Linux& config) {
  const bool root = geteuid() == 0;
  const bool single = maps_only(config.uid_mappings, geteuid()) && maps_only(config.gid_mappings, getegid());
  if (!root && !single) {
    TRY_IN(run_helper("newuidmap", pid, config.uid_mappings), "map user ids");
    TRY_IN(run_helper("newgidmap", pid, config.gid_mappings), "map group ids");
    return {};
  }
  // Dropping groups could give access that a group was denied (CVE-2014-8989): an ordinary user has to give
  // it up first.
  if (!root) TRY(procfs.write(cat(pid, "/setgroups").c_str(), "deny"));
  if (auto written = procfs.write(cat(pid, "/uid_map").c_str(), map_text(config.uid_mappings)); !written)
    return fail(std::move(written).error().at("linux.uidMappings"));
  if (auto written = procfs.write(cat(pid, "/gid_map").c_str(), map_text(config.gid_mappings)); !written)
    return fail(std::move(written).error().at("linux.gidMappings"));
  return {};
}

}  // namespace masu::container
