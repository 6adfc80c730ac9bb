// SPDX-License-Identifier: Apache-2.0
#include "masu/manager/users.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/manager/user_namespace.h"
#include "masu/sys/fd.h"
#include "masu/sys/path.h"

#include <algorithm>

#include <fcntl.h>
#include <unistd.h>

namespace masu::manager {
namespace {

using Ranges = std::vector<sys::IdRange>;

constexpr const char* kPoolName = "containers";  // podman's, in subuid(5)
constexpr std::uint32_t kFewestIds = 1024;       // podman's too

struct IdKind {
  const char* file;
  const char* accounts;  ///< of the image: fields NAME:…:ID
  Ranges Request::* maps;
};
constexpr IdKind kUsers{"/etc/subuid", "etc/passwd", &Request::uid_maps};
constexpr IdKind kGroups{"/etc/subgid", "etc/group", &Request::gid_maps};

bool is_host_root() { return geteuid() == 0 && !sys::in_user_namespace(); }

Ranges named_ranges(const IdKind& kind, std::string_view name) {
  return sys::parse_subordinate_ids(sys::read_file(kind.file).value_or(""), UINT32_MAX, name);
}

std::uint32_t count_of(const Ranges& ranges) {
  std::uint32_t out = 0;
  for (const sys::IdRange& range : ranges) out += range.count;
  return out;
}

// The ids that the manager's own user namespace has besides 0, which is the user himself.
std::uint32_t ids_besides_own(const IdKind& kind) {
  if (geteuid() == 0)
    return count_of(sys::parse_map(
               sys::read_file(&kind == &kUsers ? "/proc/self/uid_map" : "/proc/self/gid_map").value_or(""))) -
           1;
  const std::string name = sys::find_user_name(sys::read_file("/etc/passwd").value_or(""), geteuid());
  return count_of(sys::parse_subordinate_ids(sys::read_file(kind.file).value_or(""), geteuid(), name));
}

// What "auto" takes from: ranges of subuid(5) for root, else all ids but the user's own.
Result<Ranges> pool(const IdKind& kind, const std::string& name) {
  if (!is_host_root()) return Ranges{{0, 1, ids_besides_own(kind)}};
  Ranges out = named_ranges(kind, name);
  if (!out.empty()) return out;
  return fail(
      Error::make(Kind::not_found, cat("--userns auto: no ids are set aside for ", name, " in ", kind.file))
          .hint(cat("echo ", name, ":2147483648:1073741824 >>", kind.file)));
}

// The highest id of the image's accounts; that of nobody would make every container a large one.
std::uint32_t highest_id(const Place& place, const Request& request, const char* accounts) {
  std::uint32_t out = 0;
  for (auto layer = request.layers.rbegin(); layer != request.layers.rend(); ++layer) {
    const auto root = sys::open(cat(place.root, "/layers/", layer->substr(layer->find(':') + 1), "/diff"),
                                O_PATH | O_DIRECTORY);
    const sys::Fd file(root ? sys::open_in_root(root->get(), accounts, O_RDONLY | O_NONBLOCK) : -1);
    if (!file.valid()) continue;
    for (const std::string_view line : text::split(sys::read_all(file.get()).value_or(""), '\n')) {
      const auto fields = text::split(line, ':');
      if (fields.size() < 3 || fields[0] == "nobody" || fields[0] == "nogroup") continue;
      out = std::max(out, text::parse_int<std::uint32_t>(fields[2]).value_or(0));
    }
    break;
  }
  return out;
}

std::uint32_t size_for(const Place& place, const Request& request) {
  std::uint32_t out = kFewestIds - 1;
  for (const IdKind* kind : {&kUsers, &kGroups})
    out = std::max(out, highest_id(place, request, kind->accounts));
  for (const std::string_view part : text::split(request.user, ':'))
    out = std::max(out, text::parse_int<std::uint32_t>(part).value_or(0));
  return out + 1;
}

Result<> choose_auto(const Place& place, const UsersWish& wish, Request& request) {
  const std::uint32_t size = wish.size.value_or(size_for(place, request));
  const std::vector<Request> others = TRY(list(place));
  for (const IdKind* kind : {&kUsers, &kGroups}) {
    const Ranges ranges = TRY(pool(*kind, kind == &kUsers && !wish.subuid_name.empty()    ? wish.subuid_name
                                          : kind == &kGroups && !wish.subgid_name.empty() ? wish.subgid_name
                                                                                          : kPoolName));
    Ranges taken;
    for (const Request& other : others)
      taken.insert(taken.end(), (other.*kind->maps).begin(), (other.*kind->maps).end());
    const auto first = find_free_ids(ranges, std::move(taken), size);
    if (!first)
      return fail(Error::make(Kind::invalid_state,
                              cat("--userns auto: there are no ", size, " free ids in a row in ", kind->file))
                      .hint("auto:size=N asks for fewer; masu container prune frees those of ended ones"));
    request.*kind->maps = {{0, *first, size}};
  }
  return {};
}

Result<> choose_keep_id(const UsersWish& wish, bool has_user, Request& request) {
  if (is_host_root())
    return fail(Error::make(Kind::usage,
                            "--userns keep-id is an ordinary user's: root has its own ids in a container")
                    .hint("leave it out, or take auto"));
  const std::uint32_t uid = wish.uid.value_or(sys::outer_user());
  const std::uint32_t gid = wish.gid.value_or(geteuid() == 0 ? uid : getegid());
  for (const auto& [kind, own] : {std::pair{&kUsers, uid}, {&kGroups, gid}}) {
    const std::uint32_t all = ids_besides_own(*kind) + 1;
    const std::uint32_t count = std::min(wish.size.value_or(all), all);
    if (own >= count)
      return fail(
          Error::make(Kind::usage, cat("--userns keep-id: the id ", own, " is not among the first ", count,
                                       ", which is all there is"))
              .hint(cat("keep-id:uid=1000,gid=1000 has another; ranges in ", kind->file, " give more")));
    request.*kind->maps = keep_id(own, count);
  }
  if (!has_user) request.user = cat(uid, ":", gid);
  return {};
}

Result<> choose_nomap(Request& request) {
  if (is_host_root())
    return fail(Error::make(Kind::usage, "--userns nomap is an ordinary user's: it leaves out his own id")
                    .hint("auto gives a container ids that are no one else's"));
  for (const IdKind* kind : {&kUsers, &kGroups}) {
    const std::uint32_t count = ids_besides_own(*kind);
    if (count == 0)
      return fail(
          Error::make(Kind::usage, cat("--userns nomap: you have no ids but your own in ", kind->file)));
    request.*kind->maps = {{0, 1, count}};
  }
  return {};
}

Result<> choose_private(const UsersWish& wish, Request& request) {
  request.uid_maps = wish.uid_maps.empty() ? wish.gid_maps : wish.uid_maps;
  request.gid_maps = wish.gid_maps.empty() ? wish.uid_maps : wish.gid_maps;
  for (const auto& [kind, given] : {std::pair{&kUsers, &wish.subuid_name}, {&kGroups, &wish.subgid_name}}) {
    const std::string& name = !given->empty()            ? *given
                              : wish.subuid_name.empty() ? wish.subgid_name
                                                         : wish.subuid_name;
    if (name.empty()) continue;
    std::uint32_t next = 0;
    Ranges& maps = request.*kind->maps;
    maps.clear();
    for (sys::IdRange range : named_ranges(*kind, name)) {
      range.inside = next;
      next += range.count;
      maps.push_back(range);
    }
    if (maps.empty())
      return fail(Error::make(Kind::not_found, cat("there are no ids of ", quote(name), " in ", kind->file)));
  }
  return {};
}

Result<> choose_shared(const Place& place, const UsersWish& wish, Request& request) {
  const Request other = TRY(find(place, std::string_view(wish.mode).substr(sizeof "container:" - 1)));
  request.userns = "container:" + other.id;
  request.uid_maps = other.uid_maps;
  request.gid_maps = other.gid_maps;
  return {};
}

}  // namespace

std::optional<std::uint32_t> find_free_ids(const std::vector<sys::IdRange>& ranges,
                                           std::vector<sys::IdRange> taken, std::uint32_t count) {
  std::ranges::sort(taken, {}, &sys::IdRange::outside);
  for (const sys::IdRange& range : ranges) {
    const std::uint64_t end = std::uint64_t{range.outside} + range.count;
    std::uint64_t first = range.outside;
    for (const sys::IdRange& other : taken) {
      if (std::uint64_t{other.outside} + other.count <= first) continue;
      if (first + count <= other.outside) break;
      first = std::uint64_t{other.outside} + other.count;
    }
    if (first + count <= end) return static_cast<std::uint32_t>(first);
  }
  return std::nullopt;
}

std::vector<sys::IdRange> keep_id(std::uint32_t own, std::uint32_t count) {
  std::vector<sys::IdRange> out;
  if (own > 0) out.push_back({0, 1, own});
  out.push_back({own, 0, 1});
  if (own + 1 < count) out.push_back({own + 1, own + 1, count - own - 1});
  return out;
}

namespace {

Result<> choose(const Place& place, const UsersWish& wish, bool has_user, Request& request) {
  if (wish.mode == "auto") return choose_auto(place, wish, request);
  if (wish.mode == "keep-id") return choose_keep_id(wish, has_user, request);
  if (wish.mode == "nomap") return choose_nomap(request);
  if (wish.mode == "private") return choose_private(wish, request);
  return choose_shared(place, wish, request);
}

}  // namespace

Result<> choose_ids(const Place& place, const UsersWish& wish, bool has_user, Request& request) {
  request.userns = wish.mode;
  TRY(choose(place, wish, has_user, request));
  for (const Ranges* maps : {&request.uid_maps, &request.gid_maps})
    if (!maps->empty() && std::ranges::none_of(*maps, [](const auto& range) { return range.inside == 0; }))
      return fail(Error::make(Kind::usage, "the container's ids have no 0, as which it is set up"));
  return {};
}

}  // namespace masu::manager
