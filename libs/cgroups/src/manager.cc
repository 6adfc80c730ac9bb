// SPDX-License-Identifier: Apache-2.0
//
// Manager: choosing the directories, making them, joining them.
#include "masu/cgroups/manager.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/cgroups/delegation.h"
#include "masu/cgroups/files.h"
#include "masu/sys/raw.h"
#include "prepare.h"
#include "processes.h"
#include "refusal.h"
#include "tree.h"

#include <algorithm>
#include <cerrno>

namespace masu::cgroups {

namespace raw = sys::raw;

namespace {

/// "/a/../b/./c" → "/b/c": an absolute path that cannot leave its root. The root itself is "/".
std::string clean(std::string_view path) {
  std::vector<std::string_view> parts;
  for (const std::string_view part : text::split(path, '/')) {
    if (part.empty() || part == ".") continue;
    if (part != "..")
      parts.push_back(part);
    else if (!parts.empty())
      parts.pop_back();
  }
  std::string out;
  for (const std::string_view part : parts) out += cat("/", part);
  return out.empty() ? "/" : out;
}

std::string_view parent_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == 0 || slash == std::string_view::npos ? "/" : path.substr(0, slash);
}

bool lacks_permission(int err) { return err == EACCES || err == EPERM || err == EROFS; }

Error refused(int err, std::string what, bool rootless) {
  Error error = Error::sys(err, std::move(what));
  if (!lacks_permission(err)) return error;
  return std::move(error).hint(rootless ? how_to_delegate()
                                        : "the cgroup file system is read-only or not this user's");
}

}  // namespace

bool Directory::has(std::string_view controller) const {
  return !is_v2() && lists_controller(controllers, controller);
}

std::string Directory::mount_name(std::string_view root) const {
  return mount.size() > root.size() ? mount.substr(mount.rfind('/') + 1) : std::string();
}

Result<Manager> Manager::plan(const Layout& layout, const PathRequest& request) {
  if (layout.kind == LayoutKind::none)
    return fail(
        Error::make(Kind::unsupported, cat("no cgroup file system is mounted on ", quote(layout.root)))
            .hint("mount cgroup2 there, or run without cgroups: --cgroup-manager disabled"));
  if (request.systemd) return plan_unit(layout, request);
  const bool relative = !request.cgroups_path.starts_with('/');
  const std::string path = clean(request.cgroups_path.empty() ? request.id : request.cgroups_path);
  if (path == "/" || path.find('\0') != std::string::npos)
    return fail(
        Error::spec("linux.cgroupsPath", cat(quote(request.cgroups_path), " names no cgroup of its own")));

  Saved saved{.kind = layout.kind,
              .root = layout.root,
              .directories = {},
              .rootless = request.rootless || in_user_namespace()};
  saved.directories.reserve(layout.hierarchies.size());
  for (const Hierarchy& hierarchy : layout.hierarchies) {
    std::string base = hierarchy.own;
    if (relative && base.empty()) base = TRY(find_v2_base(layout));
    if (!relative || base == "/") base.clear();
    saved.directories.push_back({hierarchy.controllers, hierarchy.mount, cat(hierarchy.mount, base, path)});
  }
  Manager manager = TRY(from_saved(std::move(saved)));
  manager.path_given_ = !request.cgroups_path.empty();
  return manager;
}

Result<Manager> Manager::from_saved(Saved saved) {
  Manager manager;
  manager.root_ = TRY(Root::open(saved.root));
  manager.fresh_.resize(saved.directories.size());
  manager.saved_ = std::move(saved);
  return manager;
}

const Directory* Manager::find(std::string_view controller) const {
  for (const Directory& directory : saved_.directories)
    if (directory.has(controller)) return &directory;
  return nullptr;
}

const Directory* Manager::find_v2() const {
  for (const Directory& directory : saved_.directories)
    if (directory.is_v2()) return &directory;
  return nullptr;
}

Result<> Manager::check_empty(const Directory& directory) const {
  const std::size_t count = TRY(read_pids(root_, directory.path, true)).size();
  if (count == 0) return {};
  return fail(Error::make(Kind::invalid_state, cat("container's cgroup is not empty: ", count,
                                                   " process(es) found in ", quote(directory.path))));
}

/// A cgroup that somebody uses is there in all hierarchies, as a rule: two are looked at, and make() sees to
/// the rest.
Result<> Manager::check() const {
  if (const Directory* devices = find("devices"); devices != nullptr) TRY(check_empty(*devices));
  if (const Directory* unified = find_v2(); unified != nullptr) TRY(check_empty(*unified));
  if (TRY(freezer_state()) != FreezerState::thawed)
    return fail(Error::make(Kind::invalid_state, "container's cgroup unexpectedly frozen"));
  return {};
}

