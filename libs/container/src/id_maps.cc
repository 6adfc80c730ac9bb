// SPDX-License-Identifier: Apache-2.0
#include "id_maps.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/sys/id_maps.h"
#include "masu/sys/process.h"
#include "plan.h"

#include <cerrno>
#include <cstdlib>

#include <unistd.h>

namespace masu::container {
namespace {

using Maps = std::vector<spec::IdMapping>;

std::vector<sys::IdRange> ranges_of(const Maps& maps) {
  std::vector<sys::IdRange> out;
  for (const auto& map : maps) out.push_back({map.container_id, map.host_id, map.size});
  return out;
}

std::string map_text(const Maps& maps) { return sys::map_text(ranges_of(maps)); }

bool maps_only(const Maps& maps, std::uint32_t id) {
  return maps.size() == 1 && maps.front().size == 1 && maps.front().host_id == id;
}

Result<> run_helper(const char* name, pid_t pid, const Maps& maps) {
  const std::string path = TRY(sys::find_map_helper(name));
  std::vector<std::string> words = sys::map_helper_words(name, pid, ranges_of(maps));
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  char* const envp[] = {nullptr};
  sys::Spawn spawn;
  spawn.path = path.c_str();
  spawn.argv = argv.data();
  spawn.envp = envp;
  int pidfd = -1;
  const long started = sys::spawn(spawn, &pidfd);
  if (started < 0) return fail(Error::sys(static_cast<int>(-started), cat("run ", path)));
  const sys::Process helper(static_cast<pid_t>(started), sys::Fd(pidfd));
  if (const int code = TRY(helper.reap()); code != 0) return fail(sys::map_helper_failed(path, code));
  return {};
}

}  // namespace

Result<> map_mount_ids(const sys::Procfs& procfs, pid_t pid, const IdMapPlan& map, int mount) {
  const sys::Fd user =
      TRY(map.of_container ? sys::open_user_namespace(procfs, pid)
                           : sys::make_user_namespace(procfs, ranges_of(map.uids), ranges_of(map.gids)));
  const int set = sys::set_mount_ids(mount, user.get(), map.recursive);
  if (set >= 0) return {};
  Error error = Error::sys(-set, "set the id map of the mount");
  if (set == -EINVAL)
    return fail(std::move(error).hint(
        "the file system, or one mounted below it with ridmap, has no id-mapped mounts on this kernel"));
  if (set == -EPERM)
    return fail(
        std::move(error).hint("it needs rights over the file system, which only the host's root has, and a "
                              "mount without a map yet"));
  return fail(std::move(error));
}

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
