// SPDX-License-Identifier: Apache-2.0
#include "state_store.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/json/reader.h"
#include "masu/json/writer.h"
#include "masu/spec/parse.h"
#include "masu/sys/raw.h"

#include <algorithm>
#include <cerrno>

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <time.h>

namespace masu::container {
namespace {

Result<std::vector<std::string>> names_in(int dir) {
  sys::Fd copy = TRY(sys::open_at(dir, ".", O_RDONLY | O_DIRECTORY));
  DIR* stream = fdopendir(copy.get());
  if (stream == nullptr) return fail(Error::sys(errno, "list a state directory"));
  (void)copy.take();  // closedir's now
  std::vector<std::string> names;
  errno = 0;  // readdir(3): what tells the end from an error
  while (const dirent* entry = readdir(stream)) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
    errno = 0;
  }
  const int error = errno;
  (void)closedir(stream);
  if (error != 0) return fail(Error::sys(error, "list a state directory"));
  return names;
}

void write_cgroups(json::Writer& out, const cgroups::Saved& saved) {
  out.key("cgroups").begin_object();
  out.member("kind", static_cast<int>(saved.kind))
      .member("root", saved.root)
      .member("rootless", saved.rootless);
  if (!saved.unit.name.empty())
    out.key("unit")
        .begin_object()
        .member("name", saved.unit.name)
        .member("slice", saved.unit.slice)
        .member("subgroup", saved.unit.subgroup)
        .member("user", saved.unit.user)
        .end_object();
  out.key("directories").begin_array();
  for (const auto& directory : saved.directories) {
    out.begin_object();
    out.member("controllers", directory.controllers)
        .member("mount", directory.mount)
        .member("path", directory.path);
    out.end_object();
  }
  out.end_array().end_object();
  // As runc's state.json has them, for tools that read it.
  out.key("cgroup_paths").begin_object();
  for (const auto& directory : saved.directories) out.member(directory.controllers, directory.path);
  out.end_object();
}

// A file, or a directory of files: that of the notify socket.
Result<> remove_entry(int dir, const char* name) {
  if (sys::raw::unlinkat(dir, name, 0) != -EISDIR) return {};
  const sys::Fd below = TRY(sys::open_at(dir, name, O_PATH | O_DIRECTORY | O_NOFOLLOW));
  for (const auto& file : TRY(names_in(below.get()))) (void)sys::raw::unlinkat(below.get(), file.c_str(), 0);
  (void)sys::raw::unlinkat(dir, name, AT_REMOVEDIR);
  return {};
}

void write_resctrl(json::Writer& out, const ResctrlGroup& group) {
  if (group.directory.empty()) return;
  out.key("resctrl").begin_object();
  out.member("directory", group.directory)
      .member("owned", group.owned)
      .member("monitoring", group.monitoring);
  out.end_object();
}

std::string to_json(const Record& record) {
  std::string text;
  json::Writer out(text);
  out.begin_object();
  out.member("oci_version", record.oci_version).member("id", record.id).member("bundle", record.bundle);
  out.member("rootfs", record.rootfs).member("created", record.created).member("boot_id", record.boot_id);
  out.member("owner_uid", record.owner_uid);
  out.member("init_process_pid", record.pid).member("init_process_start", record.start_time);
  out.member("keyring", record.keyring)
      .member("ready", record.ready)
      .member("private_pids", record.private_pids);
  out.member("systemd_cgroup", record.systemd_cgroup).member("has_cgroups", record.has_cgroups);
  write_cgroups(out, record.cgroups);
  write_resctrl(out, record.resctrl);
  out.key("annotations").begin_object();
  for (const auto& [key, value] : record.annotations) out.member(key, value);
  out.end_object().end_object();
  return text;
}

Result<> read_directory(json::Reader in, cgroups::Directory& out) {
  TRY(in.require("controllers", out.controllers));
  TRY(in.require("mount", out.mount));
  return in.require("path", out.path);
}

Result<> read_unit(json::Reader in, cgroups::Unit& out) {
  TRY(in.require("name", out.name));
  TRY(in.require("slice", out.slice));
  TRY(in.require("subgroup", out.subgroup));
  return in.require("user", out.user);
}

Result<> read_saved(json::Reader in, cgroups::Saved& out) {
  int kind = 0;
  TRY(in.require("kind", kind));
  out.kind = static_cast<cgroups::LayoutKind>(kind);
  TRY(in.require("root", out.root));
  TRY(in.require("rootless", out.rootless));
  TRY(in.optional("unit", out.unit, read_unit));
  return in.require("directories", out.directories,
                    [](json::Reader list, std::vector<cgroups::Directory>& directories) -> Result<> {
                      TRY(list.expect(json::Type::array));
                      for (const json::Value element : list.value().elements())
                        TRY(read_directory(list.at(element), directories.emplace_back()));
                      return {};
                    });
}

Result<> read_resctrl(json::Reader in, ResctrlGroup& out) {
  TRY(in.require("directory", out.directory));
  TRY(in.require("owned", out.owned));
  return in.require("monitoring", out.monitoring);
}

Result<Record> from_json(std::string_view text) {
  const json::Document document = TRY(json::Document::parse(text));
  const json::Reader in(document);
  Record record;
  TRY(in.require("oci_version", record.oci_version));
  TRY(in.require("id", record.id));
  TRY(in.require("bundle", record.bundle));
  TRY(in.require("rootfs", record.rootfs));
  TRY(in.require("created", record.created));
  TRY(in.require("boot_id", record.boot_id));
  TRY(in.require("owner_uid", record.owner_uid));
  TRY(in.require("init_process_pid", record.pid));
  TRY(in.require("init_process_start", record.start_time));
  TRY(in.require("keyring", record.keyring));
  TRY(in.require("ready", record.ready));
  TRY(in.require("private_pids", record.private_pids));
  TRY(in.require("systemd_cgroup", record.systemd_cgroup));
  TRY(in.require("has_cgroups", record.has_cgroups));
  TRY(in.require("cgroups", record.cgroups, read_saved));
  TRY(in.optional("resctrl", record.resctrl, read_resctrl));
  TRY(in.require("annotations", record.annotations));
  return record;
}

}  // namespace

