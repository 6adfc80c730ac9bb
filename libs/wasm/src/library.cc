// SPDX-License-Identifier: Apache-2.0
#include "library.h"

#include "masu/base/text.h"
#include "masu/base/try.h"

#include <cstring>
#include <optional>
#include <vector>

#include <dlfcn.h>
#include <elf.h>
#include <glob.h>
#include <link.h>
#include <sys/stat.h>
#include <unistd.h>

namespace masu::wasm {
namespace {

Result<Library> load(const Backend& backend, const std::string& path) {
  void* handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle != nullptr) return Library{handle, path};
  return fail(Error::make(Kind::unsupported, cat("load the engine ", backend.name, ": ", dlerror())));
}

std::vector<std::string> matches(const std::string& pattern) {
  std::vector<std::string> paths;
  glob_t found{};
  if (glob(pattern.c_str(), GLOB_NOSORT, nullptr, &found) == 0)
    paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  globfree(&found);
  return paths;
}

bool is_file(const std::string& path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode);
}

// HOME may be another's, as under sudo -E: what we did not ask for by name has to be ours or root's.
bool is_trusted(const std::string& path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0 && (info.st_uid == 0 || info.st_uid == geteuid()) &&
         (info.st_mode & 022) == 0;
}

std::string_view base_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

// "libwasmtime.so" as a wheel of Python's names it too.
bool is_called(std::string_view name, std::string_view file) {
  if (name.starts_with('_')) name.remove_prefix(1);
  return name == file;
}

std::optional<std::string> find_named(const Backend& backend, std::string_view where) {
  for (const std::string_view entry : text::split(where, ':')) {
    if (entry.empty()) continue;
    for (const char* file : backend.files) {
      if (is_called(base_name(entry), file) && is_file(std::string(entry))) return std::string(entry);
      for (const char* prefix : {"/", "/_"})
        if (std::string path = cat(entry, prefix, file); is_file(path)) return path;
    }
  }
  return std::nullopt;
}

// The note NT_GNU_BUILD_ID among those of a loaded library.
struct BuildId {
  ElfW(Addr) base;
  std::string hex;
};

void read_notes(const char* at, std::size_t size, std::string& hex) {
  const auto padded = [](std::size_t length) { return (length + 3) & ~std::size_t{3}; };
  while (size >= sizeof(ElfW(Nhdr))) {
    ElfW(Nhdr) note;
    memcpy(&note, at, sizeof note);
    const std::size_t name = padded(note.n_namesz);
    const std::size_t whole = sizeof note + name + padded(note.n_descsz);
    if (whole > size) return;
    if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 && memcmp(at + sizeof note, "GNU", 4) == 0) {
      for (std::size_t i = 0; i < note.n_descsz; ++i) {
        const auto byte = static_cast<unsigned char>(at[sizeof note + name + i]);
        hex += "0123456789abcdef"[byte >> 4];
        hex += "0123456789abcdef"[byte & 15];
      }
      return;
    }
    at += whole;
    size -= whole;
  }
}

int look_at(dl_phdr_info* info, std::size_t, void* data) {
  auto& wanted = *static_cast<BuildId*>(data);
  if (info->dlpi_addr != wanted.base) return 0;
  for (int i = 0; i < info->dlpi_phnum && wanted.hex.empty(); ++i) {
    const auto& segment = info->dlpi_phdr[i];
    if (segment.p_type == PT_NOTE)
      read_notes(reinterpret_cast<const char*>(info->dlpi_addr + segment.p_vaddr), segment.p_memsz,
                 wanted.hex);
  }
  return 1;
}

}  // namespace

Result<Library> find_library(const Backend& backend, const Places& places) {
  if (const auto path = find_named(backend, places.engine_path)) return load(backend, *path);
  for (const char* file : backend.files)
    if (void* handle = dlopen(file, RTLD_NOW | RTLD_LOCAL); handle != nullptr) return Library{handle, file};
  for (const std::string pattern : backend.patterns) {
    const bool of_home = pattern.starts_with('~');
    if (of_home && !places.home.starts_with('/')) continue;
    for (const auto& path : matches(of_home ? cat(places.home, pattern.substr(1)) : pattern))
      if (is_trusted(path)) return load(backend, path);
  }
  return Library{};
}

std::string library_id(const Library& library) {
  link_map* map = nullptr;
  if (dlinfo(library.handle, RTLD_DI_LINKMAP, static_cast<void*>(&map)) < 0) return {};
  BuildId id{map->l_addr, {}};
  dl_iterate_phdr(look_at, &id);
  if (!id.hex.empty()) return id.hex;
  struct stat info;
  if (stat(map->l_name, &info) < 0) return {};
  return cat(map->l_name, ":", info.st_size, ":", info.st_mtim.tv_sec, ":", info.st_mtim.tv_nsec);
}

}  // namespace masu::wasm
