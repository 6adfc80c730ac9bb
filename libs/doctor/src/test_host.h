// SPDX-License-Identifier: Apache-2.0
//
// Another machine for unit tests: its files below a temporary directory, without a fault unless a test adds
// one.
#pragma once

#include "checks.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>

namespace masu::doctor {

class DoctorTest : public ::testing::Test {
 protected:
  DoctorTest() {
    host_.proc = dir_ + "/proc";
    host_.sys = dir_ + "/sys";
    host_.etc = dir_ + "/etc";
    host_.run = dir_ + "/run";
    host_.var = dir_ + "/var";
    host_.path = {dir_ + "/bin"};
    host_.helpers = {dir_ + "/bin"};
    host_.kernel = "6.18.3";
    host_.state_directory = host_.run + "/masu-runtime";
    host_.how_to_delegate = "ask root";
    host_.attempts.landlock_abi = 7;
    host_.writable = [](const std::string& path) { return !read_only.contains(path); };
    host_.gains_rights = [](const std::string& path) { return !powerless.contains(path); };
    read_only.clear();
    powerless.clear();
    put("proc/self/ns/user", "");
    put("proc/self/ns/time", "");
    put("proc/self/uid_map", "         0          0 4294967295\n");
    put("proc/self/status", "Name:\tmasu\nCapEff:\t000001ffffffffff\nNoNewPrivs:\t0\n");
    put("proc/self/mountinfo", "24 1 0:22 / /proc rw - proc proc rw\n");
    put("proc/sys/kernel/seccomp/actions_avail", "kill_process errno allow\n");
    put("run/masu-runtime/x", "");
    mount_v2("cpu cpuset io memory pids");
  }
  ~DoctorTest() override { std::filesystem::remove_all(dir_); }

  void put(const std::string& name, const std::string& content) const {
    const std::filesystem::path path = cat(dir_, "/", name);
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << content;
  }
  void take(const std::string& name) const { std::filesystem::remove_all(cat(dir_, "/", name)); }
  std::string at(const std::string& name) const { return cat(dir_, "/", name); }

  void mount_v2(const std::string& controllers) const {
    put("proc/self/cgroup", "0::/user.slice/shell\n");
    put("proc/cgroups", "");
    put("proc/self/mountinfo", cat("24 1 0:22 / ", at("sys/fs/cgroup"), " rw - cgroup2 cgroup2 rw\n"));
    for (const char* dir : {"", "/user.slice", "/user.slice/shell"}) {
      put(cat("sys/fs/cgroup", dir, "/cgroup.controllers"), controllers + "\n");
      put(cat("sys/fs/cgroup", dir, "/cgroup.procs"), "");
    }
  }

  /// A user with all that he needs.
  void become_user() {
    host_.euid = 1000;
    host_.user = "ada";
    host_.runtime_dir = at("run/user/1000");
    host_.state_directory = host_.runtime_dir + "/masu-runtime";
    put("run/user/1000/x", "");
    put("bin/newuidmap", "");
    put("bin/newgidmap", "");
    put("etc/subuid", "root:1:1\nada:100000:65536\n");
    put("etc/subgid", "1000:100000:65536\n");
  }

  /// The only finding of `subject`.
  Finding find(std::string_view subject) const {
    Finding found{.state = State::problem, .subject = "no such finding"};
    int count = 0;
    for (Finding& finding : examine(host_))
      if (finding.subject == subject) found = std::move(finding), ++count;
    EXPECT_EQ(count, 1) << subject;
    return found;
  }
  bool has(std::string_view subject) const {
    return std::ranges::count(examine(host_), subject, &Finding::subject) > 0;
  }
  void expect(std::string_view subject, State state, std::string_view detail, std::string_view cure) const {
    const Finding found = find(subject);
    EXPECT_EQ(found.state, state) << subject << ": " << found.detail;
    EXPECT_NE(found.detail.find(detail), std::string::npos) << found.detail;
    EXPECT_EQ(found.cure, cure) << subject;
  }

  static inline std::set<std::string> read_only, powerless;
  std::string dir_ = make_directory();
  Host host_{};

 private:
  static std::string make_directory() {
    std::string name = ::testing::TempDir() + "masu-doctor-XXXXXX";
    EXPECT_NE(::mkdtemp(name.data()), nullptr);
    return name;
  }
};

}  // namespace masu::doctor
