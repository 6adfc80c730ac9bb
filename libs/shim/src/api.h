// SPDX-License-Identifier: Apache-2.0
//
// The routes of the HTTP interface, docs/shim-api.yaml.
#pragma once

#include "connection.h"
#include "server.h"
#include "supervisor.h"

#include <functional>
#include <memory>

namespace masu::shim {

class Api {
 public:
  /// When the shim has been asked to end, `remove` is to remove what it has on disk; `end` comes when the
  /// client has its answer.
  Api(Supervisor& supervisor, std::function<void()> remove, std::function<void()> end)
      : supervisor_(supervisor), remove_(std::move(remove)), end_(std::move(end)) {}

  void handle(const std::shared_ptr<Connection>& connection, const http::Request& request);

 private:
  using Client = std::shared_ptr<Connection>;
  using Handler = void (Api::*)(const Client&, const http::Request&);
  struct Route {
    std::string_view method, path;
    Handler handler;
  };
  static const Route kRoutes[];

  void get_state(const Client& client, const http::Request& request);
  void post_command(const Client& client, const http::Request& request);
  void delete_all(const Client& client, const http::Request& request);
  void get_wait(const Client& client, const http::Request& request);
  void get_logs(const Client& client, const http::Request& request);
  void post_rotate(const Client& client, const http::Request& request);
  void post_reopen(const Client& client, const http::Request& request);
  void post_attach(const Client& client, const http::Request& request);
  void post_resize(const Client& client, const http::Request& request);
  void delete_stdin(const Client& client, const http::Request& request);
  void get_events(const Client& client, const http::Request& request);
  void get_stats(const Client& client, const http::Request& request);
  void get_pids(const Client& client, const http::Request& request);
  void post_update(const Client& client, const http::Request& request);
  void post_checkpoint(const Client& client, const http::Request& request);
  void get_metrics(const Client& client, const http::Request& request);
  void get_health(const Client& client, const http::Request& request);
  void post_health(const Client& client, const http::Request& request);
  void get_execs(const Client& client, const http::Request& request);
  void post_exec(const Client& client, const http::Request& request);
  void exec_request(const Client& client, const http::Request& request);

  void answer_state(const Client& client);
  void command(const Client& client, const http::Form& form);
  void attach(const Client& client, const http::Request& request, Session& session, bool ends_input,
              std::shared_ptr<void> owner);
  void resize(const Client& client, const http::Request& request, Session& session);
  void attach_exec(const Client& client, const http::Request& request, const std::shared_ptr<Exec>& exec);
  void wait_exec(const Client& client, const std::shared_ptr<Exec>& exec);

  Supervisor& supervisor_;
  std::function<void()> remove_, end_;
};

}  // namespace masu::shim
