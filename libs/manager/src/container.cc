// SPDX-License-Identifier: Apache-2.0
#include "masu/manager/container.h"

#include "masu/base/scope_exit.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/json/reader.h"
#include "masu/json/writer.h"
#include "masu/store/tree.h"
#include "masu/sys/raw.h"
#include "names.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include <sys/file.h>

namespace masu::manager {

// Found by the types' namespace, so not in an unnamed one.
static Result<> read(json::Reader in, Mount& out) {
  TRY(in.require("type", out.type));
  TRY(in.optional("source", out.source));
  TRY(in.require("destination", out.destination));
  return in.optional("options", out.options);
}

static Result<> read(json::Reader in, Ulimit& out) {
  TRY(in.require("name", out.name));
  TRY(in.require("soft", out.soft));
  return in.require("hard", out.hard);
}

namespace {

namespace raw = sys::raw;

constexpr const char* kRecord = "container.json";
constexpr std::size_t kIdBytes = 32;

// The members of the record, said once for reading and writing.
template <class Visit>
Result<> visit_members(Request& request, const Visit& visit) {
  TRY(visit("id", request.id));
  TRY(visit("name", request.name));
  TRY(visit("image", request.image));
  TRY(visit("imageId", request.image_id));
  TRY(visit("manifest", request.manifest));
  TRY(visit("created", request.created));
  TRY(visit("args", request.args));
  TRY(visit("env", request.env));
  TRY(visit("cwd", request.cwd));
  TRY(visit("user", request.user));
  TRY(visit("hostname", request.hostname));
  TRY(visit("labels", request.labels));
  TRY(visit("annotations", request.annotations));
  TRY(visit("tty", request.tty));
  TRY(visit("interactive", request.interactive));
  TRY(visit("remove", request.remove));
  TRY(visit("readOnly", request.read_only));
  TRY(visit("init", request.init));
  TRY(visit("privileged", request.privileged));
  TRY(visit("noNewPrivileges", request.no_new_privileges));
  TRY(visit("network", request.network));
  TRY(visit("mounts", request.mounts));
  TRY(visit("ulimits", request.ulimits));
  TRY(visit("capAdd", request.cap_add));
  TRY(visit("capDrop", request.cap_drop));
  TRY(visit("groups", request.groups));
  TRY(visit("seccomp", request.seccomp));
  TRY(visit("memory", request.memory));
  TRY(visit("memorySwap", request.memory_swap));
  TRY(visit("pidsLimit", request.pids_limit));
  TRY(visit("cpuQuota", request.cpu_quota));
  TRY(visit("cpuShares", request.cpu_shares));
  TRY(visit("cpusetCpus", request.cpuset_cpus));
  TRY(visit("shmSize", request.shm_size));
  TRY(visit("oomScoreAdj", request.oom_score_adj));
  TRY(visit("sysctls", request.sysctls));
  TRY(visit("extraHosts", request.extra_hosts));
  TRY(visit("dns", request.dns));
  TRY(visit("restart", request.restart));
  TRY(visit("stopSignal", request.stop_signal));
  TRY(visit("stopTimeout", request.stop_timeout));
  TRY(visit("layers", request.layers));
  return visit("command", request.command);
}

template <class T>
void put(json::Writer& out, const T& value) {
  out.value(value);
}
void put(json::Writer& out, const std::vector<std::string>& list) {
  out.begin_array();
  for (const std::string& item : list) out.value(item);
  out.end_array();
}
void put(json::Writer& out, const std::map<std::string, std::string>& map) {
  out.begin_object();
  for (const auto& [key, value] : map) out.member(key, value);
  out.end_object();
}
void put(json::Writer& out, const std::vector<Mount>& mounts) {
  out.begin_array();
  for (const Mount& mount : mounts) {
    out.begin_object().member("type", mount.type).member("source", mount.source);
    out.member("destination", mount.destination).key("options");
    put(out, mount.options);
    out.end_object();
  }
  out.end_array();
}
void put(json::Writer& out, const std::vector<Ulimit>& limits) {
  out.begin_array();
  for (const Ulimit& limit : limits)
    out.begin_object()
        .member("name", limit.name)
        .member("soft", limit.soft)
        .member("hard", limit.hard)
        .end_object();
  out.end_array();
}
void put(json::Writer& out, const std::optional<int>& number) {
  if (number)
    out.value(*number);
  else
    out.null();
}

Result<> make_names_folder(const Place& place) {
  TRY(store::make_folders(place.root + "/names"));
  return store::make_folders(place.root + "/containers");
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
    struct stat status{};
    const std::string holder =
        cat(place.root, "/containers/",
            std::string_view(target.data(), size > 0 ? static_cast<std::size_t>(size) : 0));
    if (size <= 0 || raw::fstatat(AT_FDCWD, holder.c_str(), &status, 0) == 0) return false;
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

std::string to_json(const Request& request) {
  std::string text;
  json::Writer out(text, json::Layout::spaces);
  out.begin_object();
  Request copy = request;
  (void)visit_members(copy, [&out](std::string_view name, auto& value) -> Result<> {
    out.key(name);
    put(out, value);
    return {};
  });
  out.end_object();
  return text + "\n";
}

Result<Request> parse_request(std::string_view text) {
  const json::Document document = TRY(json::Document::parse(text));
  const json::Reader in(document);
  Request out;
  TRY(visit_members(out, [&in](std::string_view name, auto& value) { return in.optional(name, value); }));
  if (out.id.size() != 2 * kIdBytes || out.name.empty())
    return fail(Error::make(Kind::invalid_spec, "it has no id or no name"));
  return out;
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
  TRY(take_name(place, request));
  if (request.hostname.empty()) request.hostname = request.id.substr(0, 12);
  TRY(sys::replace_file_at(directory.get(), kRecord, to_json(request), 0600));
  undo.release();
  return request;
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
    if (named || named.error().kind() != Kind::not_found) return named;
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
