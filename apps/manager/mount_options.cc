// SPDX-License-Identifier: Apache-2.0
#include "mount_options.h"

#include "masu/base/text.h"
#include "masu/base/try.h"

#include <algorithm>
#include <array>

#include <unistd.h>

namespace masu::manager {
namespace {

constexpr std::array<std::string_view, 16> kBindOptions = {
    "ro",      "rw",       "nodev", "dev",    "nosuid", "suid",    "noexec", "exec",
    "private", "rprivate", "slave", "rslave", "shared", "rshared", "bind",   "rbind"};

Error wrong(std::string what) { return Error::make(Kind::usage, std::move(what)); }

Result<std::string> check_destination(std::string_view path) {
  if (!path.starts_with('/') || path == "/")
    return fail(wrong(cat(quote(path), " is no path from the root on, below it")));
  std::string out(path);
  while (out.size() > 1 && out.ends_with('/')) out.pop_back();
  return out;
}

Result<std::string> check_source(std::string_view path, const cli::Env& env) {
  if (!path.starts_with('/') && !path.starts_with('.'))
    return fail(Error::make(Kind::unsupported, cat("named volumes are not supported yet: ", quote(path)))
                    .hint("give a folder of the host by a path that begins with / or ."));
  std::string out = TRY(env.absolute(path));
  if (access(out.c_str(), F_OK) != 0) return fail(Error::sys(errno, cat("look at ", quote(out))));
  return out;
}

Result<> add_bind_option(Mount& mount, std::string_view option) {
  if (std::ranges::find(kBindOptions, option) == kBindOptions.end())
    return fail(wrong(cat("unknown option ", quote(option))));
  mount.options.emplace_back(option);
  return {};
}

void finish_bind(Mount& mount) {
  const auto has = [&mount](std::initializer_list<std::string_view> any) {
    return std::ranges::any_of(any, [&](std::string_view one) {
      return std::ranges::find(mount.options, one) != mount.options.end();
    });
  };
  if (!has({"bind", "rbind"})) mount.options.emplace_back("rbind");
  if (!has({"private", "rprivate", "slave", "rslave", "shared", "rshared"}))
    mount.options.emplace_back("rprivate");
}

Mount new_tmpfs(std::string destination) {
  return {.type = "tmpfs",
          .source = "tmpfs",
          .destination = std::move(destination),
          .options = {"nosuid", "nodev", "noexec"}};
}

}  // namespace

Result<Mount> parse_volume(std::string_view text, const cli::Env& env) {
  const auto parts = text::split(text, ':');
  if (parts.size() < 2 || parts.size() > 3) return fail(wrong("expected SRC:DST[:OPTIONS]"));
  Mount out{.type = "bind",
            .source = TRY(check_source(parts[0], env)),
            .destination = TRY(check_destination(parts[1])),
            .options = {}};
  if (parts.size() == 3)
    for (const std::string_view option : text::split(parts[2], ',')) TRY(add_bind_option(out, option));
  finish_bind(out);
  return out;
}

Result<Mount> parse_mount(std::string_view text, const cli::Env& env) {
  Mount out;
  std::vector<std::pair<std::string_view, std::string_view>> fields;
  for (const std::string_view field : text::split(text, ',')) {
    const auto equals = field.find('=');
    fields.emplace_back(field.substr(0, equals),
                        equals == std::string_view::npos ? "" : field.substr(equals + 1));
    if (fields.back().first == "type") out.type = fields.back().second;
  }
  if (out.type != "bind" && out.type != "tmpfs")
    return fail(Error::make(Kind::unsupported, cat("mounts of type ", quote(out.type),
                                                   " are not supported: only bind and tmpfs")));
  const bool bind = out.type == "bind";
  if (!bind) out = new_tmpfs("");
  for (const auto& [name, value] : fields) {
    if (name == "type") continue;
    if (name == "dst" || name == "destination" || name == "target")
      out.destination = TRY(check_destination(value));
    else if (bind && (name == "src" || name == "source"))
      out.source = TRY(check_source(value, env));
    else if (name == "ro" || name == "readonly") {
      if (value.empty() || value == "true") out.options.emplace_back("ro");
    } else if (bind && name == "bind-propagation")
      TRY(add_bind_option(out, value));
    else if (!bind && name == "tmpfs-size")
      out.options.push_back(cat("size=", value));
    else if (!bind && name == "tmpfs-mode")
      out.options.push_back(cat("mode=", value));
    else
      return fail(wrong(cat("unknown option ", quote(name))));
  }
  if (out.destination.empty() || (bind && out.source.empty()))
    return fail(wrong(bind ? "src and dst must be given" : "dst must be given"));
  if (bind) finish_bind(out);
  return out;
}

Result<Mount> parse_tmpfs(std::string_view text) {
  const auto colon = text.find(':');
  Mount out = new_tmpfs(TRY(check_destination(text.substr(0, colon))));
  if (colon != std::string_view::npos)
    for (const std::string_view option : text::split(text.substr(colon + 1), ','))
      if (!option.empty()) out.options.emplace_back(option);
  return out;
}

}  // namespace masu::manager
