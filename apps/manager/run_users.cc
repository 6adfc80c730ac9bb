// SPDX-License-Identifier: Apache-2.0
#include "run_users.h"

#include "run_process.h"

namespace masu::manager {
namespace {

// "auto:size=4096", "keep-id:uid=0,gid=0"
Result<> read_mode(std::string_view text, UsersWish& out) {
  if (text == "host") return {};
  if (text == "private" || text == "nomap" || (text.starts_with("container:") && text.size() > 10)) {
    out.mode = text;
    return {};
  }
  const auto colon = text.find(':');
  const std::string_view mode = text.substr(0, colon);
  if (mode != "auto" && mode != "keep-id")
    return fail(wrong(kUserns, text,
                      "expected host, auto[:size=N], keep-id[:uid=N,gid=N,size=N], nomap or container:NAME"));
  out.mode = mode;
  if (colon == std::string_view::npos) return {};
  for (const std::string_view item : text::split(text.substr(colon + 1), ',')) {
    const auto [name, value] = split_pair(item);
    const auto number = text::parse_int<std::uint32_t>(value);
    std::optional<std::uint32_t>* place = name == "size"                       ? &out.size
                                          : mode == "keep-id" && name == "uid" ? &out.uid
                                          : mode == "keep-id" && name == "gid" ? &out.gid
                                                                               : nullptr;
    if (place == nullptr) return fail(wrong(kUserns, text, cat("there is no option ", quote(name))));
    if (!number || (name == "size" && *number == 0))
      return fail(wrong(kUserns, text, cat(name, ": expected a number")));
    *place = number;
  }
  return {};
}

Result<> read_maps(const cli::Call& call, const cli::Option& option, std::vector<sys::IdRange>& out) {
  for (const std::string_view given : call.arguments.values(option)) {
    const auto words = text::split(given, ':');
    const auto number = [&](std::size_t i) {
      return i < words.size() ? text::parse_int<std::uint32_t>(words[i]) : std::optional<std::uint32_t>(1);
    };
    const auto inside = number(0), outside = number(1), count = number(2);
    if (words.size() < 2 || words.size() > 3 || !inside || !outside || !count || *count == 0)
      return fail(wrong(option, given, "expected CONTAINER:HOST:COUNT, three numbers"));
    const sys::IdRange range{*inside, *outside, *count};
    const auto meets = [](std::uint64_t a, std::uint64_t b, std::uint64_t m, std::uint64_t n) {
      return a < b + n && b < a + m;
    };
    for (const sys::IdRange& other : out)
      if (meets(range.inside, other.inside, range.count, other.count) ||
          meets(range.outside, other.outside, range.count, other.count))
        return fail(wrong(option, given, "it has ids of another of these maps"));
    out.push_back(range);
  }
  return {};
}

}  // namespace

Result<UsersWish> read_users(const cli::Call& call) {
  const cli::Arguments& given = call.arguments;
  UsersWish out;
  if (given.has(kUserns)) TRY(read_mode(given.value(kUserns), out));
  TRY(read_maps(call, kUidMap, out.uid_maps));
  TRY(read_maps(call, kGidMap, out.gid_maps));
  out.subuid_name = given.value(kSubuidName);
  out.subgid_name = given.value(kSubgidName);
  const bool names = !out.subuid_name.empty() || !out.subgid_name.empty();
  const bool maps = !out.uid_maps.empty() || !out.gid_maps.empty();
  if (names && maps)
    return fail(
        Error::make(Kind::usage, "--subuidname and --uidmap exclude each other, as do those of groups"));
  if (out.mode == "private" && !names && !maps)
    return fail(Error::make(Kind::usage, "--userns private has its ids by --uidmap or --subuidname")
                    .hint("--userns auto finds some"));
  if (!names && !maps) return out;
  if (maps && (out.mode == "auto" || out.mode == "keep-id" || out.mode == "nomap" ||
               out.mode.starts_with("container:")))
    return fail(Error::make(Kind::usage, cat("--uidmap and --userns ", out.mode, " exclude each other")));
  if (out.mode.empty() && given.has(kUserns))
    return fail(Error::make(Kind::usage, "--userns host has no maps of its own"));
  if (out.mode.empty()) out.mode = "private";
  return out;
}

Result<std::optional<store::Lock>> set_users(const cli::Call& call, const Place& place,
                                             const store::Store& store, Request& request) {
  std::optional<store::Lock> out;
  const UsersWish wish = TRY(read_users(call));
  if (wish.mode.empty()) return out;
  if (wish.mode == "auto") out = TRY(store.lock("ids", store::Store::Sharing::alone));
  TRY(choose_ids(place, wish, call.arguments.has(kUser), request));
  return out;
}

}  // namespace masu::manager
