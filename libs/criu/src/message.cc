// SPDX-License-Identifier: Apache-2.0
#include "masu/criu/message.h"

#include "masu/base/try.h"
#include "masu/protobuf/wire.h"

#include <limits>

namespace masu::criu {
namespace {

// criu_req
constexpr unsigned kReqType = 1, kReqOptions = 2, kReqNotifySuccess = 3, kReqFeatures = 5;

// Sign-extended, as protobuf wants an int32 (of which CRIU has only ones that are not negative).
std::uint64_t wide(int number) { return static_cast<std::uint64_t>(std::int64_t{number}); }

void put(protobuf::Writer& out, unsigned field, bool set) {
  if (set) out.number(field, 1);
}
void put(protobuf::Writer& out, unsigned field, const std::string& text) {
  if (!text.empty()) out.bytes(field, text);
}
void put_fd(protobuf::Writer& out, unsigned field, int fd) {
  if (fd >= 0) out.number(field, wide(fd));
}

std::string pair_of(std::string_view first, std::string_view second) {
  std::string text;
  protobuf::Writer out(text);
  out.bytes(1, first);
  out.bytes(2, second);
  return text;
}

std::string encode(const PageServer& server) {
  std::string text;
  protobuf::Writer out(text);
  out.bytes(1, server.address);
  out.number(2, server.port);
  return text;
}

std::string encode(const InheritedFd& inherited) {
  std::string text;
  protobuf::Writer out(text);
  out.bytes(1, inherited.key);
  out.number(2, wide(inherited.fd));
  return text;
}

// In the order of the field numbers, as protobuf's own writers have them.
std::string encode(const Options& options) {
  std::string text;
  protobuf::Writer out(text);
  out.number(1, wide(options.images_dir));
  if (options.pid > 0) out.number(2, wide(options.pid));
  put(out, 3, options.leave_running);
  put(out, 4, options.ext_unix_sockets);
  put(out, 5, options.tcp_established);
  put(out, 6, options.evasive_devices);
  put(out, 7, options.shell_job);
  put(out, 8, options.file_locks);
  out.number(9, wide(options.log_level));
  put(out, 10, options.log_file);
  if (options.page_server) out.bytes(11, encode(*options.page_server));
  out.number(12, 1);  // notify_scripts
  put(out, 13, options.root);
  put(out, 14, options.parent_images);
  put(out, 15, options.track_memory);
  put(out, 16, options.auto_dedup);
  put_fd(out, 17, options.work_dir);
  put(out, 18, options.link_remap);
  put(out, 24, options.cgroup_mode.has_value());  // what versions before the modes understand
  for (const auto& root : options.cgroup_roots) out.bytes(25, pair_of(root.controllers, root.path));
  put(out, 26, options.restore_sibling);
  for (const auto& inherited : options.inherited) out.bytes(27, encode(inherited));
  if (options.cgroup_mode) out.number(34, static_cast<unsigned>(*options.cgroup_mode));
  for (const auto& external : options.external) out.bytes(37, external);
  if (options.empty_namespaces != 0) out.number(38, options.empty_namespaces);
  for (const auto& joined : options.joined) out.bytes(39, pair_of(joined.type, joined.path));
  put(out, 44, options.freeze_cgroup);
  put(out, 46, options.tcp_skip_in_flight);
  put(out, 48, options.lazy_pages);
  put_fd(out, 49, options.status_fd);
  put(out, 50, options.orphan_pts_master);
  put(out, 51, options.config_file);
  put(out, 52, options.tcp_close);
  put(out, 53, options.lsm_profile);
  put(out, 63, options.lsm_mount_context);
  if (options.network_lock != NetworkLock::standard)
    out.number(64, static_cast<unsigned>(options.network_lock));
  return text;
}

// ---- answers
// -------------------------------------------------------------------------------------------------------

template <class Field>
Result<> each_field(std::string_view bytes, const Field& field) {
  protobuf::Reader in(bytes);
  while (TRY(in.next())) TRY(field(in));
  return {};
}

Result<int> small(std::uint64_t number) {
  const auto value = static_cast<std::int64_t>(number);
  if (value < std::numeric_limits<int>::min() || value > std::numeric_limits<int>::max())
    return fail(Error::make(Kind::invalid_spec, "a message of CRIU's has a number out of range"));
  return static_cast<int>(value);
}

Result<unsigned> natural(std::uint64_t number) {
  const int value = TRY(small(number));
  if (value < 0) return fail(Error::make(Kind::invalid_spec, "a message of CRIU's has a number below 0"));
  return static_cast<unsigned>(value);
}

Result<> read_notice(std::string_view bytes, Response& out) {
  return each_field(bytes, [&](const protobuf::Reader& in) -> Result<> {
    if (in.field() == 1) out.script = in.bytes();
    if (in.field() == 2) out.script_pid = TRY(small(in.number()));
    return {};
  });
}

Result<> read_restored(std::string_view bytes, Response& out) {
  return each_field(bytes, [&](const protobuf::Reader& in) -> Result<> {
    if (in.field() == 1) out.restored_pid = TRY(small(in.number()));
    return {};
  });
}

Result<> read_features(std::string_view bytes, Response& out) {
  return each_field(bytes, [&](const protobuf::Reader& in) -> Result<> {
    if (in.field() == 1) out.features.memory_tracking = in.number() != 0;
    if (in.field() == 2) out.features.lazy_pages = in.number() != 0;
    return {};
  });
}

Result<> read_version(std::string_view bytes, Response& out) {
  return each_field(bytes, [&](const protobuf::Reader& in) -> Result<> {
    if (in.field() == 1) out.version.major = TRY(natural(in.number()));
    if (in.field() == 2) out.version.minor = TRY(natural(in.number()));
    if (in.field() == 4) out.version.sublevel = TRY(natural(in.number()));
    return {};
  });
}

}  // namespace

std::string_view action_name(Action action) {
  switch (action) {
    case Action::dump:
      return "dump";
    case Action::restore:
      return "restore";
    case Action::pre_dump:
      return "pre-dump";
    case Action::notify:
      return "notify";
    case Action::feature_check:
      return "feature check";
    case Action::version:
      return "version";
  }
  return "request";
}

std::string encode_request(Action action, const Options* options) {
  std::string text;
  protobuf::Writer out(text);
  out.number(kReqType, static_cast<unsigned>(action));
  if (options != nullptr) out.bytes(kReqOptions, encode(*options));
  return text;
}

std::string encode_feature_check() {
  std::string asked;
  protobuf::Writer features(asked);
  features.number(1, 1);
  features.number(2, 1);
  std::string text;
  protobuf::Writer out(text);
  out.number(kReqType, static_cast<unsigned>(Action::feature_check));
  out.bytes(kReqFeatures, asked);
  return text;
}

std::string encode_notified(bool success) {
  std::string text;
  protobuf::Writer out(text);
  out.number(kReqType, static_cast<unsigned>(Action::notify));
  out.number(kReqNotifySuccess, success ? 1 : 0);
  return text;
}

Result<Response> parse_response(std::string_view bytes) {
  Response response;
  bool has_type = false, has_success = false;
  const auto read_field = [&](const protobuf::Reader& in) -> Result<> {
    switch (in.field()) {
      case 1:
        response.action = static_cast<Action>(TRY(natural(in.number())));
        has_type = true;
        return {};
      case 2:
        response.success = in.number() != 0;
        has_success = true;
        return {};
      case 4:
        return read_restored(in.bytes(), response);
      case 5:
        return read_notice(in.bytes(), response);
      case 7:
        response.error_number = TRY(small(in.number()));
        return {};
      case 8:
        return read_features(in.bytes(), response);
      case 9:
        response.error_text = in.bytes();
        return {};
      case 10:
        return read_version(in.bytes(), response);
      default:
        return {};
    }
  };
  TRY(each_field(bytes, read_field));
  if (!has_type || !has_success)
    return fail(Error::make(Kind::invalid_spec, "an answer of CRIU's lacks its type or its outcome"));
  return response;
}

}  // namespace masu::criu