Error does_not_exist(const std::string& id) {
  return Error::make(Kind::not_found, cat("container ", quote(id), ": container does not exist"));
}

Result<> check_id(const std::string& id) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+-.";
  constexpr std::size_t kLongest = 255;  // NAME_MAX
  if (!id.empty() && id.size() <= kLongest && id.front() != '.' &&
      id.find_first_not_of(kAllowed) == std::string::npos)
    return {};
  return fail(Error::make(Kind::usage, cat("invalid container ID format: ", quote(id)))
                  .hint("an id has letters, digits and _ + - . only, and does not start with a dot"));
}

Result<Record> Entry::read() const {
  auto text = sys::read_file_at(dir(), kStateFile);
  if (!text && text.error().err() == ENOENT) return fail(does_not_exist(id_));
  if (!text) return fail(std::move(text).error());
  return TRY_IN(from_json(*text), cat("read the state of container ", quote(id_)));
}

Result<> Entry::write(const Record& record) const {
  TRY_IN(sys::replace_file_at(dir(), kStateFile, to_json(record), 0600), "write the container's state");
  return {};
}

Result<> Entry::write_config(std::string_view text) const {
  // Written once, before the state that gives it a meaning: no rename needed.
  constexpr int kFlags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW;
  const sys::Fd file = TRY_IN(sys::open_at(dir(), kConfigFile, kFlags, 0600), "keep a copy of config.json");
  TRY_IN(sys::write_all(file.get(), text), "keep a copy of config.json");
  return {};
}

Result<spec::Config> Entry::read_config() const {
  const std::string text = TRY_IN(sys::read_file_at(dir(), kConfigFile), "read the kept config.json");
  return spec::parse_config(text);
}

