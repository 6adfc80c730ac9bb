// SPDX-License-Identifier: Apache-2.0
//
// Checkpoint and restore: all processes of a container written to files by CRIU, and brought back from there.
// As root. Both run the program `criu` as a child of the caller's.
#pragma once

#include "masu/base/error.h"
#include "masu/container/container.h"
#include "masu/criu/message.h"

#include <optional>
#include <string>

namespace masu::container {

/// What both ways have in common; criu(8) tells more of each.
struct CriuOptions {
  std::string program;  ///< absolute
  std::string images;   ///< the directory of the checkpoint, absolute
  std::string work;     ///< where CRIU's log is written, absolute; empty: with the images
  bool tcp_established = false;
  bool tcp_close = false;
  bool ext_unix_sockets = false;
  bool shell_job = false;
  bool file_locks = false;
  bool auto_dedup = false;
  bool lazy_pages = false;
  bool empty_network = false;
  criu::CgroupMode cgroup_mode = criu::CgroupMode::standard;
  criu::NetworkLock network_lock = criu::NetworkLock::standard;
};

struct CheckpointOptions {
  CriuOptions criu;  ///< directories that are missing are made
  std::string
      parent;  ///< an earlier checkpoint, of which only what has changed is written; relative to the images
  bool leave_running = false;
  bool pre_dump = false;  ///< memory alone, of a container that runs on
  bool tcp_skip_in_flight = false;
  bool link_remap = false;
  std::optional<criu::PageServer> page_server;
  int status_fd = -1;  ///< gets a NUL when pages can be asked for, and is closed then
};

/// Writes a running or paused container to `images`, and removes it unless it is to run on. When that fails
/// the container is as it was, and the error has CRIU's own words.
Result<> checkpoint(const Context& context, const std::string& id, const CheckpointOptions& options);

struct RestoreOptions {
  CriuOptions criu;
  std::string id;
  std::string bundle;          ///< absolute
  std::string config;          ///< as of CreateOptions
  std::string console_socket;  ///< as of CreateOptions
  std::string pid_file;        ///< absolute
  std::string lsm_profile;     ///< TYPE:NAME, instead of the one at the checkpoint
  std::string lsm_mount_context;
  RunOptions run;
};

/// Makes a container of a bundle and a checkpoint, which runs when this returns; with RunOptions as run(). On
/// an error nothing is left behind but CRIU's log. Of the hooks prestart and createRuntime are run.
Result<int> restore(const Context& context, const RestoreOptions& options);

}  // namespace masu::container
