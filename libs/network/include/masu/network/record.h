// SPDX-License-Identifier: Apache-2.0
//
// What a container has of networks while it runs: written before anything is made, so that whatever was cut
// off is found again.
#pragma once

#include "masu/json/writer.h"
#include "masu/network/definition.h"
#include "masu/network/port.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace masu::network {

/// A container's place in one network.
struct Joined {
  Network network;
  std::string interface, mac;
  std::vector<std::string> addresses;  ///< "10.90.0.2/16"
  std::vector<std::string> aliases;    ///< names besides the container's own
};

struct Record {
  std::string id, name;  ///< of the container
  std::string mode;      ///< "bridge", "pasta", "slirp4netns"
  std::vector<Joined> joined;
  std::vector<Port> ports;
  std::vector<std::string> dns, search;  ///< name servers that the network brings, and domains
  std::string host;                  ///< the host's address as the container sees it; empty: there is none
  std::string address;               ///< the container's own, of a network without `joined`
  int helper = 0;                    ///< pid of pasta or slirp4netns
  std::uint64_t helper_started = 0;  ///< its start time, which tells it from another of that pid
};

Result<> read(json::Reader in, Port& out);
void put(json::Writer& out, const std::vector<Port>& ports);

/// The container's own addresses, without prefixes.
std::vector<std::string> own_addresses(const Record& record);

std::string to_json(const Record& record);
Result<Record> parse_record(std::string_view text);

Result<> write_record(const Folders& folders, const Record& record);
/// Nothing if the container has no network of ours.
Result<std::optional<Record>> read_record(const Folders& folders, const std::string& id);
/// The ids of all containers that have one.
Result<std::vector<std::string>> recorded(const Folders& folders);

}  // namespace masu::network