Result<sys::Fd> Entry::lock() const {
  const std::string what = cat("lock container ", quote(id_));
  sys::Fd dir = TRY_IN(sys::open_at(dir_.get(), ".", O_RDONLY | O_DIRECTORY), what);
  constexpr long kPauseNs = 5'000'000;
  constexpr int kTries = 2000;
  for (int i = 0; i < kTries; ++i) {
    const long got = sys::raw::call(SYS_flock, dir.get(), LOCK_EX | LOCK_NB);
    if (got >= 0) return dir;
    if (got != -EWOULDBLOCK && got != -EINTR) return fail(Error::sys(static_cast<int>(-got), what));
    const timespec pause{.tv_sec = 0, .tv_nsec = kPauseNs};
    (void)nanosleep(&pause, nullptr);
  }
  return fail(Error::make(Kind::timeout, cat(what, ": another command has held it for 10 s")));
}

bool Entry::has(const char* name) const {
  struct stat info;
  return sys::raw::fstatat(dir(), name, &info, AT_SYMLINK_NOFOLLOW) == 0;
}

Result<StateStore> StateStore::open(const std::string& root, bool create) {
  auto opened = sys::open(root, O_PATH | O_DIRECTORY);
  if (!opened && opened.error().err() == ENOENT) {
    if (!create)
      return fail(Error::make(Kind::not_found, cat("state directory ", quote(root), " does not exist")));
    for (auto slash = root.find('/', 1);; slash = root.find('/', slash + 1)) {
      const bool last = slash == std::string::npos;
      const int made = sys::raw::mkdirat(AT_FDCWD, root.substr(0, slash).c_str(), last ? 0700 : 0755);
      if (made < 0 && made != -EEXIST && last)
        return fail(Error::sys(-made, cat("make state directory ", quote(root))));
      if (last) break;
    }
    opened = sys::open(root, O_PATH | O_DIRECTORY);
  }
  if (!opened) return fail(std::move(opened).error().within("state directory"));
  return StateStore(std::move(*opened));
}

Result<Entry> StateStore::create(const std::string& id) const {
  TRY(check_id(id));
  const int made = sys::raw::mkdirat(root_.get(), id.c_str(), 0711);
  if (made == -EEXIST)
    return fail(Error::make(Kind::exists, cat("container with given ID already exists: ", quote(id)))
                    .hint("choose another id, or remove that container with delete"));
  if (made < 0) return fail(Error::sys(-made, cat("make the state directory of ", quote(id))));
  return Entry(id, TRY(sys::open_at(root_.get(), id.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW)));
}

Result<Entry> StateStore::find(const std::string& id) const {
  TRY(check_id(id));
  auto dir = sys::open_at(root_.get(), id.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW);
  if (!dir && (dir.error().err() == ENOENT || dir.error().err() == ENOTDIR)) return fail(does_not_exist(id));
  if (!dir) return fail(std::move(dir).error());
  return Entry(id, std::move(*dir));
}

Result<> StateStore::remove(const std::string& id) const {
  const int dir = sys::raw::openat(root_.get(), id.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW);
  if (dir == -ENOENT) return {};
  if (dir < 0) return fail(Error::sys(-dir, cat("open the state directory of ", quote(id))));
  return remove(Entry(id, sys::Fd(dir)));
}

Result<> StateStore::remove(const Entry& entry) const {
  const std::string& id = entry.id();
  const int dir = entry.dir();
  for (const char* name : {kConfigFile, kStateFile}) (void)sys::raw::unlinkat(dir, name, 0);
  // What else may be there: the socket of a container that was never started, and what a killed writer left.
  // Another delete may be at it too: what is gone is gone.
  constexpr int kRounds = 8;
  int removed = sys::raw::unlinkat(root_.get(), id.c_str(), AT_REMOVEDIR);
  for (int round = 0; round < kRounds && removed == -ENOTEMPTY; ++round) {
    for (const auto& name : TRY(names_in(dir))) TRY(remove_entry(dir, name.c_str()));
    removed = sys::raw::unlinkat(root_.get(), id.c_str(), AT_REMOVEDIR);
  }
  if (removed == 0 || removed == -ENOENT) return {};
  return fail(Error::sys(-removed, cat("remove the state directory of ", quote(id))));
}

Result<std::vector<std::string>> StateStore::ids() const {
  auto ids = TRY(names_in(root_.get()));
  std::erase_if(ids, [](const std::string& id) { return !check_id(id); });
  std::ranges::sort(ids);
  return ids;
}

}  // namespace masu::container
