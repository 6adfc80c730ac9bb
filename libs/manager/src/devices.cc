// SPDX-License-Identifier: Apache-2.0
#include "devices.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/manager/device.h"
#include "masu/store/tree.h"
#include "masu/sys/raw.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include <sys/stat.h>
#include <sys/sysmacros.h>

namespace masu::manager {
namespace {

constexpr unsigned kModeBits = 07777;

// What every container has, and what is a file system or a terminal of its own.
bool is_own(std::string_view name) {
  constexpr std::array<std::string_view, 14> kOwn = {"null",   "zero",    "full", "random", "urandom",
                                                     "tty",    "console", "ptmx", "pts",    "shm",
                                                     "mqueue", "fd",      "core", "initctl"};
  return std::ranges::find(kOwn, name) != kOwn.end();
}

class Devices {
 public:
  Devices(spec::Config& config, const Facts& facts) : config_(config), facts_(facts) {}

  Result<> add(const DeviceAsked& asked) {
    struct stat status{};
    if (const int seen = sys::raw::fstatat(AT_FDCWD, asked.source.c_str(), &status, 0); seen < 0)
      return fail(Error::sys(-seen, cat("--device: look at ", quote(asked.source))));
    if (S_ISDIR(status.st_mode)) return add_folder(asked);
    if (!S_ISCHR(status.st_mode) && !S_ISBLK(status.st_mode))
      return fail(Error::make(Kind::usage, cat("--device: ", quote(asked.source), " is no device")));
    if (facts_.in_user_namespace) {
      config_.mounts.push_back(
          {asked.destination, "bind", asked.source, {"bind", "rprivate", "nosuid", "noexec"}, {}, {}});
      return {};
    }
    const char type = S_ISBLK(status.st_mode) ? 'b' : 'c';
    config_.linux_.devices.push_back({.type = type,
                                      .path = asked.destination,
                                      .major = major(status.st_rdev),
                                      .minor = minor(status.st_rdev),
                                      .file_mode = status.st_mode & kModeBits,
                                      .uid = status.st_uid,
                                      .gid = status.st_gid});
    const auto may = [&asked](char what) { return asked.permissions.find(what) != std::string::npos; };
    if (config_.linux_.resources)
      config_.linux_.resources->devices.push_back({.allow = true,
                                                   .type = type,
                                                   .major = major(status.st_rdev),
                                                   .minor = minor(status.st_rdev),
                                                   .read = may('r'),
                                                   .write = may('w'),
                                                   .mknod = may('m')});
    return {};
  }

  // All of the host's. What cannot be looked at is left out: nobody has asked for it by name.
  Result<> add_all() {
    for (const std::string& name : TRY(store::list_folder(AT_FDCWD, "/dev"))) {
      struct stat status{};
      const std::string path = "/dev/" + name;
      if (is_own(name) || sys::raw::fstatat(AT_FDCWD, path.c_str(), &status, AT_SYMLINK_NOFOLLOW) < 0)
        continue;
      if (S_ISCHR(status.st_mode) || S_ISBLK(status.st_mode) || S_ISDIR(status.st_mode))
        (void)add({.source = path, .destination = path});
    }
    return {};
  }

 private:
  Result<> add_folder(const DeviceAsked& asked) {
    for (const std::string& name : TRY(store::list_folder(AT_FDCWD, asked.source.c_str()))) {
      struct stat status{};
      const std::string path = cat(asked.source, "/", name);
      if (sys::raw::fstatat(AT_FDCWD, path.c_str(), &status, AT_SYMLINK_NOFOLLOW) < 0) continue;
      if (S_ISDIR(status.st_mode) || S_ISCHR(status.st_mode) || S_ISBLK(status.st_mode))
        TRY(add({.source = path,
                 .destination = cat(asked.destination, "/", name),
                 .permissions = asked.permissions}));
    }
    return {};
  }

  spec::Config& config_;
  const Facts& facts_;
};

}  // namespace

Result<DeviceAsked> parse_device(std::string_view text) {
  const auto parts = text::split(text, ':');
  const auto is_permissions = [](std::string_view word) {
    return !word.empty() && word.find_first_not_of("rwm") == std::string_view::npos;
  };
  DeviceAsked out{.source = std::string(parts[0]), .destination = std::string(parts[0])};
  if (parts.size() == 2 && is_permissions(parts[1]))
    out.permissions = parts[1];
  else if (parts.size() > 1)
    out.destination = parts[1];
  if (parts.size() == 3) out.permissions = parts[2];
  if (parts.size() > 3 || !is_permissions(out.permissions) || !out.source.starts_with('/') ||
      !out.destination.starts_with('/'))
    return fail(Error::make(Kind::usage, "expected a path of /dev, SRC[:DST][:rwm]"));
  return out;
}

Result<spec::DeviceRule> parse_device_rule(std::string_view text) {
  const auto words = text::split(text, ' ');
  const Error wrong = Error::make(Kind::usage, "expected a rule as in \"c 42:* rwm\"");
  if (words.size() != 3 || words[0].size() != 1 || words[0].find_first_of("abc") == std::string_view::npos ||
      words[2].empty() || words[2].find_first_not_of("rwm") != std::string_view::npos)
    return fail(Error::make(Kind::usage, wrong.message()));
  spec::DeviceRule out{.allow = true, .type = words[0].front()};
  const auto numbers = text::split(words[1], ':');
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const auto number = text::parse_int<std::int64_t>(numbers[i]);
    if (numbers.size() != 2 || (!number && numbers[i] != "*") || (number && *number < 0))
      return fail(Error::make(Kind::usage, wrong.message()));
    (i == 0 ? out.major : out.minor) = number;
  }
  const auto may = [&words](char what) { return words[2].find(what) != std::string_view::npos; };
  out.read = may('r');
  out.write = may('w');
  out.mknod = may('m');
  return out;
}

Result<> set_devices(spec::Config& config, const Request& request, const Facts& facts) {
  Devices devices(config, facts);
  if (request.privileged) TRY(devices.add_all());
  for (const std::string& text : request.devices) {
    const DeviceAsked asked = TRY(parse_device(text));
    TRY(devices.add(asked));
  }
  if (config.linux_.resources && !facts.in_user_namespace)
    for (const std::string& text : request.device_rules)
      config.linux_.resources->devices.push_back(TRY(parse_device_rule(text)));
  return {};
}

}  // namespace masu::manager
