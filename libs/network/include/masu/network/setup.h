// SPDX-License-Identifier: Apache-2.0
//
// A container's network namespace is made and furnished before the container, by netavark with aardvark-dns
// (bridges), pasta or slirp4netns. Whoever holds its fd, or a mount of it, keeps it.
#pragma once

#include "masu/network/record.h"
#include "masu/sys/fd.h"

#include <string>
#include <vector>

namespace masu::network {

/// What is asked for of one network.
struct Join {
  std::string network;
  std::string interface;           ///< empty: the next eth<N>
  std::vector<Address> addresses;  ///< empty: any
  std::string mac;
  std::vector<std::string> aliases;
};

Result<> read(json::Reader in, Join& out);
void put(json::Writer& out, const std::vector<Join>& joins);

struct Wish {
  std::string id, name;
  std::string mode;         ///< "bridge", "pasta", "slirp4netns"
  std::vector<Join> joins;  ///< of "bridge"
  std::vector<Port> ports;
  int user_space = -1;           ///< the user namespace that it belongs to; -1: the caller's
  std::vector<std::string> dns;  ///< servers that the networks' own name server is to ask
};

struct Ready {
  sys::Fd space;              ///< the network namespace
  std::vector<sys::Fd> held;  ///< to be kept open until the container ends: the ports, and what ends a helper
  Record record;
};

/// Takes down what is left of an earlier time, and sets up anew. When it fails nothing is left.
Result<Ready> set_up(const Folders& folders, const Wish& wish);

/// Takes down what the record names, whatever of it is there, and the record. `space` is the network
/// namespace, -1 if that is gone already. Fine if there is no record.
Result<> tear_down(const Folders& folders, const std::string& id, int space);

/// A running container joins one network more, or leaves one. Kind::exists, Kind::not_found if it has, or is
/// not.
Result<Record> connect(const Folders& folders, Record record, const Join& join, int space);
Result<Record> disconnect(const Folders& folders, Record record, const std::string& network, int space);

/// Mounts a namespace, of the network or of users, on a file at `path`, which is made, in the caller's mount
/// namespace.
Result<> mount_space(int space, const std::string& path);

/// Where a program of the network is: beside what podman installs, or in $PATH. Empty if it is not there.
std::string find_helper(std::string_view name);

}  // namespace masu::network
