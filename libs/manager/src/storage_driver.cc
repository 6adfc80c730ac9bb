// SPDX-License-Identifier: Apache-2.0
#include "masu/manager/storage_driver.h"

#include "bundle.h"
#include "masu/base/errno_name.h"
#include "masu/base/log.h"
#include "masu/base/scope_exit.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/shim/program.h"
#include "masu/store/store.h"
#include "masu/store/tree.h"
#include "masu/sys/fd.h"
#include "masu/sys/raw.h"

#include <cstdlib>

#include <sys/utsname.h>
#include <unistd.h>

namespace masu::manager {
namespace {

namespace raw = sys::raw;

constexpr const char* kRecord = "driver";

std::string kernel_release() {
  utsname name{};
  return uname(&name) == 0 ? name.release : "";
}

// Nothing, or why overlayfs does not do here.
Result<std::string> try_overlay(const Place& place) {
  TRY(store::make_folders(place.root));
  const std::string folder = cat(place.root, "/.trial-", TRY(store::random_hex(8)));
  const ScopeExit clean([&] { (void)store::remove_tree(AT_FDCWD, folder.c_str()); });
  for (const char* name : {"/lower", "/upper", "/work"}) TRY(store::make_folders(folder + name, 0755));
  const auto mounted =
      mount_above(folder + "/lower", {cat("upperdir=", folder, "/upper"), cat("workdir=", folder, "/work")},
                  read_facts());
  return mounted ? std::string() : mounted.error().message();
}

bool has_fuse() { return access("/dev/fuse", R_OK | W_OK) == 0 && find_fuse_overlayfs().has_value(); }

std::optional<ChosenDriver> read_record(const Place& place) {
  const auto text = sys::read_file(cat(place.root, "/", kRecord));
  if (!text) return std::nullopt;
  const auto lines = text::split(text::trim(*text), '\n');  // driver, kernel, why
  const auto driver = parse_driver(lines.front());
  if (!driver || lines.size() < 2 || lines[1] != kernel_release()) return std::nullopt;
  return ChosenDriver{*driver, lines.size() > 2 ? std::string(lines[2]) : std::string()};
}

}  // namespace

Result<std::string> find_fuse_overlayfs() {
  const char* path = secure_getenv("PATH");
  return shim::find_program("fuse-overlayfs", path == nullptr ? "" : path);
}

std::string_view driver_name(StorageDriver driver) {
  switch (driver) {
    case StorageDriver::overlay:
      return "overlay";
    case StorageDriver::fuse_overlayfs:
      return "fuse-overlayfs";
    case StorageDriver::vfs:
      break;
  }
  return "vfs";
}

std::optional<StorageDriver> parse_driver(std::string_view name) {
  for (const StorageDriver driver :
       {StorageDriver::overlay, StorageDriver::fuse_overlayfs, StorageDriver::vfs})
    if (driver_name(driver) == name) return driver;
  return std::nullopt;
}

Result<ChosenDriver> try_drivers(const Place& place) {
  ChosenDriver out;
  out.refused = TRY(try_overlay(place));
  if (!out.refused.empty()) out.driver = has_fuse() ? StorageDriver::fuse_overlayfs : StorageDriver::vfs;
  const sys::Fd root = TRY(sys::open(place.root, O_RDONLY | O_DIRECTORY));
  const std::string record = cat(driver_name(out.driver), "\n", kernel_release(), "\n", out.refused, "\n");
  // Of several first containers at once each tries, and any of their records will do.
  if (auto kept = sys::place_file_at(root.get(), kRecord, record, 0644); !kept)
    MASU_DEBUG(kept.error().message());
  return out;
}

Result<ChosenDriver> choose_driver(const Place& place) {
  if (!place.driver.empty()) {
    if (const auto driver = parse_driver(place.driver)) return ChosenDriver{*driver, {}};
    return fail(Error::make(Kind::usage, cat("no such storage driver: ", quote(place.driver)))
                    .hint("there are overlay, fuse-overlayfs and vfs"));
  }
  if (auto known = read_record(place)) return std::move(*known);
  return try_drivers(place);
}

}  // namespace masu::manager
