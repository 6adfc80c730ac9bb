// SPDX-License-Identifier: Apache-2.0
//
// A cgroup file system for unit tests: a temporary directory whose mkdir fills a new directory with its
// hierarchy's files, whose rmdir refuses one that holds processes or children, and that notes every write in
// its order.
#pragma once

#include "masu/cgroups/layout.h"
#include "masu/sys/fake.h"
#include "masu/sys/raw.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <dirent.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

namespace masu::cgroups {

class FakeCgroupfs {
 public:
  using Files = std::map<std::string, std::string>;
  struct Write {
    std::string path;  ///< below the root
    std::string value;
    friend bool operator==(const Write&, const Write&) = default;
  };

  FakeCgroupfs() {
    char name[] = "/tmp/masu-cgroupfs-XXXXXX";
    root_ = mkdtemp(name);
    listen();
  }
  ~FakeCgroupfs() {
    sys::fake::reset();
    nftw(
        root_.c_str(), [](const char* path, const struct stat*, int, FTW*) { return ::remove(path); }, 16,
        FTW_DEPTH | FTW_PHYS);
  }
  FakeCgroupfs(const FakeCgroupfs&) = delete;
  FakeCgroupfs& operator=(const FakeCgroupfs&) = delete;

  /// Starts the record of system calls anew.
  void listen() {
    sys::fake::reset();
    sys::fake::answer([this](const sys::fake::Call& call) { return answer(call); });
  }

  const std::string& root() const { return root_; }
  std::string own_cgroups() const { return root_ + "/own"; }

  /// A v1 hierarchy mounted at root/<name>; `files` are those of each of its cgroups besides procs and tasks.
  void mount_v1(const std::string& name, Files files = {}) {
    files.insert({{"cgroup.procs", ""}, {"tasks", ""}});
    mount(name, std::move(files));
  }
  /// The v2 tree at root/<name>, or at the root itself; its root cgroup offers `controllers`.
  void mount_v2(const std::string& name, const std::string& controllers, Files files = {}) {
    files.insert({{"cgroup.procs", ""},
                  {"cgroup.controllers", ""},
                  {"cgroup.subtree_control", ""},
                  {"cgroup.events", "populated 0\nfrozen 0\n"},
                  {"cgroup.freeze", "0\n"},
                  {"cgroup.kill", ""}});
    mount(name, std::move(files));
    put((name.empty() ? "" : name + "/") + "cgroup.controllers", controllers + "\n");
  }
  void put(const std::string& path, const std::string& content) const {
    std::ofstream(root_ + "/" + path) << content;
  }
  std::string get(const std::string& path) const {
    std::ostringstream out;
    out << std::ifstream(root_ + "/" + path).rdbuf();
    return out.str();
  }
  bool exists(const std::string& path) const { return access((root_ + "/" + path).c_str(), F_OK) == 0; }
  /// Makes a cgroup with its files, as another program would.
  void make(const std::string& path) const {
    ::mkdir((root_ + "/" + path).c_str(), 0755);
    fill(path);
  }

  /// Writes since the last call, in order.
  std::vector<Write> take_writes() { return std::exchange(writes_, {}); }
  /// The kernel's answer to a write: an errno, or 0 to take it.
  std::function<int(const Write&)> on_write;
  /// Called after a write was taken: for what else the kernel changes by it.
  std::function<void(const Write&)> after_write;
  /// Called before each rmdir of root/<path>.
  std::function<void(const std::string&)> on_rmdir;
  /// Whether root/<path> may be written, for faccessat2(2); the tests themselves may run as root.
  std::function<bool(const std::string&)> on_access;
  /// An errno for mkdir of root/<path>, or 0.
  std::function<int(const std::string&)> on_mkdir;

 private:
  void mount(const std::string& name, Files files) {
    if (!name.empty()) ::mkdir((root_ + "/" + name).c_str(), 0755);
    mounts_[name] = std::move(files);
    fill(name);
  }

  const Files& files_of(const std::string& path) const {
    const auto found = mounts_.find(path.substr(0, path.find('/')));
    return found != mounts_.end() ? found->second : mounts_.at("");
  }

