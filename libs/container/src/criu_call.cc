// SPDX-License-Identifier: Apache-2.0
#include "criu_call.h"

#include "annotations.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/criu/log.h"
#include "masu/criu/session.h"
#include "masu/json/reader.h"
#include "masu/json/writer.h"
#include "masu/sys/raw.h"

#include <algorithm>
#include <cerrno>

#include <sched.h>
#include <unistd.h>

namespace masu::container {
namespace {

constexpr ExternalNamespace kExternal[] = {{CLONE_NEWNET, "net", "extRootNetNS"},
                                           {CLONE_NEWPID, "pid", "extRootPidNS"}};

// Settings for all containers of this machine: ours, or those that were made for runc.
constexpr const char* kSettings[] = {"/etc/criu/masu.conf", "/etc/criu/runc.conf"};
constexpr std::size_t kLongestLog = 64u << 20;

Result<sys::Fd> open_directory(const std::string& path, CriuDirectories::Missing missing,
                               std::string_view option) {
  if (missing == CriuDirectories::Missing::make) {
    const int made = sys::raw::mkdirat(AT_FDCWD, path.c_str(), 0700);
    if (made < 0 && made != -EEXIST)
      return fail(Error::sys(-made, cat(option, ": make directory ", quote(path))));
  }
  return TRY_IN(sys::open(path, O_RDONLY | O_DIRECTORY), std::string(option));
}

std::string settings_file(const spec::Annotations& annotations) {
  // An empty one asks for none at all.
  if (annotations::given(annotations, annotations::kCriuConfig))
    return annotations::value(annotations, annotations::kCriuConfig);
  struct stat info;
  for (const char* path : kSettings)
    if (sys::raw::fstatat(AT_FDCWD, path, &info, 0) == 0) return path;
  return {};
}

}  // namespace

std::string descriptors_to_json(const std::vector<std::string>& descriptors) {
  std::string text;
  json::Writer out(text);
  out.begin_array();
  for (const auto& descriptor : descriptors) out.value(descriptor);
  out.end_array();
  return text;
}

Result<std::vector<std::string>> parse_descriptors(std::string_view text) {
  const json::Document document = TRY(json::Document::parse(text));
  const json::Reader in(document);
  std::vector<std::string> descriptors;
  if (in.type() == json::Type::null) return descriptors;  // Go's for none
  TRY(in.expect(json::Type::array));
  for (const json::Value element : in.value().elements())
    TRY(read(in.at(element), descriptors.emplace_back()));
  return descriptors;
}

const ExternalNamespace* find_external(std::uint64_t type) {
  const auto* found = std::ranges::find(kExternal, type, &ExternalNamespace::type);
  return found == std::end(kExternal) ? nullptr : found;
}

Result<CriuDirectories> CriuDirectories::open(const CriuOptions& options, Missing images) {
  CriuDirectories directories;
  directories.images_ = TRY(open_directory(options.images, images, "--image-path"));
  if (!options.work.empty())
    directories.work_ = TRY(open_directory(options.work, Missing::make, "--work-path"));
  directories.log_path_ = options.work.empty() ? options.images : options.work;
  return directories;
}

void CriuDirectories::put(criu::Options& options, const std::string& log_file) const {
  options.images_dir = images_.get();
  options.work_dir = work_.get();
  options.log_file = log_file;
  (void)sys::raw::unlinkat(log_dir(), log_file.c_str(), 0);
}

Error CriuDirectories::explain(Error error, const std::string& log_file) const {
  const auto log = sys::read_file_at(log_dir(), log_file.c_str(), kLongestLog);
  if (!log) return error;
  if (const std::string line = criu::first_error(*log); !line.empty())
    error = Error::make(Kind::system, cat("CRIU: ", line));
  return std::move(error).hint(cat("CRIU's log is ", log_path_, "/", log_file));
}

criu::Options common_options(const CriuOptions& options, const spec::Annotations& annotations) {
  criu::Options common;
  common.tcp_established = options.tcp_established;
  common.tcp_close = options.tcp_close;
  common.ext_unix_sockets = options.ext_unix_sockets;
  common.shell_job = options.shell_job;
  common.file_locks = options.file_locks;
  common.auto_dedup = options.auto_dedup;
  common.lazy_pages = options.lazy_pages;
  common.orphan_pts_master = true;
  common.cgroup_mode = options.cgroup_mode;
  common.network_lock = options.network_lock;
  common.config_file = settings_file(annotations);
  if (options.empty_network) common.empty_namespaces = CLONE_NEWNET;
  return common;
}

Result<criu::Version> check_criu(const CriuOptions& options) {
  if (geteuid() != 0) return fail(Error::make(Kind::unsupported, "CRIU needs root"));
  const criu::Version version = TRY(criu::read_version(options.program));
  constexpr criu::Version kOldest{3, 11, 0};  // the first that leaves network namespaces alone
  if (version < kOldest)
    return fail(Error::make(Kind::unsupported, cat("CRIU ", version.major, ".", version.minor,
                                                   " is too old: 3.11 or newer is needed")));
  return version;
}

}  // namespace masu::container
