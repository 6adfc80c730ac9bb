// SPDX-License-Identifier: Apache-2.0
#include "record.h"

#include "events.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/json/reader.h"
#include "masu/shim/log_record.h"
#include "masu/shim/options.h"
#include "masu/sys/fd.h"
#include "masu/sys/raw.h"

#include <sys/wait.h>

namespace masu::shim {
namespace {

void write_time(json::Writer& out, std::string_view name, std::int64_t time) {
  if (time != 0) out.member(name, time_text(time));
}

Result<> sync(int fd, const char* what) {
  if (const long synced = sys::raw::call(SYS_fsync, fd); synced < 0)
    return fail(Error::sys(static_cast<int>(-synced), cat("fsync ", quote(what))));
  return {};
}

Result<> sync_directory(int directory) {
  const sys::Fd self = TRY(sys::open_at(directory, ".", O_RDONLY | O_DIRECTORY));
  return sync(self.get(), ".");
}

Result<> put_in_place(int directory, const sys::Fd& file, const char* from, const char* name,
                      std::string_view content, bool durable) {
  TRY(sys::write_all(file.get(), content));
  if (const long cut = sys::raw::call(SYS_ftruncate, file.get(), content.size()); cut < 0)
    return fail(Error::sys(static_cast<int>(-cut), cat("truncate ", quote(from))));
  if (durable) TRY(sync(file.get(), from));
  if (const int moved = sys::raw::renameat(directory, from, directory, name); moved < 0)
    return fail(Error::sys(-moved, cat("rename ", quote(from))));
  return durable ? sync_directory(directory) : Result<>();
}

Result<> read_time(json::Reader in, std::int64_t& out) {
  std::string text;
  TRY(read(in, text));
  const auto time = parse_time(text);
  if (!time) return fail(in.error("expected a time"));
  out = *time;
  return {};
}

}  // namespace

int Life::code() const {
  if (!status) return 255;
  return WIFSIGNALED(*status) ? 128 + WTERMSIG(*status) : WEXITSTATUS(*status);
}

void write_life(json::Writer& out, const Life& life) {
  out.member("pid", life.pid).member("exited", life.exited());
  write_time(out, "createdAt", life.created);
  write_time(out, "startedAt", life.started);
  if (!life.exited()) {
    if (life.oom) out.member("oomKilled", true);
    return;
  }
  write_time(out, "finishedAt", life.finished);
  out.member("exitStatus", life.code());
  if (life.status) {
    out.member("waitStatus", *life.status);
    if (WIFSIGNALED(*life.status)) out.member("signal", signal_name(WTERMSIG(*life.status)));
  } else {
    out.member("unknown", true);
  }
  out.member("oomKilled", life.oom);
}

Result<> read_life(json::Reader in, Life& life) {
  TRY(in.require("pid", life.pid));
  TRY(in.optional("createdAt", life.created, read_time));
  TRY(in.optional("startedAt", life.started, read_time));
  TRY(in.optional("finishedAt", life.finished, read_time));
  TRY(in.optional("waitStatus", life.status));
  return in.optional("oomKilled", life.oom);
}

std::string life_json(const Life& life, std::string_view id, unsigned restarts) {
  std::string text;
  json::Writer out(text);
  out.begin_object().member("id", id);
  write_life(out, life);
  out.member("restarts", restarts).end_object();
  return text + "\n";
}

Result<> write_durably(int directory, const char* name, std::string_view content, unsigned mode) {
  const std::string beside = cat(".", name, ".new");
  const sys::Fd file =
      TRY(sys::open_at(directory, beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, mode));
  return put_in_place(directory, file, beside.c_str(), name, content, true);
}

Result<> reserve(int directory, const char* name, std::size_t size) {
  const sys::Fd file = TRY(sys::open_at(directory, name, O_WRONLY | O_CREAT | O_NOFOLLOW, 0600));
  if (const long made = sys::raw::call(SYS_fallocate, file.get(), 0, 0, size);
      made < 0 && made != -EOPNOTSUPP)
    return fail(Error::sys(static_cast<int>(-made), cat("reserve ", size, " bytes for the exit record")));
  return {};
}

Result<> write_reserved(int directory, const char* reserved, const char* name, std::string_view content,
                        bool durable) {
  const sys::Fd file = TRY(sys::open_at(directory, reserved, O_WRONLY | O_CREAT | O_NOFOLLOW, 0600));
  return put_in_place(directory, file, reserved, name, content, durable);
}

std::string to_json(const Saved& saved) {
  std::string text;
  json::Writer out(text, json::Layout::spaces);
  out.begin_object().key("words").begin_array();
  for (const std::string& word : saved.words) out.value(word);
  out.end_array().member("directory", saved.directory).member("bootId", saved.boot_id);
  out.member("startTime", saved.start_time).member("restarts", saved.restarts);
  out.member("stopped", saved.stopped).member("stopping", saved.stopping);
  out.member("restarting", saved.restarting).member("cgroups", saved.cgroups);
  out.member("oomKills", saved.oom_kills).member("exitCommandRun", saved.exit_command_run);
  out.key("life").begin_object();
  write_life(out, saved.life);
  out.end_object().end_object();
  return text + "\n";
}

Result<Saved> parse_saved(std::string_view text) {
  const json::Document document = TRY(json::Document::parse(text));
  const json::Reader in(document);
  Saved saved;
  TRY(in.require("words", saved.words));
  TRY(in.require("directory", saved.directory));
  TRY(in.require("bootId", saved.boot_id));
  TRY(in.require("startTime", saved.start_time));
  TRY(in.require("restarts", saved.restarts));
  TRY(in.require("stopped", saved.stopped));
  TRY(in.optional("stopping", saved.stopping));
  TRY(in.optional("restarting", saved.restarting));
  TRY(in.optional("cgroups", saved.cgroups));
  TRY(in.optional("oomKills", saved.oom_kills));
  TRY(in.require("exitCommandRun", saved.exit_command_run));
  const auto life = in.find("life");
  if (!life) return fail(in.error("life", "must be given"));
  TRY(read_life(*life, saved.life));
  return saved;
}

}  // namespace masu::shim
