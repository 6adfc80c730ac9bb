// SPDX-License-Identifier: Apache-2.0
#include "passwd.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/sys/fd.h"
#include "masu/sys/path.h"

#include <algorithm>
#include <optional>

#include <fcntl.h>
#include <sys/stat.h>

namespace masu::manager {
namespace {

constexpr std::size_t kLongestFile = std::size_t{16} << 20;
using Id = std::uint32_t;
using Fields = std::vector<std::string_view>;

// The file's text, or nothing if there is none; one that is no file counts as none (an image may have a FIFO
// there).
std::string read_in_root(int rootfs, const char* path) {
  const sys::Fd file(sys::open_in_root(rootfs, path, O_RDONLY | O_NONBLOCK));
  struct stat status{};
  if (!file.valid() || fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return {};
  return sys::read_all(file.get(), kLongestFile).value_or("");
}

// The first line with at least `count` fields for which `matches` is true.
template <class Matches>
std::optional<Fields> find_line(std::string_view text, std::size_t count, const Matches& matches) {
  for (const std::string_view line : text::split(text, '\n')) {
    Fields fields = text::split(line, ':');
    if (fields.size() >= count && matches(fields)) return fields;
  }
  return std::nullopt;
}

Result<Id> find_group(std::string_view text, std::string_view group) {
  const auto found = find_line(text, 3, [group](const Fields& line) { return line[0] == group; });
  if (found)
    if (const auto id = text::parse_int<Id>((*found)[2])) return *id;
  if (const auto id = text::parse_int<Id>(group)) return *id;
  return fail(
      Error::make(Kind::usage, cat("there is no group ", quote(group), " in the container's /etc/group")));
}

}  // namespace

Result<Identity> find_identity(int rootfs, std::string_view text, const std::vector<std::string>& groups) {
  Identity out;
  const auto colon = text.find(':');
  const std::string_view name = text.substr(0, colon);
  const std::string_view group = colon == std::string_view::npos ? "" : text.substr(colon + 1);
  const std::string passwd = read_in_root(rootfs, "etc/passwd"),
                    group_file = read_in_root(rootfs, "etc/group");

  const auto number = text::parse_int<Id>(name.empty() ? "0" : name);
  auto line =
      find_line(passwd, 6, [name](const Fields& fields) { return !name.empty() && fields[0] == name; });
  if (!line && number)
    line =
        find_line(passwd, 6, [&](const Fields& fields) { return text::parse_int<Id>(fields[2]) == number; });
  if (!line && !number)
    return fail(
        Error::make(Kind::usage, cat("there is no user ", quote(name), " in the container's /etc/passwd"))
            .hint("a number needs no entry: -u UID[:GID]"));
  out.known = line.has_value();
  out.user.uid = line ? text::parse_int<Id>((*line)[2]).value_or(0) : *number;
  if (line) out.user.gid = text::parse_int<Id>((*line)[3]).value_or(0);
  if (line && !(*line)[5].empty()) out.home = (*line)[5];
  if (!group.empty()) {
    out.user.gid = TRY(find_group(group_file, group));
  } else if (line) {
    for (const std::string_view entry : text::split(group_file, '\n')) {
      const Fields fields = text::split(entry, ':');
      if (fields.size() < 4) continue;
      const auto members = text::split(fields[3], ',');
      const auto id = text::parse_int<Id>(fields[2]);
      if (id && std::ranges::find(members, (*line)[0]) != members.end())
        out.user.additional_gids.push_back(*id);
    }
  }
  for (const std::string& more : groups)
    out.user.additional_gids.push_back(TRY(find_group(group_file, more)));
  out.group_known = find_line(group_file, 3, [&](const Fields& fields) {
                      return text::parse_int<Id>(fields[2]) == out.user.gid;
                    }).has_value();
  return out;
}

namespace {

std::string fill_in(std::string entry, const Request& request, const Identity& identity) {
  const std::string id = cat(identity.user.uid);
  const std::pair<std::string_view, std::string> names[] = {
      {"$USERNAME", id},
      {"$UID", id},
      {"$GID", cat(identity.user.gid)},
      {"$NAME", id},
      {"$HOME", request.cwd.empty() ? "/" : request.cwd}};
  for (const auto& [name, value] : names)
    for (auto at = entry.find(name); at != std::string::npos; at = entry.find(name, at + value.size()))
      entry.replace(at, name.size(), value);
  return entry;
}

std::string with_line(std::string text, std::string_view line) {
  if (!text.empty() && !text.ends_with('\n')) text += '\n';
  return cat(text, line, line.ends_with('\n') ? "" : "\n");
}

}  // namespace

AccountFiles add_accounts(int rootfs, const Request& request, const Identity& identity) {
  AccountFiles out;
  if (!request.add_passwd) return out;
  const std::string passwd = read_in_root(rootfs, "etc/passwd"), group = read_in_root(rootfs, "etc/group");
  if (!passwd.empty() && (!identity.known || !request.passwd_entry.empty()))
    out.passwd =
        with_line(passwd, request.passwd_entry.empty()
                              ? fill_in("$UID:*:$UID:$GID:container user:$HOME:/bin/sh", request, identity)
                              : fill_in(request.passwd_entry, request, identity));
  if (!group.empty() && (!identity.group_known || !request.group_entry.empty()))
    out.group =
        with_line(group, request.group_entry.empty() ? fill_in("$GID:x:$GID:", request, identity)
                                                     : fill_in(request.group_entry, request, identity));
  return out;
}

}  // namespace masu::manager
