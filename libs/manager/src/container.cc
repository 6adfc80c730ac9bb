// SPDX-License-Identifier: Apache-2.0
#include "masu/manager/container.h"

#include "masu/base/scope_exit.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/manager/events.h"
#include "masu/manager/secret.h"
#include "masu/store/tree.h"
#include "masu/sys/raw.h"
#include "names.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include <sys/file.h>
#include <sys/stat.h>

namespace masu::manager {

namespace {

namespace raw = sys::raw;

constexpr const char* kRecord = "container.json";
constexpr std::size_t kIdBytes = 32;

Result<> make_names_folder(const Place& place) {
  TRY(store::make_folders(place.root + "/names"));
  return store::make_folders(place.root + "/containers");
}

long try_lock(const sys::Fd& folder) { return raw::call(SYS_flock, folder.get(), LOCK_EX | LOCK_NB); }

// Of a rename that was cut off: the container has another name, and nobody is giving it this one.
bool is_former_name(const Place& place, const std::string& name, const std::string& id) {
  const auto folder = sys::open(place.folder(id), O_RDONLY | O_DIRECTORY);
  if (!folder || try_lock(*folder) < 0) return false;
  const auto holder = load(place, id);
  return holder && holder->name != name;
}

// The link is the claim: of two that want a name, one gets it. A link to a container that is gone is free.
Result<bool> claim_name(const Place& place, const std::string& name, const std::string& id) {
  const std::string path = cat(place.root, "/names/", name);
  for (int attempt = 0; attempt < 2; ++attempt) {
    const int made = raw::symlinkat(id.c_str(), AT_FDCWD, path.c_str());
    if (made == 0) return true;
    if (made != -EEXIST) return fail(Error::sys(-made, cat("take the name ", quote(name))));
    std::array<char, 128> target{};
    const long size = raw::readlinkat(AT_FDCWD, path.c_str(), target.data(), target.size());
    if (size <= 0) return false;
    struct stat status{};
    const std::string holder(target.data(), static_cast<std::size_t>(size));
    const bool there = raw::fstatat(AT_FDCWD, place.folder(holder).c_str(), &status, 0) == 0;
    if (there && !is_former_name(place, name, holder)) return false;
    (void)raw::unlinkat(AT_FDCWD, path.c_str(), 0);
  }
  return false;
}

Result<> take_name(const Place& place, Request& request) {
  if (!request.name.empty()) {
    TRY(check_name(request.name));
    if (TRY(claim_name(place, request.name, request.id))) return {};
    return fail(
        Error::make(Kind::exists, cat("the name ", quote(request.name), " is in use by another container"))
            .hint(cat("masu rm ", request.name, " removes it")));
  }
  for (unsigned attempt = 0;; ++attempt) {
    request.name = TRY(random_name(attempt));
    if (TRY(claim_name(place, request.name, request.id))) return {};
  }
}

}  // namespace

void set_variable(std::vector<std::string>& env, std::string_view entry) {
  const std::string_view name = entry.substr(0, entry.find('=') + 1);
  std::erase_if(env, [name](std::string_view other) { return other.starts_with(name); });
  env.emplace_back(entry);
}

Result<> check_name(std::string_view name) {
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  if (!name.empty() && name.size() <= 128 && letter(name.front()) &&
      std::ranges::all_of(name, [&](char c) { return letter(c) || c == '_' || c == '.' || c == '-'; }))
    return {};
  return fail(Error::make(Kind::usage, cat("invalid container name ", quote(name),
                                           ": letters, digits and _ . - behind the first, 128 at most")));
}

Result<Request> create(const Place& place, Request request) {
  (void)umask(022);  // the modes of what containers see are no matter of the caller's mask
  TRY(make_names_folder(place));
  request.id = TRY(store::random_hex(kIdBytes));
  timespec now{};
  (void)clock_gettime(CLOCK_REALTIME, &now);
  request.created = text::rfc3339(now.tv_sec, now.tv_nsec);
  // The folder first, so that the name leads to something; the record last, which makes it a container.
  const std::string folder = place.folder(request.id);
  if (const int made = raw::mkdirat(AT_FDCWD, folder.c_str(), 0700); made < 0)
    return fail(Error::sys(-made, cat("make folder ", quote(folder))));
  ScopeExit undo([&] { (void)store::remove_tree(AT_FDCWD, folder.c_str()); });
  const sys::Fd directory = TRY(sys::open(folder, O_RDONLY | O_DIRECTORY));
  for (const char* name : {"bundle", "bundle/rootfs", "upper", "work"})
    if (const int made = raw::mkdirat(directory.get(), name, 0755); made < 0)
      return fail(Error::sys(-made, cat("make folder ", quote(name), " in ", quote(folder))));
  TRY(keep_secrets(directory.get(), request.secrets));
  TRY(take_name(place, request));
  if (request.hostname.empty()) request.hostname = request.id.substr(0, 12);
  TRY(sys::replace_file_at(directory.get(), kRecord, to_json(request), 0600));
  undo.release();
  record_event(place, request, "create");
  return request;
}

Result<> replace_record(const Place& place, const Request& request) {
  const sys::Fd directory = TRY(sys::open(place.folder(request.id), O_RDONLY | O_DIRECTORY));
  return sys::replace_file_at(directory.get(), kRecord, to_json(request), 0600);
}

// Between the two both links lead to it; whoever is killed there leaves both, of which the record knows one.
Result<Request> rename(const Place& place, const Request& request, const std::string& name) {
  const store::Lock held = TRY(lock(place, request.id));
  Request renamed = TRY(load(place, request.id));
  const std::string before = std::exchange(renamed.name, name);
  if (before == name)
    return fail(Error::make(Kind::exists, cat("container ", name, " has that name already")));
  TRY(take_name(place, renamed));
  auto written = replace_record(place, renamed);
  const std::string& unused = written ? before : name;
  (void)raw::unlinkat(AT_FDCWD, cat(place.root, "/names/", unused).c_str(), 0);
  TRY(std::move(written));
  return renamed;
}

Result<Request> load(const Place& place, const std::string& id) {
  const std::string path = cat(place.folder(id), "/", kRecord);
  const auto text = sys::read_file(path);
  if (!text && text.error().err() == ENOENT)
    return fail(Error::make(Kind::not_found, cat("no such container: ", id)));
  if (!text) return fail(Error::sys(text.error().err(), cat("read ", quote(path))));
  return TRY_IN(parse_request(*text), cat("the record of container ", id.substr(0, 12), " is damaged"));
}

Result<std::vector<Request>> list(const Place& place) {
  std::vector<Request> out;
  auto ids = store::list_folder(AT_FDCWD, (place.root + "/containers").c_str());
  if (!ids && ids.error().err() == ENOENT) return out;
  for (const std::string& id : TRY(std::move(ids)))
    if (auto container = load(place, id)) out.push_back(std::move(*container));
  std::ranges::sort(out, {}, &Request::created);
  return out;
}

Result<Request> find(const Place& place, std::string_view text) {
  const Error missing = Error::make(Kind::not_found, cat("no such container: ", text));
  if (!check_name(text)) return fail(Error::make(Kind::not_found, missing.message()));
  std::array<char, 128> target{};
  const long size =
      raw::readlinkat(AT_FDCWD, cat(place.root, "/names/", text).c_str(), target.data(), target.size());
  if (size > 0) {
    auto named = load(place, std::string(target.data(), static_cast<std::size_t>(size)));
    if (named ? named->name == text : named.error().kind() != Kind::not_found) return named;
  }
  std::string id;
  auto ids = store::list_folder(AT_FDCWD, (place.root + "/containers").c_str());
  if (ids)
    for (const std::string& other : *ids) {
      if (!other.starts_with(text)) continue;
      if (!id.empty())
        return fail(
            Error::make(Kind::usage, cat("the id ", quote(text), " begins that of several containers")));
      id = other;
    }
  if (id.empty())
    return fail(Error::make(Kind::not_found, missing.message()).hint("masu ls -a lists all containers"));
  return load(place, id);
}

Result<store::Lock> lock(const Place& place, const std::string& id) {
  auto folder = sys::open(place.folder(id), O_RDONLY | O_DIRECTORY);
  if (!folder) return fail(Error::make(Kind::not_found, cat("no such container: ", id)));
  long locked = 0;
  do locked = raw::call(SYS_flock, folder->get(), LOCK_EX);
  while (locked == -EINTR);
  if (locked < 0)
    return fail(Error::sys(static_cast<int>(-locked), cat("lock container ", id.substr(0, 12))));
  struct stat status{};
  if (raw::fstat(folder->get(), &status) < 0 || status.st_nlink == 0)  // removed while we waited
    return fail(Error::make(Kind::not_found, cat("no such container: ", id)));
  return store::Lock(std::move(*folder));
}

}  // namespace masu::manager
