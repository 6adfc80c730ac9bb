// SPDX-License-Identifier: Apache-2.0
//
// More ids than one's own: newuidmap(1), newgidmap(1), subuid(5), subgid(5).
#include "checks.h"

#include <algorithm>
#include <cstdint>

namespace masu::doctor {
namespace {

constexpr std::uint64_t kEnough = 65536;  // ids of an image: up to nobody, 65534
constexpr std::uint64_t kFirst = 100000;  // SUB_UID_MIN of login.defs(5)

struct Ranges {
  std::uint64_t own = 0;  ///< how many ids the user has
  std::uint64_t end = 0;  ///< after the last id of anyone's
};

Ranges read_ranges(const Host& host, std::string_view file) {
  Ranges ranges;
  const std::string content = read_value(cat(host.etc, "/", file));
  for (std::string_view line : text::split(content, '\n')) {
    const auto fields = text::split(line, ':');  // name or number, first id, count
    if (fields.size() != 3 || line.starts_with('#')) continue;
    const auto first = text::parse_int<std::uint32_t>(fields[1]);
    const auto count = text::parse_int<std::uint32_t>(fields[2]);
    if (!first || !count) continue;
    ranges.end = std::max(ranges.end, std::uint64_t{*first} + *count);
    if (fields[0] == cat(host.euid) || (!host.user.empty() && fields[0] == host.user)) ranges.own += *count;
  }
  return ranges;
}

// How many ids our own user namespace has (user_namespaces(7)).
std::uint64_t count_mapped(const Host& host, std::string_view file) {
  std::uint64_t count = 0;
  const std::string map = read_value(cat(host.proc, "/self/", file));
  for (std::string_view line : text::split(map, '\n'))
    count += text::parse_int<std::uint32_t>(line.substr(line.rfind(' ') + 1)).value_or(0);
  return count;
}

// "subid: sss" in nsswitch.conf(5): a directory service has the ranges, and only it is asked.
bool kept_elsewhere(const Host& host) {
  const std::string content = read_value(host.etc + "/nsswitch.conf");
  for (std::string_view line : text::split(content, '\n'))
    if (line.starts_with("subid:")) return text::trim(line.substr(6)) != "files";
  return false;
}

std::string add_ranges(const Host& host, bool uids, bool gids, std::uint64_t first) {
  const std::string last = cat(first + kEnough - 1);
  if (!host.user.empty())
    return as_root(host, cat("usermod", uids ? cat(" --add-subuids ", first, "-", last) : "",
                             gids ? cat(" --add-subgids ", first, "-", last) : "", " ", host.user));
  // usermod(8) knows users of passwd(5) only.
  return as_root(host, cat("echo ", host.euid, ":", first, ":", kEnough, " | tee -a",
                           uids ? " /etc/subuid" : "", gids ? " /etc/subgid" : ""));
}

}  // namespace

void check_id_helpers(const Host& host, Findings& findings) {
  if (host.euid == 0) return;  // also of a user namespace: he writes the maps himself
  std::vector<std::string> missing, powerless;
  for (const char* name : {"newuidmap", "newgidmap"}) {
    const std::string file = find_program(host.helpers, name);
    if (file.empty())
      missing.emplace_back(name);
    else if (!host.gains_rights(file))
      powerless.push_back(file);
  }
  if (!missing.empty())
    findings.push_back({State::warning, "id helpers",
                        cat("not installed: ", text::join(missing, ", "), "; containers have one id only"),
                        install(host, {.apt = "uidmap",
                                       .dnf = "shadow-utils-subid",
                                       .zypper = "shadow",
                                       .pacman = "shadow",
                                       .apk = "shadow-subids"})});
  else if (!powerless.empty())
    findings.push_back({State::warning, "id helpers",
                        cat("without the right to map ids: ", text::join(powerless, ", ")),
                        as_root(host, cat("chmod u+s ", text::join(powerless, " ")))});
  else if (status_value(host, "NoNewPrivs") == "1")
    findings.push_back(
        {State::warning, "id helpers",
         "this process has no_new_privs, so that they gain no rights: start it from another shell", ""});
  else
    findings.push_back({State::ok, "id helpers", "newuidmap, newgidmap", ""});
}

void check_subordinate_ids(const Host& host, Findings& findings) {
  if (is_root(host)) {
    findings.push_back({State::ok, "subordinate ids", "root may map any id", ""});
    return;
  }
  if (host.euid == 0) {
    const std::uint64_t ids = std::min(count_mapped(host, "uid_map"), count_mapped(host, "gid_map"));
    findings.push_back({ids < kEnough ? State::warning : State::ok, "subordinate ids",
                        cat("this user namespace has ", ids, "; images use ", kEnough), ""});
    return;
  }
  const Ranges uids = read_ranges(host, "subuid"), gids = read_ranges(host, "subgid");
  const bool few_uids = uids.own < kEnough, few_gids = gids.own < kEnough;
  std::string detail =
      cat(user_of(host), " has ", uids.own, " in /etc/subuid, ", gids.own, " in /etc/subgid");
  if (kept_elsewhere(host))
    findings.push_back({State::ok, "subordinate ids",
                        "kept by the service that /etc/nsswitch.conf names: getsubids lists them", ""});
  else if (few_uids || few_gids)
    findings.push_back({State::warning, "subordinate ids", cat(detail, "; images use ", kEnough),
                        add_ranges(host, few_uids, few_gids, std::max({kFirst, uids.end, gids.end}))});
  else
    findings.push_back({State::ok, "subordinate ids", std::move(detail), ""});
}

}  // namespace masu::doctor
