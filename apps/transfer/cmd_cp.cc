// SPDX-License-Identifier: Apache-2.0
//
// Copies by reading one side as the entries of an archive and writing them to the other: a container, a
// folder of this machine, or an archive in a pipe.
#include "file_commands.h"
#include "file_tables.h"
#include "globals.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/manager/life.h"
#include "masu/manager/root.h"
#include "masu/manager/user_namespace.h"
#include "masu/sys/path.h"
#include "masu/sys/raw.h"
#include "masu/transfer/archive.h"

#include <algorithm>
#include <cerrno>
#include <optional>
#include <utility>
#include <vector>

#include <unistd.h>

namespace masu::manager {
namespace {

namespace raw = sys::raw;

// "web:/etc/hosts", "./a:b" (a path of this machine), "-".
struct Side {
  std::string container;  // empty: this machine
  std::string path;
  sys::Fd root;                             // below which the path is
  std::vector<sys::IdRange> users, groups;  // what the container's ids are there
  bool is_stream() const { return container.empty() && path == "-"; }
};

Result<Side> parse_side(const cli::Call& call, std::string_view text) {
  Side out;
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || text.starts_with('/') || text.starts_with('.')) {
    if (text.empty()) return fail(Error::make(Kind::usage, "a path is empty"));
    const bool folder = text.ends_with("/") || text.ends_with("/.") || text == ".";
    out.path = text == "-" ? "-" : TRY(call.env.absolute(text));
    // What absolute() cleans away means something here.
    if (folder && text != "-" && out.path != "/") out.path += text.ends_with('.') ? "/." : "/";
    return out;
  }
  out.container = text.substr(0, colon);
  out.path = text.substr(colon + 1);
  if (out.container.empty() || out.path.empty())
    return fail(Error::make(Kind::usage, cat(quote(text), ": expected CONTAINER:PATH, or a path")));
  return out;
}

bool takes_content(const std::string& path) { return path == "." || path == "/." || path.ends_with("/."); }

// The folder that holds the last part of a path, and that part; "" for the root itself.
struct Spot {
  sys::Fd folder;
  std::string name;
};

Result<sys::Fd> open_below(const Side& side, const std::string& path, int flags) {
  const int opened = sys::open_in_root(side.root.get(), path.empty() ? "." : path.c_str(), flags);
  if (opened < 0)
    return fail(Error::sys(
        -opened,
        cat(side.container.empty() ? "" : cat("in container ", side.container, ": "), quote(side.path))));
  return sys::Fd(opened);
}

std::string without_slashes(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

Result<Spot> find_spot(const Side& side, std::string path) {
  path = without_slashes(std::move(path));
  const auto slash = path.rfind('/');
  Spot out;
  out.name = slash == std::string::npos ? path : path.substr(slash + 1);
  if (out.name == ".." || out.name == ".")
    return fail(Error::make(Kind::usage, cat(quote(side.path), ": the last part has to be a name")));
  out.folder = TRY(open_below(side, slash == std::string::npos ? "." : cat(path.substr(0, slash), "/"),
                              O_PATH | O_DIRECTORY));
  return out;
}

// What is copied: a folder's content, or one object with what is below it.
struct Source {
  Spot spot;
  bool content = false, folder = false;
};

// With -L, or if only the content of a folder is meant, the last part may be a link, which is followed within
// the root: what it leads to is what is read.
Result<Source> find_source(const Side& side, bool follow) {
  Source out{.spot = {}, .content = takes_content(side.path)};
  const std::string path = out.content ? side.path.substr(0, side.path.size() - 1) : side.path;
  if (follow || out.content || without_slashes(path) == "/" || side.path.ends_with('/')) {
    const sys::Fd object = TRY(open_below(side, path, O_PATH));
    struct stat status{};
    if (raw::fstat(object.get(), &status) == 0 && S_ISDIR(status.st_mode)) {
      out.folder = true;
      out.spot.folder = TRY(sys::open_at(object.get(), ".", O_RDONLY | O_DIRECTORY));
      const std::string whole = without_slashes(path);
      out.spot.name = whole.substr(whole.rfind('/') + 1);
      return out;
    }
    if (out.content || side.path.ends_with('/'))
      return fail(Error::sys(ENOTDIR, cat("copy from ", quote(side.path))));
  }
  Spot spot = TRY(find_spot(side, path));
  struct stat status{};
  if (const int failed = raw::fstatat(spot.folder.get(), spot.name.c_str(), &status, AT_SYMLINK_NOFOLLOW);
      failed < 0)
    return fail(Error::sys(
        -failed,
        cat(side.container.empty() ? "" : cat("in container ", side.container, ": "), quote(side.path))));
  if (S_ISDIR(status.st_mode)) {
    out.folder = true;
    out.spot.folder =
        TRY(sys::open_at(spot.folder.get(), spot.name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
    out.spot.name = spot.name;
    return out;
  }
  if (follow && S_ISLNK(status.st_mode)) {
    // A file behind a link is read by its fd, under the link's name.
    spot.folder = TRY(open_below(side, path, O_RDONLY | O_NONBLOCK));
    spot.name.clear();
  }
  out.spot = std::move(spot);
  return out;
}

std::string name_of(const Side& side) {
  const std::string path = without_slashes(side.path);
  return path.substr(path.rfind('/') + 1);
}

// The entries of the source, the object itself called `name`.
Result<> send(const Source& source, const std::string& name, const store::EntrySink& sink) {
  if (!source.folder) {
    if (!source.spot.name.empty())
      return store::read_object(source.spot.folder.get(), source.spot.name.c_str(), name, sink);
    return store::read_opened(source.spot.folder.get(), name, sink);
  }
  if (!source.content || !name.empty())
    TRY(store::read_object(source.spot.folder.get(), ".", name.empty() ? "." : name, sink));
  return store::read_tree(source.spot.folder.get(), {.prefix = name.empty() ? "" : name + "/"}, sink);
}

// Where entries go, and what the copied object is called there.
struct Target {
  sys::Fd folder;
  std::string name;  // empty: the content goes into the folder
};

Result<Target> find_target(const Side& side, const Source& source, const std::string& source_name) {
  Target out;
  const int there = sys::open_in_root(side.root.get(), side.path.c_str(), O_RDONLY | O_DIRECTORY);
  if (there >= 0) {
    out.folder = sys::Fd(there);
    out.name = source.content ? "" : source_name;
    return out;
  }
  if (there != -ENOENT && there != -ENOTDIR)
    return fail(Error::sys(-there, cat("copy to ", quote(side.path))));
  if (there == -ENOTDIR && source.folder)
    return fail(
        Error::make(Kind::invalid_state, cat("a folder cannot be copied to the file ", quote(side.path))));
  if (side.path.ends_with('/') && !source.folder)
    return fail(Error::sys(ENOENT, cat("copy to the folder ", quote(side.path))));
  Spot spot = TRY_IN(
      find_spot(side, takes_content(side.path) ? side.path.substr(0, side.path.size() - 2) : side.path),
      "copy");
  out.folder = TRY(sys::open_at(spot.folder.get(), ".", O_RDONLY | O_DIRECTORY));
  out.name = std::move(spot.name);
  return out;
}

// A writer below a folder; without -a all is the user's who would have made the files there.
class Receiver {
 public:
  Receiver(int folder, bool keep_owners, const Side& from, const Side& to, bool overwrite)
      : writer_(folder, store::LayerWriter::Plain{.overwrite = overwrite}),
        keep_owners_(keep_owners),
        uid_(to.container.empty() ? geteuid() : 0),
        gid_(to.container.empty() ? getegid() : 0),
        from_(from),
        to_(to) {}
  store::EntrySink sink() {
    return {.begin = [this](const store::Entry& entry) -> Result<> {
              store::Entry own = entry;
              const auto uid =
                  keep_owners_ ? inner_id(from_.users, static_cast<std::uint32_t>(entry.uid)) : uid_;
              const auto gid =
                  keep_owners_ ? inner_id(from_.groups, static_cast<std::uint32_t>(entry.gid)) : gid_;
              own.uid = TRY(outer_id(to_.users, uid));
              own.gid = TRY(outer_id(to_.groups, gid));
              return writer_.begin(own);
            },
            .write = [this](std::string_view bytes, std::uint64_t at) { return writer_.write(bytes, at); }};
  }
  Result<> finish() { return writer_.finish(); }

 private:
  store::LayerWriter writer_;
  bool keep_owners_;
  uid_t uid_;
  gid_t gid_;
  const Side& from_;
  const Side& to_;
};

Result<> to_stream(const Side& from, const Source& source) {
  auto writer = TRY(transfer::ArchiveWriter::open(
      [](std::string_view bytes) { return sys::write_all(STDOUT_FILENO, bytes); }));
  TRY(send(source, source.content ? "" : name_of(from), writer.sink()));
  return writer.finish();
}

Result<> from_stream(const cli::Call& call, const Side& from, const Side& to) {
  const sys::Fd folder = TRY(open_below(to, to.path, O_RDONLY | O_DIRECTORY));
  // Of an archive the owners are part.
  Receiver receiver(folder.get(), true, from, to, call.arguments.has(files::kOverwrite));
  TRY_IN(transfer::read_archive(STDIN_FILENO, receiver.sink()), "read the archive from stdin");
  return receiver.finish();
}

Result<> copy(const cli::Call& call, const Side& from, const Side& to) {
  if (from.is_stream()) return from_stream(call, from, to);
  const Source source = TRY(find_source(from, call.arguments.has(files::kFollow)));
  if (to.is_stream()) return to_stream(from, source);
  const std::string name = source.content ? "" : name_of(from);
  const Target target = TRY(find_target(to, source, name));
  Receiver receiver(target.folder.get(), call.arguments.has(files::kArchive), from, to,
                    call.arguments.has(files::kOverwrite));
  TRY(send(source, target.name, receiver.sink()));
  return receiver.finish();
}

}  // namespace

Result<int> run_cp(const cli::Call& call) {
  Side from = TRY(parse_side(call, call.arguments.positional(0))),
       to = TRY(parse_side(call, call.arguments.positional(1)));
  if (from.container.empty() && to.container.empty())
    return fail(
        Error::make(Kind::usage, "neither side is a container").hint("a container's side is CONTAINER:PATH"));
  if (to.is_stream() && isatty(STDOUT_FILENO) != 0)
    return fail(Error::make(Kind::usage, "stdout is a terminal: an archive is no text")
                    .hint("send it to a pipe or a file"));
  if (from.is_stream() && isatty(STDIN_FILENO) != 0)
    return fail(Error::make(Kind::usage, "stdin is a terminal: an archive is expected"));
  const Place place = TRY(make_place(call));
  std::optional<store::Lock> held[2];
  // This machine's side first: opening a container may change what is mounted.
  for (Side* side : {&from, &to})
    if (side->container.empty()) side->root = TRY(sys::open("/", O_PATH | O_DIRECTORY));
  std::string opened;
  // Of an ordinary user those that run first: for another, he goes into a user namespace from which theirs
  // cannot be looked at.
  std::vector<std::pair<Side*, Request>> sides;
  for (Side* side : {&from, &to})
    if (!side->container.empty()) sides.emplace_back(side, TRY(find(place, side->container)));
  std::ranges::stable_partition(
      sides, [&](const auto& one) { return is_running(read_state(place, one.second).phase); });
  for (std::size_t i = 0; i < sides.size(); ++i) {
    const auto& [side, request] = sides[i];
    if (opened == request.id) {  // within one container
      side->root = TRY(sys::duplicate(sides.front().first->root.get()));
      side->users = sides.front().first->users;
      side->groups = sides.front().first->groups;
      continue;
    }
    OpenRoot root = TRY(open_root(place, request));
    side->root = std::move(root.folder);
    side->users = std::move(root.users);
    side->groups = std::move(root.groups);
    held[i] = std::move(root.held);
    opened = request.id;
  }
  TRY(enter_user_namespace());  // now that /proc has been asked: there, the containers' would be strangers'
  std::optional<FilesOfRoot> maker;
  if (!to.users.empty()) maker.emplace(TRY(FilesOfRoot::enter(to.users, to.groups)));
  TRY_IN(copy(call, from, to), "cp");
  return 0;
}

}  // namespace masu::manager