  void fill(const std::string& path) const {
    for (const auto& [name, content] : files_of(path)) put(path.empty() ? name : path + "/" + name, content);
  }

  static std::string path_of_fd(long fd) {
    char path[PATH_MAX];
    const ssize_t size = readlink(("/proc/self/fd/" + std::to_string(fd)).c_str(), path, sizeof path);
    return size < 0 ? "" : std::string(path, static_cast<std::size_t>(size));
  }

  /// The path below the root of an …at() call's arguments, or nothing if it is elsewhere.
  std::optional<std::string> below_root(long dir, const char* path) const {
    const std::string whole = path[0] == '/' ? path : path_of_fd(dir) + "/" + path;
    if (!whole.starts_with(root_ + "/")) return std::nullopt;
    return whole.substr(root_.size() + 1);
  }

  std::optional<long> answer(const sys::fake::Call& call) {
    const auto* text = reinterpret_cast<const char*>(call.arguments[1]);
    if (call.number == SYS_write)
      return write(call.arguments[0], std::string(text, static_cast<std::size_t>(call.arguments[2])));
    if (call.number == SYS_faccessat2 && on_access)
      if (const auto path = below_root(call.arguments[0], text)) return on_access(*path) ? 0 : -EACCES;
    if (call.number != SYS_mkdirat && call.number != SYS_unlinkat) return std::nullopt;
    const auto path = below_root(call.arguments[0], text);
    if (!path) return std::nullopt;
    return call.number == SYS_mkdirat ? mkdir(*path) : rmdir(*path);
  }

  std::optional<long> write(long fd, std::string value) {
    std::string path = path_of_fd(fd);
    if (!path.starts_with(root_ + "/")) return std::nullopt;
    Write write{path.substr(root_.size() + 1), std::move(value)};
    const int err = on_write ? on_write(write) : 0;
    writes_.push_back(std::move(write));
    if (err != 0) return -err;
    const Write& taken = writes_.back();
    std::ofstream(root_ + "/" + taken.path) << taken.value;
    if (after_write) after_write(taken);
    return static_cast<long>(taken.value.size());
  }

  long mkdir(const std::string& path) const {
    if (const int err = on_mkdir ? on_mkdir(path) : 0; err != 0) return -err;
    if (::mkdir((root_ + "/" + path).c_str(), 0755) != 0) return -errno;
    fill(path);
    // A v2 cgroup has the controllers that its parent gives to its children.
    if (const auto& files = files_of(path); files.contains("cgroup.subtree_control")) {
      const std::size_t slash = path.rfind('/');
      const std::string parent = slash == std::string::npos ? "" : path.substr(0, slash) + "/";
      std::string given;
      for (const char letter : get(parent + "cgroup.subtree_control"))
        if (letter != '+') given += letter;
      put(path + "/cgroup.controllers", given);
    }
    return 0;
  }

  long rmdir(const std::string& path) const {
    if (on_rmdir) on_rmdir(path);
    if (!exists(path)) return -ENOENT;
    if (!get(path + "/cgroup.procs").empty()) return -EBUSY;
    const std::string whole = root_ + "/" + path;
    bool has_child = false;
    std::vector<std::string> files;
    DIR* dir = opendir(whole.c_str());
    while (const dirent* entry = readdir(dir)) {
      if (entry->d_type != DT_DIR)
        files.push_back(whole + "/" + entry->d_name);
      else if (entry->d_name[0] != '.')
        has_child = true;
    }
    closedir(dir);
    if (has_child) return -EBUSY;
    for (const std::string& file : files) unlink(file.c_str());
    return ::rmdir(whole.c_str()) == 0 ? 0 : -errno;
  }

  std::string root_;
  std::map<std::string, Files> mounts_;
  std::vector<Write> writes_;
};

inline void PrintTo(const FakeCgroupfs::Write& write, std::ostream* out) {
  *out << write.path << " <- \"" << write.value << '"';
}

}  // namespace masu::cgroups
