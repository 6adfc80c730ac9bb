// SPDX-License-Identifier: Apache-2.0
#include "mount_options.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/manager/volume.h"
#include "masu/shim/options.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include <glob.h>
#include <unistd.h>

namespace masu::manager {
namespace {

// What the runtime takes as it is.
constexpr std::array<std::string_view, 20> kFlags = {
    "ro",     "rw",      "nodev",      "dev",         "nosuid",   "suid",  "noexec",
    "exec",   "noatime", "rro",        "private",     "rprivate", "slave", "rslave",
    "shared", "rshared", "unbindable", "runbindable", "bind",     "rbind"};
// Labels are those of SELinux, without which they mean nothing; the rest is about Docker on other systems.
constexpr std::array<std::string_view, 5> kWithoutEffect = {"z", "Z", "cached", "delegated", "consistent"};

Error wrong(std::string what) { return Error::make(Kind::usage, std::move(what)); }

template <std::size_t kSize>
bool is_one_of(const std::array<std::string_view, kSize>& list, std::string_view word) {
  return std::ranges::find(list, word) != list.end();
}

bool has_option(const Mount& mount, std::initializer_list<std::string_view> any) {
  return std::ranges::any_of(
      mount.options, [&](const std::string& one) { return std::ranges::find(any, one) != any.end(); });
}

Result<std::string> check_path(std::string_view path, const cli::Env& env) {
  std::string out = TRY(env.absolute(path));
  if (access(out.c_str(), F_OK) != 0)
    return fail(Error::sys(errno, cat("look at ", quote(out)))
                    .hint("what is bound must be there; a name without a slash is that of a volume"));
  return out;
}

// What -v calls SRC: a path or the name of a volume.
Result<> set_source(Mount& mount, std::string_view source, const cli::Env& env) {
  if (source.starts_with('/') || source.starts_with('.')) {
    mount.type = "bind";
    mount.source = TRY(check_path(source, env));
    return {};
  }
  mount.type = "volume";
  mount.source = source;
  return source.empty() ? Result<>() : check_volume_name(source);
}

Result<> add_option(Mount& mount, std::string_view option) {
  const bool volume = mount.type == "volume";
  if (is_one_of(kFlags, option) || option == "idmap" || option.starts_with("idmap="))
    mount.options.emplace_back(option);
  else if (option == "U")
    mount.chown = true;
  else if (option == "O")
    mount.overlay = true;
  else if (volume && (option == "copy" || option == "nocopy"))
    mount.no_copy = option == "nocopy";
  else if (volume && option == "nocreate")
    mount.no_create = true;
  else if (!is_one_of(kWithoutEffect, option))
    return fail(wrong(cat("unknown option ", quote(option))));
  return {};
}

// Binds are recursive, and apart from the host's, unless something else is said.
void finish_bind(Mount& mount) {
  if (mount.type != "bind" && mount.type != "volume" && mount.type != "image") return;
  if (!has_option(mount, {"bind", "rbind"})) mount.options.emplace_back("rbind");
  if (!has_option(mount, {"private", "rprivate", "slave", "rslave", "shared", "rshared", "unbindable",
                          "runbindable"}))
    mount.options.emplace_back("rprivate");
}

Mount new_tmpfs(std::string destination) {
  return {.type = "tmpfs",
          .source = "tmpfs",
          .destination = std::move(destination),
          .options = {"nosuid", "nodev", "noexec", "rprivate"}};
}

// "true", "1" and nothing are yes, as for flags.
Result<bool> parse_switch(std::string_view name, std::string_view value) {
  if (value.empty() || value == "true" || value == "1") return true;
  if (value == "false" || value == "0") return false;
  return fail(wrong(cat(name, ": expected true or false")));
}

using Field = std::pair<std::string_view, std::string_view>;

// A comma within quotes is none: "o=a,b" is one field, as in a line of CSV.
std::vector<std::string> split_fields(std::string_view text) {
  std::vector<std::string> out(1);
  bool quoted = false;
  for (const char c : text) {
    if (c == '"')
      quoted = !quoted;
    else if (c == ',' && !quoted)
      out.emplace_back();
    else
      out.back() += c;
  }
  return out;
}

Result<> read_tmpfs_field(Mount& mount, const Field& field) {
  const auto& [name, value] = field;
  if (name == "tmpfs-size") {
    mount.options.push_back(cat("size=", value));
  } else if (name == "tmpfs-mode") {
    mount.options.push_back(cat("mode=", value));
  } else if (name == "tmpcopyup" || name == "notmpcopyup") {
    if (TRY(parse_switch(name, value)) == (name == "tmpcopyup")) mount.options.emplace_back("tmpcopyup");
  } else {
    return fail(wrong(cat("unknown option ", quote(name), " for type=", mount.type)));
  }
  return {};
}

Result<> read_devpts_field(Mount& mount, const Field& field) {
  const auto& [name, value] = field;
  if ((name != "uid" && name != "gid" && name != "mode" && name != "max") || value.empty())
    return fail(wrong(cat("unknown option ", quote(name), " for type=devpts")));
  mount.options.push_back(cat(name, "=", value));
  return {};
}

Result<> read_volume_field(Mount& mount, const Field& field) {
  const auto& [name, value] = field;
  if (name == "volume-nocopy") {
    mount.no_copy = TRY(parse_switch(name, value));
  } else if (name == "volume-opt") {
    const auto equals = value.find('=');
    if (equals == std::string_view::npos) return fail(wrong("volume-opt: expected volume-opt=NAME=VALUE"));
    mount.volume_options.insert_or_assign(std::string(value.substr(0, equals)),
                                          std::string(value.substr(equals + 1)));
  } else if (name == "volume-label") {
    if (value.empty()) return fail(wrong("volume-label: expected volume-label=NAME=VALUE"));
    const auto equals = value.find('=');
    mount.volume_labels.insert_or_assign(
        std::string(value.substr(0, equals)),
        std::string(equals == std::string_view::npos ? "" : value.substr(equals + 1)));
  } else if (name == "volume-driver") {
    if (value != "local") return fail(wrong(cat("there is no volume driver ", quote(value), ", only local")));
  } else {
    return fail(wrong(cat("unknown option ", quote(name), " for type=volume")));
  }
  return {};
}

Result<> read_bind_field(Mount& mount, const Field& field) {
  const auto& [name, value] = field;
  if (name == "bind-propagation") return add_option(mount, value);
  if (name == "bind-nonrecursive") {
    if (TRY(parse_switch(name, value))) mount.options.emplace_back("bind");
  } else if (name == "bind-recursive") {
    if (value == "disabled")
      mount.options.emplace_back("bind");
    else if (value == "readonly")
      mount.options.emplace_back("rro");
    else if (value != "enabled" && value != "writable")
      return fail(wrong("bind-recursive: expected enabled, disabled, writable or readonly"));
  } else if (name == "relabel") {
    if (value != "shared" && value != "private") return fail(wrong("relabel: expected shared or private"));
  } else {
    return fail(wrong(cat("unknown option ", quote(name), " for type=", mount.type)));
  }
  return {};
}

// What all types have. False: it is none of these.
Result<bool> read_common_field(Mount& mount, const Field& field) {
  const auto& [name, value] = field;
  if (name == "dst" || name == "destination" || name == "target") {
    mount.destination = TRY(clean_destination(value));
  } else if (name == "ro" || name == "readonly" || name == "rw") {
    mount.options.emplace_back(TRY(parse_switch(name, value)) == (name != "rw") ? "ro" : "rw");
  } else if (name == "U" || name == "chown") {
    mount.chown = TRY(parse_switch(name, value));
  } else if (name == "nodev" || name == "dev" || name == "nosuid" || name == "suid" || name == "noexec" ||
             name == "exec") {
    if (TRY(parse_switch(name, value))) mount.options.emplace_back(name);
  } else if (name == "idmap") {
    mount.options.push_back(value.empty() ? std::string("idmap") : cat("idmap=", value));
  } else if (name != "consistency" && name != "z" && name != "Z") {
    return false;
  }
  return true;
}

Result<> read_field(Mount& mount, const Field& field, const cli::Env& env) {
  if (TRY(read_common_field(mount, field))) return {};
  const auto& [name, value] = field;
  if (mount.type == "tmpfs" || mount.type == "ramfs") return read_tmpfs_field(mount, field);
  if (mount.type == "devpts") return read_devpts_field(mount, field);
  if (name == "subpath" || name == "volume-subpath" || name == "image-subpath") {
    mount.subpath = value;
    return {};
  }
  if (name == "src" || name == "source") {
    if (mount.type == "volume") return set_source(mount, value, env);
    mount.source = mount.type == "bind" ? TRY(check_path(value, env)) : std::string(value);
    return {};
  }
  if (mount.type == "volume") return read_volume_field(mount, field);
  return read_bind_field(mount, field);
}

Result<std::vector<Mount>> expand_glob(const Mount& pattern, const cli::Env& env) {
  const std::string path = TRY(env.absolute(pattern.source));
  glob_t found{};
  const int failed = glob(path.c_str(), 0, nullptr, &found);
  std::vector<Mount> out;
  for (std::size_t i = 0; failed == 0 && i < found.gl_pathc; ++i) {
    const std::string_view source = found.gl_pathv[i];
    Mount mount = pattern;
    mount.type = "bind";
    mount.source = source;
    mount.destination = pattern.destination.empty()
                            ? std::string(source)
                            : cat(pattern.destination, source.substr(source.rfind('/')));
    finish_bind(mount);
    out.push_back(std::move(mount));
  }
  globfree(&found);
  if (out.empty()) return fail(wrong(cat("nothing on this machine is ", quote(path))));
  return out;
}

Result<> check_complete(const Mount& mount) {
  if (mount.destination.empty() && mount.type != "glob") return fail(wrong("dst must be given"));
  if (mount.source.empty() && mount.type != "volume") return fail(wrong("src must be given"));
  return {};
}

}  // namespace

Result<std::string> clean_destination(std::string_view path) {
  std::vector<std::string> parts;
  for (const std::string_view part : text::split(path, '/')) {
    if (part == "..") {
      if (!parts.empty()) parts.pop_back();
    } else if (!part.empty() && part != ".") {
      parts.emplace_back(part);
    }
  }
  if (!path.starts_with('/') || parts.empty())
    return fail(wrong(cat(quote(path), " is no path from the root on, below it")));
  return cat("/", text::join(parts, "/"));
}

Result<Mount> parse_volume(std::string_view text, const cli::Env& env) {
  const auto parts = text::split(text, ':');
  if (parts.size() > 3) return fail(wrong("expected [SRC:]DST[:OPTIONS]"));
  Mount out{.type = "volume"};
  if (parts.size() > 1) TRY(set_source(out, parts[0], env));
  out.destination = TRY(clean_destination(parts.size() > 1 ? parts[1] : parts[0]));
  if (parts.size() == 3)
    for (const std::string_view option : text::split(parts[2], ','))
      if (!option.empty()) TRY(add_option(out, option));
  finish_bind(out);
  return out;
}

Result<std::vector<Mount>> parse_mount(std::string_view text, const cli::Env& env) {
  constexpr std::array<std::string_view, 7> kTypes = {"bind",   "volume", "tmpfs", "ramfs",
                                                      "devpts", "image",  "glob"};
  Mount out{.type = "volume"};
  const std::vector<std::string> fields = split_fields(text);
  for (const std::string_view field : fields)
    if (field.starts_with("type=")) out.type = field.substr(5);
  if (!is_one_of(kTypes, out.type))
    return fail(wrong(cat("unknown type ", quote(out.type), ": expected one of bind, volume, tmpfs, ramfs, ",
                          "devpts, image, glob")));
  if (out.type == "tmpfs") out = new_tmpfs("");
  if (out.type == "ramfs") out.source = "ramfs", out.options = {"nosuid", "nodev", "noexec"};
  if (out.type == "devpts")
    out.source = "devpts", out.options = {"nosuid", "noexec", "newinstance", "ptmxmode=0666"};
  for (const std::string_view field : fields) {
    const auto equals = field.find('=');
    if (field.starts_with("type=") || field.empty()) continue;
    TRY(read_field(out,
                   {field.substr(0, equals),
                    equals == std::string_view::npos ? std::string_view() : field.substr(equals + 1)},
                   env));
  }
  TRY(check_complete(out));
  if (out.type == "glob") return expand_glob(out, env);
  if (out.type == "image" && !has_option(out, {"rw"})) out.options.emplace_back("ro");
  finish_bind(out);
  return std::vector{std::move(out)};
}

Result<Mount> parse_tmpfs(std::string_view text) {
  const auto colon = text.find(':');
  Mount out = new_tmpfs(TRY(clean_destination(text.substr(0, colon))));
  out.options.emplace_back("tmpcopyup");
  if (colon == std::string_view::npos) return out;
  for (const std::string_view option : text::split(text.substr(colon + 1), ',')) {
    if (option == "notmpcopyup") std::erase(out.options, "tmpcopyup");
    if (option == "U") out.chown = true;
    if (!option.empty() && option != "notmpcopyup" && option != "tmpcopyup" && option != "U" &&
        !is_one_of(kWithoutEffect, option))
      out.options.emplace_back(option);
  }
  return out;
}

}  // namespace masu::manager
