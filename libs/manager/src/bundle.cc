// SPDX-License-Identifier: Apache-2.0
#include "bundle.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/manager/root.h"
#include "masu/spec/write.h"
#include "masu/sys/fd.h"
#include "masu/sys/path.h"
#include "masu/sys/raw.h"
#include "passwd.h"
#include "secrets.h"

#include <cerrno>

#include <fcntl.h>

namespace masu::manager {
namespace {

// "Europe/Berlin" is a file of the host's zoneinfo; "local" is the host's own.
Result<std::string> read_timezone(const std::string& name) {
  if (name == "local") return sys::read_file("/etc/localtime");
  const sys::Fd zones = TRY(sys::open("/usr/share/zoneinfo", O_PATH | O_DIRECTORY));
  const sys::Fd zone(sys::open_in_root(zones.get(), name.c_str(), O_RDONLY));
  if (!zone.valid()) return fail(Error::make(Kind::usage, cat("there is no time zone ", quote(name))));
  return sys::read_all(zone.get());
}

// passwd, group and localtime: only where there is a need.
Result<> write_files(const Request& request, int folder, int rootfs) {
  for (const char* name : {"passwd", "group", "localtime"}) (void)sys::raw::unlinkat(folder, name, 0);
  const Identity identity = TRY(find_identity(rootfs, request.user, request.groups));
  const AccountFiles accounts = add_accounts(rootfs, request, identity);
  if (accounts.passwd) TRY(sys::replace_file_at(folder, "passwd", *accounts.passwd, 0644));
  if (accounts.group) TRY(sys::replace_file_at(folder, "group", *accounts.group, 0644));
  if (!request.timezone.empty()) {
    const std::string zone = TRY_IN(read_timezone(request.timezone), "--tz");
    TRY(sys::replace_file_at(folder, "localtime", zone, 0644));
  }
  return {};
}

// In the container they are root's.
Result<> give_files(const UserSpace& users, int folder) {
  const auto uid = outer_id(users.users, 0), gid = outer_id(users.groups, 0);
  if (!users.space.valid() || !uid || !gid) return {};
  for (const char* name : {"hosts", "hostname", "resolv.conf", "passwd", "group", "localtime"}) {
    const int given = sys::raw::fchownat(folder, name, *uid, *gid, AT_SYMLINK_NOFOLLOW);
    if (given < 0 && given != -ENOENT) return fail(Error::sys(-given, cat("set the owner of ", name)));
  }
  return {};
}

}  // namespace

Result<> write_bundle(const Place& place, const Request& request, const Facts& facts,
                      const NetworkSpace& network, const UserSpace& users) {
  const sys::Fd folder = TRY(sys::open(place.folder(request.id), O_RDONLY | O_DIRECTORY));
  const sys::Fd rootfs = TRY(sys::open(place.rootfs(request.id), O_PATH | O_DIRECTORY));
  TRY(write_network_files(place, request, network.record));
  TRY(write_files(request, folder.get(), rootfs.get()));
  TRY(give_files(users, folder.get()));
  TRY(give_secrets(place, request, users));
  const spec::Config config = TRY(make_config(place, request, facts, rootfs.get(), network, users));
  const sys::Fd bundle = TRY(sys::open_at(folder.get(), "bundle", O_RDONLY | O_DIRECTORY));
  return sys::replace_file_at(bundle.get(), "config.json", spec::to_json(config) + "\n", 0600);
}

}  // namespace masu::manager
