// SPDX-License-Identifier: Apache-2.0
#include "client.h"

#include "masu/base/log.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/sys/raw.h"

#include <cerrno>
#include <utility>

#include <sys/stat.h>
#include <unistd.h>

namespace masu::cgroups {
namespace {

using dbus::Reply;
using dbus::Value;

constexpr char kService[] = "org.freedesktop.systemd1";
constexpr char kObject[] = "/org/freedesktop/systemd1";
constexpr char kManager[] = "org.freedesktop.systemd1.Manager";
constexpr char kUnitExists[] = "org.freedesktop.systemd1.UnitExists";
constexpr char kNoSuchUnit[] = "org.freedesktop.systemd1.NoSuchUnit";

struct Endpoint {
  std::vector<dbus::Address> addresses;
  dbus::Peer peer;
};

/// The bus first, as the other runtimes have it: it is systemd's public interface, and the one that is passed
/// into a container that manages others. systemd's own socket serves root before the bus is up, and a user
/// whose session has no bus.
Result<std::vector<Endpoint>> endpoints(bool user, const dbus::Environment& environment) {
  std::vector<Endpoint> all;
  all.push_back(
      {TRY(user ? dbus::session_bus(environment) : dbus::system_bus(environment)), dbus::Peer::bus});
  if (user && !environment.runtime_dir.empty())
    all.push_back({{{environment.runtime_dir + "/systemd/private"}}, dbus::Peer::service});
  if (!user && environment.euid == 0) all.push_back({{{"/run/systemd/private"}}, dbus::Peer::service});
  return all;
}

Error unreachable(Error error, bool user) {
  error = std::move(error).within(user ? "reach the user's systemd" : "reach systemd");
  return std::move(error).hint(
      user ? "a session of systemd is needed (loginctl enable-linger), and $XDG_RUNTIME_DIR or "
             "$DBUS_SESSION_BUS_ADDRESS that leads to its bus; or use the cgroupfs driver"
           : "is systemd running here, and its bus? otherwise use the cgroupfs driver");
}

Value properties_value(const Properties& properties) {
  Value::Items items;
  for (const Property& property : properties)
    items.push_back(Value::structure({Value::string(property.name), Value::variant(property.value)}));
  return Value::array("(sv)", std::move(items));
}

}  // namespace

bool belongs_to_user_instance() {
  if (geteuid() != 0) return true;
  constexpr ino_t kInitialUserNamespace = 0xEFFFFFFD;  // PROC_USER_INIT_INO of the kernel's proc_ns.h
  struct stat info;
  if (sys::raw::fstatat(AT_FDCWD, "/proc/self/ns/user", &info, 0) < 0) return false;
  if (info.st_ino == kInitialUserNamespace) return false;
  // A systemd that runs in our user namespace has made its folder as the root that we are too.
  return sys::raw::fstatat(AT_FDCWD, "/run/systemd/system", &info, 0) < 0 || info.st_uid != 0;
}

Result<SystemdClient> SystemdClient::connect(bool user, std::int64_t deadline_ns) {
  std::optional<Error> first;
  for (const Endpoint& endpoint : TRY(endpoints(user, dbus::read_environment()))) {
    auto bus = dbus::Connection::open(endpoint.addresses, endpoint.peer, deadline_ns);
    if (bus) return SystemdClient(std::move(*bus));
    if (!first) first = std::move(bus).error();
  }
  return fail(unreachable(std::move(*first), user));
}

Result<Reply> SystemdClient::call(const char* member, dbus::Values arguments, std::int64_t deadline_ns) {
  const dbus::Call call{kService, kObject, kManager, member, std::move(arguments)};
  return TRY_IN(bus_.call(call, deadline_ns), cat("systemd: ", member));
}

Result<std::string> SystemdClient::property(const char* name, std::int64_t deadline_ns) {
  const dbus::Call get{kService,
                       kObject,
                       "org.freedesktop.DBus.Properties",
                       "Get",
                       {Value::string(kManager), Value::string(name)}};
  const Reply reply = TRY_IN(bus_.call(get, deadline_ns), cat("systemd: get ", name));
  if (!reply.ok()) return fail(reply.error(cat("systemd: get ", name)));
  if (dbus::signature_of(reply.values) != "v" || !reply.values.front().items().front().is("s"))
    return fail(Error::make(Kind::system, cat("systemd: ", name, " is no text")));
  return reply.values.front().items().front().text();
}

Result<int> SystemdClient::version(std::int64_t deadline_ns) {
  const std::string text = TRY(property("Version", deadline_ns));
  return parse_systemd_version(text);
}

Result<std::string> SystemdClient::control_group(std::int64_t deadline_ns) {
  std::string path = TRY(property("ControlGroup", deadline_ns));
  if (path == "/") path.clear();
  return path;
}

// ---- jobs ------------------------------------------------------------------------------------------------

/// To be called before the call that makes the job, whose end could be told before its beginning is.
Result<> SystemdClient::watch_jobs(std::int64_t deadline_ns) {
  if (watches_jobs_) return {};
  TRY_IN(bus_.subscribe(kManager, "JobRemoved", kService, deadline_ns), "systemd");
  watches_jobs_ = true;
  return {};
}

/// "done", "failed", "timeout" …: how the job that the reply names has ended.
Result<std::string> SystemdClient::wait_for_job(const Reply& started, std::int64_t deadline_ns) {
  if (dbus::signature_of(started.values) != "o")
    return fail(Error::make(Kind::system, "systemd: the reply names no job"));
  for (;;) {
    const dbus::Message signal =
        TRY_IN(bus_.next_signal(deadline_ns), "systemd: wait for the end of the job");
    const dbus::Values values = TRY_IN(signal.values(), "systemd: JobRemoved");
    // uoss: the job's number and path, the unit, the result.
    if (signal.signature == "uoss" && values[1].text() == started.values.front().text())
      return values[3].text();
  }
}

Result<> SystemdClient::start_transient(const std::string& unit, const Properties& properties,
                                        std::int64_t deadline_ns) {
  const std::string what = cat("systemd: start unit ", quote(unit));
  TRY(watch_jobs(deadline_ns));
  const dbus::Values arguments{Value::string(unit), Value::string("replace"), properties_value(properties),
                               Value::array("(sa(sv))", {})};
  Reply started = TRY(call("StartTransientUnit", arguments, deadline_ns));
  if (started.is_error(kUnitExists)) {
    // A failed unit is kept for somebody to look at, and keeps its name.
    const Reply reset = TRY(call("ResetFailedUnit", {Value::string(unit)}, deadline_ns));
    if (!reset.ok()) MASU_DEBUG(cat(reset.error(cat("reset ", unit)).message(), ", ignoring"));
    started = TRY(call("StartTransientUnit", arguments, deadline_ns));
  }
  if (started.is_error(kUnitExists)) return fail(started.error(what).as(Kind::exists));
  if (!started.ok()) return fail(started.error(what));
  const std::string result = TRY_IN(wait_for_job(started, deadline_ns), what);
  if (result == "done") return {};
  (void)call("ResetFailedUnit", {Value::string(unit)}, deadline_ns);
  return fail(Error::make(Kind::system, cat(what, ": its job ended as '", result, "'"))
                  .hint(cat("systemctl status ", unit, " and the journal tell more")));
}

Result<> SystemdClient::stop(const std::string& unit, std::int64_t deadline_ns) {
  const std::string what = cat("systemd: stop unit ", quote(unit));
  TRY(watch_jobs(deadline_ns));
  const Reply stopped = TRY(call("StopUnit", {Value::string(unit), Value::string("replace")}, deadline_ns));
  if (stopped.ok()) {
    const std::string result = TRY_IN(wait_for_job(stopped, deadline_ns), what);
    if (result != "done") MASU_DEBUG(cat(what, ": its job ended as '", result, "', ignoring"));
  } else if (!stopped.is_error(kNoSuchUnit)) {
    return fail(stopped.error(what));
  }
  // What has failed (an OOM kill is enough) stays loaded until it is told to go.
  const Reply reset = TRY(call("ResetFailedUnit", {Value::string(unit)}, deadline_ns));
  if (!reset.ok() && !reset.is_error(kNoSuchUnit)) MASU_DEBUG(cat(reset.error(what).message(), ", ignoring"));
  return {};
}

Result<> SystemdClient::set_properties(const std::string& unit, const Properties& properties,
                                       std::int64_t deadline_ns) {
  constexpr bool kUntilReboot = true;
  const Reply reply = TRY(
      call("SetUnitProperties",
           {Value::string(unit), Value::boolean(kUntilReboot), properties_value(properties)}, deadline_ns));
  if (!reply.ok()) return fail(reply.error(cat("systemd: set properties of ", quote(unit))));
  return {};
}

Result<> SystemdClient::attach(const std::string& unit, std::string_view subgroup, pid_t pid,
                               std::int64_t deadline_ns) {
  const Reply reply = TRY(call("AttachProcessesToUnit",
                               {Value::string(unit), Value::string(subgroup),
                                Value::array("u", {Value::uint32(static_cast<std::uint32_t>(pid))})},
                               deadline_ns));
  if (!reply.ok()) return fail(reply.error(cat("systemd: move process ", pid, " into ", quote(unit))));
  return {};
}

}  // namespace masu::cgroups
