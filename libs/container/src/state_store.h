// SPDX-License-Identifier: Apache-2.0
//
// <root>/<id>: what is known of a container, on disk. state.json is written before each effect that it
// records and names the boot; config.json is a copy, so that exec, start and delete do not depend on the
// bundle any more.
#pragma once

#include "masu/base/error.h"
#include "masu/spec/config.h"
#include "masu/sys/fd.h"
#include "record.h"

#include <string>
#include <vector>

namespace masu::container {

inline constexpr char kStartSocket[] = "start.sock";
inline constexpr char kStateFile[] = "state.json";
inline constexpr char kConfigFile[] = "config.json";

/// Refuses ids that are no single, harmless file name (contract 1.5).
Result<> check_id(const std::string& id);

/// "container 'web': container does not exist" (contract 2.8).
Error does_not_exist(const std::string& id);

/// The directory of one container.
class Entry {
 public:
  Entry(std::string id, sys::Fd dir) : id_(std::move(id)), dir_(std::move(dir)) {}
  const std::string& id() const { return id_; }
  int dir() const { return dir_.get(); }

  /// Nothing in `exists` terms: Kind::not_found if state.json is missing (a create that was killed at once).
  Result<Record> read() const;
  Result<> write(const Record& record) const;
  Result<> write_config(std::string_view text) const;
  Result<spec::Config> read_config() const;
  bool has(const char* name) const;
  /// Held by one process at a time, for changes that read what they replace; freed with the fd. Waits 10 s.
  Result<sys::Fd> lock() const;

 private:
  std::string id_;
  sys::Fd dir_;
};

class StateStore {
 public:
  /// Opens `root`. With `create` it is made (0700) if it is missing; otherwise that is Kind::not_found.
  static Result<StateStore> open(const std::string& root, bool create);

  /// Makes <root>/<id> (0711); Kind::exists if the id is taken.
  Result<Entry> create(const std::string& id) const;
  /// Kind::not_found ("container does not exist") if there is none.
  Result<Entry> find(const std::string& id) const;
  /// Removes the directory and all in it. No error if it is gone.
  Result<> remove(const std::string& id) const;
  Result<> remove(const Entry& entry) const;
  Result<std::vector<std::string>> ids() const;

 private:
  explicit StateStore(sys::Fd root) : root_(std::move(root)) {}
  sys::Fd root_;
};

}  // namespace masu::container