/// Makes a directory and those above it. True if it was not there before.
Result<bool> Manager::make_path(const Directory& directory, const std::string& path) {
  int made = raw::mkdirat(root_.fd(), root_.below(path), 0755);
  if (made == -ENOENT && path.size() > directory.mount.size()) {
    TRY(make_path(directory, std::string(parent_of(path))));
    made = raw::mkdirat(root_.fd(), root_.below(path), 0755);
  }
  if (made == -EEXIST) return false;
  if (made < 0) return fail(refused(-made, cat("make cgroup ", quote(path)), saved_.rootless));
  return true;
}

Result<> Manager::make(std::size_t index) {
  const Directory& directory = saved_.directories[index];
  fresh_[index] = TRY(make_path(directory, directory.path));
  if (!fresh_[index] && !directory.is_v2() && !has_unit()) TRY(check_empty(directory));
  if (directory.has("cpuset")) return fill_cpuset(root_, directory.mount, directory.path, fresh_[index]);
  if (saved_.kind == LayoutKind::v2) return enable_controllers(root_, directory.mount, directory.path);
  return {};
}

Result<> Manager::create_unified() {
  for (std::size_t i = 0; i < saved_.directories.size(); ++i)
    if (saved_.directories[i].is_v2() && !fresh_[i]) return make_or_drop(i);
  return {};
}

Result<> Manager::create() {
  for (std::size_t i = saved_.directories.size(); i-- > 0;)
    if (!fresh_[i]) TRY(make_or_drop(i));
  return {};
}

/// What a rootless caller may not have and has not asked for is left out.
Result<> Manager::make_or_drop(std::size_t index) {
  auto made = make(index);
  if (made) return made;
  const bool others = made.error().kind() == Kind::invalid_state;  // remove() would end their processes
  if (!others && (!saved_.rootless || path_given_ || !lacks_permission(made.error().err()))) return made;
  if (!others) denied_ = made.error().message();
  const auto at = static_cast<std::ptrdiff_t>(index);
  saved_.directories.erase(saved_.directories.begin() + at);
  fresh_.erase(fresh_.begin() + at);
  if (others) return made;
  return {};
}

Result<sys::Fd> Manager::open_directory(const Directory& directory) const {
  return root_.open_file(directory.path, O_PATH | O_DIRECTORY);
}

Result<int> Manager::clone_fd() {
  const Directory* unified = find_v2();
  if (unified == nullptr) return -1;
  if (!unified_.valid()) unified_ = TRY(open_directory(*unified));
  return unified_.get();
}

Result<std::vector<sys::Fd>> Manager::open_join(bool into_cgroup) const {
  std::vector<sys::Fd> files;
  files.reserve(saved_.directories.size());
  for (const Directory& directory : saved_.directories) {
    if (directory.is_v2() && into_cgroup) continue;
    // Only `tasks` takes a single thread, which is what spares the grace period; v2 has no such file.
    const std::string path = cat(directory.path, directory.is_v2() ? "/cgroup.procs" : "/tasks");
    files.push_back(TRY_IN(root_.open_file(path, O_WRONLY), "join cgroup"));
  }
  return files;
}

Result<sys::Fd> Manager::open_delegated(const std::string& name) {
  // A rootless caller may not have got the directory.
  const Directory* directory = saved_.kind == LayoutKind::v2 ? find_v2() : nullptr;
  if (directory == nullptr)
    return fail(
        Error::make(Kind::unsupported, cat("cgroup ", quote(name), " can be delegated on cgroup v2 only"))
            .hint("there it takes a cgroup of the container's own"));
  const std::string path = cat(directory->path, "/", name);
  TRY_IN(make_path(*directory, path), "delegate a cgroup");
  return TRY_IN(root_.open_file(path + "/cgroup.procs", O_WRONLY), "delegate a cgroup");
}

Result<> Manager::add(pid_t pid) const {
  for (const Directory& directory : saved_.directories) {
    const std::string path = directory.path + "/cgroup.procs";
    auto written = root_.write(path, cat(pid));
    if (written) continue;
    Error error =
        std::move(written).error().within(cat("move process ", pid, " into cgroup ", quote(directory.path)));
    return fail(explain_join(std::move(error), root_, directory));
  }
  return {};
}

}  // namespace masu::cgroups
