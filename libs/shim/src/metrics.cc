// SPDX-License-Identifier: Apache-2.0
#include "metrics.h"

#include "masu/base/text.h"

namespace masu::shim {
namespace {

class Text {
 public:
  explicit Text(const std::string& container) : labels_(cat("{container=\"", container, "\"} ")) {}

  void add(std::string_view name, std::string_view type, std::string_view help, std::uint64_t value) {
    out_ += cat("# HELP masu_", name, " ", help, "\n# TYPE masu_", name, " ", type, "\nmasu_", name, labels_,
                value, "\n");
  }
  /// Prometheus counts time in seconds.
  void add_seconds(std::string_view name, std::string_view help, std::uint64_t nanoseconds) {
    const std::string fraction = cat(nanoseconds % event::kSecond + event::kSecond).substr(1);
    out_ += cat("# HELP masu_", name, " ", help, "\n# TYPE masu_", name, " counter\nmasu_", name, labels_,
                nanoseconds / event::kSecond, ".", fraction, "\n");
  }
  std::string take() { return std::move(out_); }

 private:
  std::string labels_;  // an id needs no escapes
  std::string out_;
};

}  // namespace

std::string metrics_text(Supervisor& supervisor) {
  Text out(supervisor.options().id);
  const bool running = supervisor.phase() == Supervisor::Phase::running;
  out.add("container_running", "gauge", "Whether the container runs.", running ? 1 : 0);
  out.add("container_restarts_total", "counter", "Restarts by the restart policy or by request.",
          supervisor.restarts());
  out.add("container_oom_killed", "gauge", "Whether the kernel has killed it for want of memory.",
          supervisor.life().oom ? 1 : 0);
  if (supervisor.life().exited())
    out.add("container_exit_code", "gauge", "Exit code of the last life.",
            static_cast<std::uint64_t>(supervisor.life().code()));
  if (const auto status = supervisor.health().status(); status != Health::Status::none)
    out.add("container_healthy", "gauge", "Whether the last health checks passed.",
            status == Health::Status::healthy ? 1 : 0);
  out.add("log_bytes_total", "counter", "Bytes that the container has written.", supervisor.log().bytes());
  out.add("log_lost_bytes_total", "counter", "Bytes among them that the log could not take.",
          supervisor.log().lost());
  out.add("attached_clients", "gauge", "Clients that are attached.", supervisor.session().clients());
  const auto stats = supervisor.cgroup().stats();
  if (!stats) return out.take();
  out.add_seconds("cpu_seconds_total", "CPU time used.", stats->cpu.total);
  out.add_seconds("cpu_throttled_seconds_total", "Time that the CPU quota has held it back.",
                  stats->cpu.throttled);
  out.add("memory_usage_bytes", "gauge", "Memory used.", stats->memory.memory.usage);
  out.add("memory_limit_failures_total", "counter", "How often the memory limit stood in the way.",
          stats->memory.memory.failures);
  out.add("processes", "gauge", "Processes and threads.", stats->pids.current);
  return out.take();
}

}  // namespace masu::shim
