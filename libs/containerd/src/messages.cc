// SPDX-License-Identifier: Apache-2.0
#include "messages.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/protobuf/wire.h"

#include <limits>

namespace masu::containerd {
namespace {

using protobuf::Reader;
using protobuf::Writer;

// A message of which `field` reads one field at a time; those that it does not know are passed over.
template <class T, class Field>
Result<T> parse(std::string_view bytes, const Field& field) {
  T out{};
  Reader in(bytes);
  while (TRY(in.next())) TRY(field(in, out));
  return out;
}

template <class T>
Result<T> narrow(const Reader& in, const char* what) {
  if (in.number() > std::numeric_limits<T>::max())
    return fail(Error::make(Kind::usage, cat(what, " ", in.number(), " is out of range")));
  return static_cast<T>(in.number());
}

// As proto3 has it: what is the default is not written.
void put(Writer& out, unsigned field, std::uint64_t number) {
  if (number != 0) out.number(field, number);
}
void put(Writer& out, unsigned field, std::string_view text) {
  if (!text.empty()) out.bytes(field, text);
}
void put_pid(Writer& out, unsigned field, pid_t pid) { put(out, field, static_cast<std::uint64_t>(pid)); }

void put_time(Writer& out, unsigned field, Time time) {
  constexpr Time kSecond = 1'000'000'000;
  std::string text;
  Writer stamp(text);
  put(stamp, 1, static_cast<std::uint64_t>(time / kSecond));
  put(stamp, 2, static_cast<std::uint64_t>(time % kSecond));
  if (time != 0) out.bytes(field, text);
}

// The three streams and the flag, at four numbers in a row or with the flag before them.
void put_stdio(Writer& out, unsigned first, const StdioPaths& stdio) {
  put(out, first, stdio.in);
  put(out, first + 1, stdio.out);
  put(out, first + 2, stdio.err);
  put(out, first + 3, std::uint64_t{stdio.terminal});
}

void take_stdio(const Reader& in, unsigned flag, StdioPaths& out) {
  if (in.field() == flag) out.terminal = in.number() != 0;
  if (in.field() == flag + 1) out.in = in.bytes();
  if (in.field() == flag + 2) out.out = in.bytes();
  if (in.field() == flag + 3) out.err = in.bytes();
}

Result<Mount> parse_mount(std::string_view bytes) {
  Mount mount = TRY(parse<Mount>(bytes, [](const Reader& in, Mount& out) -> Result<> {
    if (in.field() == 1) out.type = in.bytes();
    if (in.field() == 2) out.source = in.bytes();
    if (in.field() == 4) out.options.emplace_back(in.bytes());
    return {};
  }));
  mount.bytes = bytes;
  return mount;
}

void take_process(const Reader& in, ProcessRequest& out) {
  if (in.field() == 1) out.id = in.bytes();
  if (in.field() == 2) out.exec_id = in.bytes();
}

Event make_event(std::string_view topic, std::string_view type, std::string message) {
  return {cat("/tasks/", topic), {cat("containerd.events.", type), std::move(message)}};
}

Event id_event(std::string_view topic, std::string_view type, std::string_view id) {
  std::string text;
  Writer(text).bytes(1, id);
  return make_event(topic, type, std::move(text));
}

}  // namespace

Result<Any> parse_any(std::string_view bytes) {
  return parse<Any>(bytes, [](const Reader& in, Any& out) -> Result<> {
    // Some clients write "types.containerd.io/" or "type.googleapis.com/" before it.
    if (in.field() == 1) out.type = in.bytes().substr(in.bytes().rfind('/') + 1);
    if (in.field() == 2) out.value = in.bytes();
    return {};
  });
}

std::string encode(const Any& any) {
  std::string text;
  Writer out(text);
  put(out, 1, any.type);
  put(out, 2, any.value);
  return text;
}

Result<CreateRequest> parse_create(std::string_view bytes) {
  return parse<CreateRequest>(bytes, [](const Reader& in, CreateRequest& out) -> Result<> {
    take_stdio(in, 4, out.stdio);
    if (in.field() == 1) out.id = in.bytes();
    if (in.field() == 2) out.bundle = in.bytes();
    if (in.field() == 3) out.rootfs.push_back(TRY(parse_mount(in.bytes())));
    if (in.field() == 8) out.checkpoint = in.bytes();
    if (in.field() == 9) out.parent_checkpoint = in.bytes();
    if (in.field() == 10) out.options = TRY(parse_any(in.bytes()));
    return {};
  });
}

Result<ProcessRequest> parse_process_request(std::string_view bytes) {
  return parse<ProcessRequest>(bytes, [](const Reader& in, ProcessRequest& out) -> Result<> {
    take_process(in, out);
    return {};
  });
}

Result<ExecRequest> parse_exec(std::string_view bytes) {
  return parse<ExecRequest>(bytes, [](const Reader& in, ExecRequest& out) -> Result<> {
    take_stdio(in, 3, out.stdio);
    if (in.field() == 1) out.id = in.bytes();
    if (in.field() == 2) out.exec_id = in.bytes();
    if (in.field() == 7) out.spec = TRY(parse_any(in.bytes()));
    return {};
  });
}

Result<ResizeRequest> parse_resize(std::string_view bytes) {
  return parse<ResizeRequest>(bytes, [](const Reader& in, ResizeRequest& out) -> Result<> {
    take_process(in, out.process);
    if (in.field() == 3) out.width = TRY(narrow<std::uint16_t>(in, "width"));
    if (in.field() == 4) out.height = TRY(narrow<std::uint16_t>(in, "height"));
    return {};
  });
}

Result<KillRequest> parse_kill(std::string_view bytes) {
  return parse<KillRequest>(bytes, [](const Reader& in, KillRequest& out) -> Result<> {
    take_process(in, out.process);
    if (in.field() == 3) out.signal = TRY(narrow<std::uint8_t>(in, "signal"));
    if (in.field() == 4) out.all = in.number() != 0;
    return {};
  });
}

Result<CheckpointRequest> parse_checkpoint(std::string_view bytes) {
  return parse<CheckpointRequest>(bytes, [](const Reader& in, CheckpointRequest& out) -> Result<> {
    if (in.field() == 1) out.id = in.bytes();
    if (in.field() == 2) out.path = in.bytes();
    if (in.field() == 3) out.options = TRY(parse_any(in.bytes()));
    return {};
  });
}

Result<UpdateRequest> parse_update(std::string_view bytes) {
  return parse<UpdateRequest>(bytes, [](const Reader& in, UpdateRequest& out) -> Result<> {
    if (in.field() == 1) out.id = in.bytes();
    if (in.field() == 2) out.resources = TRY(parse_any(in.bytes()));
    return {};
  });
}

Result<RuntimeOptions> parse_runtime_options(const Any& any) {
  constexpr std::string_view kType = "containerd.runc.v1.Options";
  if (any.type.empty()) return RuntimeOptions();
  if (any.type != kType)
    return fail(
        Error::make(Kind::unsupported, cat("options of type ", quote(any.type), " are not understood"))
            .hint(cat("give none, or those of runc's shim: ", kType)));
  return parse<RuntimeOptions>(any.value, [](const Reader& in, RuntimeOptions& out) -> Result<> {
    if (in.field() == 1) out.no_pivot_root = in.number() != 0;
    if (in.field() == 2) out.no_new_keyring = in.number() != 0;
    if (in.field() == 3) out.shim_cgroup = in.bytes();
    if (in.field() == 4) out.io_uid = TRY(narrow<uid_t>(in, "io_uid"));
    if (in.field() == 5) out.io_gid = TRY(narrow<gid_t>(in, "io_gid"));
    if (in.field() == 7) out.root = in.bytes();
    if (in.field() == 8) out.criu_path = in.bytes();
    if (in.field() == 9) out.systemd_cgroup = in.number() != 0;
    if (in.field() == 10) out.criu_image_path = in.bytes();
    if (in.field() == 11) out.criu_work_path = in.bytes();
    return {};
  });
}

Result<CheckpointOptions> parse_checkpoint_options(const Any& any) {
  return parse<CheckpointOptions>(any.value, [](const Reader& in, CheckpointOptions& out) -> Result<> {
    if (in.field() == 1) out.exit = in.number() != 0;
    if (in.field() == 2) out.open_tcp = in.number() != 0;
    if (in.field() == 3) out.external_unix_sockets = in.number() != 0;
    if (in.field() == 4) out.terminal = in.number() != 0;
    if (in.field() == 5) out.file_locks = in.number() != 0;
    if (in.field() == 6) out.empty_namespaces.emplace_back(in.bytes());
    if (in.field() == 7) out.cgroups_mode = in.bytes();
    if (in.field() == 8) out.image_path = in.bytes();
    if (in.field() == 9) out.work_path = in.bytes();
    return {};
  });
}

std::string encode(const StateAnswer& answer) {
  std::string text;
  Writer out(text);
  put(out, 1, answer.id);
  put(out, 2, answer.bundle);
  put_pid(out, 3, answer.pid);
  put(out, 4, static_cast<std::uint64_t>(answer.status));
  put_stdio(out, 5, answer.stdio);
  put(out, 9, std::uint64_t{answer.exit_status});
  put_time(out, 10, answer.exited_at);
  put(out, 11, answer.exec_id);
  return text;
}

std::string encode_pid(pid_t pid) {
  std::string text;
  Writer out(text);
  put_pid(out, 1, pid);
  return text;
}

std::string encode_wait(unsigned exit_status, Time exited_at) {
  std::string text;
  Writer out(text);
  put(out, 1, std::uint64_t{exit_status});
  put_time(out, 2, exited_at);
  return text;
}

std::string encode_delete(pid_t pid, unsigned exit_status, Time exited_at) {
  std::string text;
  Writer out(text);
  put_pid(out, 1, pid);
  put(out, 2, std::uint64_t{exit_status});
  put_time(out, 3, exited_at);
  return text;
}

std::string encode_connect(pid_t shim, pid_t task, std::string_view version) {
  std::string text;
  Writer out(text);
  put_pid(out, 1, shim);
  put_pid(out, 2, task);
  put(out, 3, version);
  return text;
}

std::string encode_stats(const Any& metrics) {
  std::string text;
  Writer(text).bytes(1, encode(metrics));
  return text;
}

std::string encode(const std::vector<ProcessInfo>& processes) {
  std::string text;
  Writer out(text);
  for (const ProcessInfo& process : processes) {
    std::string info, details;
    Writer fields(info), detail(details);
    put_pid(fields, 1, process.pid);
    put(detail, 1, process.exec_id);
    if (!details.empty()) fields.bytes(2, encode(Any{"containerd.runc.v1.ProcessDetails", details}));
    out.bytes(1, info);
  }
  return text;
}

Event create_event(const CreateRequest& request, pid_t pid) {
  std::string text, stdio;
  Writer out(text), streams(stdio);
  put_stdio(streams, 1, request.stdio);
  put(out, 1, request.id);
  put(out, 2, request.bundle);
  for (const Mount& mount : request.rootfs) out.bytes(3, mount.bytes);
  out.bytes(4, stdio);
  put(out, 5, request.checkpoint);
  put_pid(out, 6, pid);
  return make_event("create", "TaskCreate", std::move(text));
}

Event start_event(std::string_view id, pid_t pid) {
  std::string text;
  Writer out(text);
  put(out, 1, id);
  put_pid(out, 2, pid);
  return make_event("start", "TaskStart", std::move(text));
}

Event exec_added_event(std::string_view id, std::string_view exec_id) {
  std::string text;
  Writer out(text);
  put(out, 1, id);
  put(out, 2, exec_id);
  return make_event("exec-added", "TaskExecAdded", std::move(text));
}

Event exec_started_event(std::string_view id, std::string_view exec_id, pid_t pid) {
  std::string text;
  Writer out(text);
  put(out, 1, id);
  put(out, 2, exec_id);
  put_pid(out, 3, pid);
  return make_event("exec-started", "TaskExecStarted", std::move(text));
}

Event exit_event(std::string_view id, std::string_view process, pid_t pid, unsigned status, Time at) {
  std::string text;
  Writer out(text);
  put(out, 1, id);
  put(out, 2, process);
  put_pid(out, 3, pid);
  put(out, 4, std::uint64_t{status});
  put_time(out, 5, at);
  return make_event("exit", "TaskExit", std::move(text));
}

Event delete_event(std::string_view id, pid_t pid, unsigned status, Time at) {
  std::string text;
  Writer out(text);
  put(out, 1, id);
  put_pid(out, 2, pid);
  put(out, 3, std::uint64_t{status});
  put_time(out, 4, at);
  return make_event("delete", "TaskDelete", std::move(text));
}

Event oom_event(std::string_view id) { return id_event("oom", "TaskOOM", id); }
Event paused_event(std::string_view id) { return id_event("paused", "TaskPaused", id); }
Event resumed_event(std::string_view id) { return id_event("resumed", "TaskResumed", id); }

Event checkpointed_event(std::string_view id, std::string_view path) {
  std::string text;
  Writer out(text);
  put(out, 1, id);
  put(out, 2, path);
  return make_event("checkpointed", "TaskCheckpointed", std::move(text));
}

std::string encode_forward(const Event& event, std::string_view name_space, Time at) {
  std::string envelope, text;
  Writer out(envelope);
  put_time(out, 1, at);
  put(out, 2, name_space);
  put(out, 3, event.topic);
  out.bytes(4, encode(event.message));
  Writer(text).bytes(1, envelope);
  return text;
}

}  // namespace masu::containerd
