// SPDX-License-Identifier: Apache-2.0
#include "test_host.h"

namespace masu::doctor {
namespace {

TEST_F(DoctorTest, IdHelpers) {
  EXPECT_FALSE(has("id helpers"));  // root writes the maps himself
  become_user();
  put("bin/sudo", "");
  expect("id helpers", State::ok, "newuidmap, newgidmap", "");
  powerless = {at("bin/newgidmap")};
  expect("id helpers", State::warning, "without the right", cat("sudo chmod u+s ", at("bin/newgidmap")));
  take("bin/newuidmap");
  expect("id helpers", State::warning, "not installed: newuidmap;", "");
  put("bin/apt-get", "");
  expect("id helpers", State::warning, "one id only", "sudo apt-get install uidmap");
  put("bin/newuidmap", "");
  powerless.clear();
  put("proc/self/status", "NoNewPrivs:\t1\n");
  expect("id helpers", State::warning, "no_new_privs", "");
}

TEST_F(DoctorTest, SubordinateIds) {
  expect("subordinate ids", State::ok, "root", "");
  become_user();
  expect("subordinate ids", State::ok, "ada has 65536 in /etc/subuid, 65536 in /etc/subgid", "");
  put("etc/subuid", "eve:200000:65536\nada:1:65535\nadam:9:65536\n# ada:1:9999999\n\nada:x:y\n");
  expect("subordinate ids", State::warning, "ada has 65535 in /etc/subuid, 65536",
         "su -c 'usermod --add-subuids 265536-331071 ada'");
  put("etc/subuid", "ada:1:65535\n1000:70000:1\n");  // by name and by number
  expect("subordinate ids", State::ok, "65536", "");
  take("etc/subuid");
  take("etc/subgid");
  expect("subordinate ids", State::warning, "ada has 0",
         "su -c 'usermod --add-subuids 100000-165535 --add-subgids 100000-165535 ada'");
  host_.user = "";
  put("etc/subuid", ":1:65536\n");  // not the one of him who has no name
  expect("subordinate ids", State::warning, "1000 has 0",
         "su -c 'echo 1000:100000:65536 | tee -a /etc/subuid /etc/subgid'");
  put("etc/nsswitch.conf", "passwd: files\nsubid: sss\n");
  expect("subordinate ids", State::ok, "getsubids", "");
}

TEST_F(DoctorTest, RootOfAUserNamespaceIsNoRoot) {
  put("proc/self/uid_map", "         0       1000          1\n");
  put("proc/self/gid_map", "         0       1000          1\n         1     100000      65536\n");
  expect("subordinate ids", State::warning, "this user namespace has 1;", "");
  put("proc/self/uid_map", "         0       1000          1\n         1     100000      65535\n");
  expect("subordinate ids", State::ok, "this user namespace has 65536;", "");
  EXPECT_FALSE(has("id helpers"));  // he writes the maps himself
}

}  // namespace
}  // namespace masu::doctor
