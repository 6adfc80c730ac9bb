// SPDX-License-Identifier: Apache-2.0
#include "masu/manager/secret.h"

#include "masu/base/base64.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/json/reader.h"
#include "masu/json/writer.h"
#include "masu/manager/root.h"
#include "masu/store/tree.h"
#include "masu/sys/fd.h"
#include "masu/sys/raw.h"
#include "secrets.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

namespace masu::manager {
namespace {

namespace raw = sys::raw;

constexpr std::size_t kMost = 512'000;  // podman's
constexpr std::size_t kIdDigits = 25;   // so that none is taken for a container's
constexpr char kFolder[] = "secrets";

std::string secrets_folder(const Place& place) { return cat(place.root, "/", kFolder); }

Error missing(std::string_view name) {
  return Error::make(Kind::not_found, cat("no such secret: ", name)).hint("masu secret ls lists them");
}

std::string to_json(const Secret& secret) {
  std::string text;
  json::Writer out(text, json::Layout::spaces);
  out.begin_object().member("id", secret.id).member("name", secret.name);
  out.member("created", secret.created).member("updated", secret.updated);
  out.key("labels").begin_object();
  for (const auto& [name, value] : secret.labels) out.member(name, value);
  out.end_object().member("data", encode_base64(secret.data)).end_object();
  return text + "\n";
}

Result<Secret> parse_secret(std::string_view text) {
  const json::Document document = TRY(json::Document::parse(text));
  const json::Reader in(document);
  Secret out;
  std::string data;
  TRY(in.require("id", out.id));
  TRY(in.require("name", out.name));
  TRY(in.require("created", out.created));
  TRY(in.require("updated", out.updated));
  TRY(in.optional("labels", out.labels));
  TRY(in.require("data", data));
  auto bytes = decode_base64(data);
  if (!bytes) return fail(Error::make(Kind::invalid_spec, "data: expected base64"));
  out.data = std::move(*bytes);
  return out;
}

Result<Secret> load_secret(const Place& place, const std::string& name) {
  const std::string path = cat(secrets_folder(place), "/", name);
  const auto text = sys::read_file(path);
  if (!text && text.error().err() == ENOENT) return fail(missing(name));
  if (!text) return fail(Error::sys(text.error().err(), cat("read ", quote(path))));
  return TRY_IN(parse_secret(*text), cat("the secret ", name, " is damaged"));
}

// Of two that make one of a name, one finds it.
Result<sys::Fd> lock_secrets(const Place& place) {
  TRY(store::make_folders(secrets_folder(place), 0700));
  sys::Fd folder = TRY(sys::open(secrets_folder(place), O_RDONLY | O_DIRECTORY));
  long locked = 0;
  do locked = raw::call(SYS_flock, folder.get(), LOCK_EX);
  while (locked == -EINTR);
  if (locked < 0) return fail(Error::sys(static_cast<int>(-locked), "lock the secrets"));
  return folder;
}

}  // namespace

Result<> check_secret_name(std::string_view name) {
  if (check_name(name)) return {};
  return fail(Error::make(Kind::usage, cat("invalid secret name ", quote(name),
                                           ": letters, digits and _ . - behind the first, 128 at most")));
}

Result<Secret> create_secret(const Place& place, Secret secret, bool replace) {
  TRY(check_secret_name(secret.name));
  if (secret.data.empty() || secret.data.size() > kMost)
    return fail(Error::make(Kind::usage, cat("a secret has 1 to ", kMost, " bytes, and ", quote(secret.name),
                                             " would have ", secret.data.empty() ? "none" : "more")));
  const sys::Fd folder = TRY(lock_secrets(place));
  const auto other = load_secret(place, secret.name);
  if (!replace && (other || other.error().kind() != Kind::not_found))
    return fail(Error::make(Kind::exists, cat("there is a secret ", quote(secret.name), " already"))
                    .hint("--replace puts the new one in its place"));
  timespec now{};
  (void)clock_gettime(CLOCK_REALTIME, &now);
  secret.updated = text::rfc3339(now.tv_sec, now.tv_nsec);
  secret.created = other ? other->created : secret.updated;
  secret.id = TRY(store::random_hex(kIdDigits / 2 + 1)).substr(0, kIdDigits);
  TRY_IN(sys::place_file_at(folder.get(), secret.name.c_str(), to_json(secret), 0600),
         cat("write the secret ", secret.name));
  return secret;
}

Result<Secret> find_secret(const Place& place, std::string_view text) {
  if (!check_name(text)) return fail(missing(text));
  auto exact = load_secret(place, std::string(text));
  if (exact || exact.error().kind() != Kind::not_found) return exact;
  std::vector<Secret> all = TRY(list_secrets(place));
  std::erase_if(all, [text](const Secret& secret) { return !secret.id.starts_with(text); });
  if (all.empty()) return fail(missing(text));
  if (all.size() > 1)
    return fail(Error::make(Kind::usage, cat(quote(text), " begins the id of several secrets")));
  return std::move(all.front());
}

Result<std::vector<Secret>> list_secrets(const Place& place) {
  std::vector<Secret> out;
  auto names = store::list_folder(AT_FDCWD, secrets_folder(place).c_str());
  if (!names && names.error().err() == ENOENT) return out;
  for (const std::string& name : TRY(std::move(names)))
    if (check_name(name))
      if (auto secret = load_secret(place, name)) out.push_back(std::move(*secret));
  std::ranges::sort(out, {}, &Secret::name);
  return out;
}

Result<> remove_secret(const Place& place, const std::string& name) {
  const sys::Fd folder = TRY(lock_secrets(place));
  const int removed = raw::unlinkat(folder.get(), name.c_str(), 0);
  if (removed == -ENOENT) return fail(missing(name));
  if (removed < 0) return fail(Error::sys(-removed, cat("remove the secret ", name)));
  return {};
}

Result<> keep_secrets(int folder, const std::vector<SecretUse>& uses) {
  if (uses.empty()) return {};
  if (const int made = raw::mkdirat(folder, kFolder, 0700); made < 0)
    return fail(Error::sys(-made, "make the folder of the container's secrets"));
  const sys::Fd own = TRY(sys::open_at(folder, kFolder, O_RDONLY | O_DIRECTORY));
  for (std::size_t i = 0; i < uses.size(); ++i)
    TRY_IN(sys::replace_file_at(own.get(), cat(i).c_str(), uses[i].data, 0600),
           cat("copy the secret ", uses[i].name));
  return {};
}

std::string kept_secret(const Place& place, const Request& request, std::size_t index) {
  return cat(place.folder(request.id), "/", kFolder, "/", index);
}

Result<> give_secrets(const Place& place, const Request& request, const UserSpace& users) {
  for (std::size_t i = 0; i < request.secrets.size(); ++i) {
    const SecretUse& use = request.secrets[i];
    if (use.is_variable) continue;
    const std::string what = cat("secret ", use.name), path = kept_secret(place, request, i);
    const std::uint32_t uid = TRY_IN(outer_id(users.users, use.uid), what);
    const std::uint32_t gid = TRY_IN(outer_id(users.groups, use.gid), what);
    const sys::Fd file = TRY_IN(sys::open(path, O_RDONLY | O_NOFOLLOW), what);
    if (const int given = raw::fchownat(file.get(), "", uid, gid, AT_EMPTY_PATH); given < 0)
      return fail(Error::sys(-given, cat(what, ": set the owner to ", use.uid, ":", use.gid)));
    if (fchmod(file.get(), use.mode) < 0) return fail(Error::sys(errno, cat(what, ": set the mode")));
  }
  return {};
}

Result<> set_secret_variables(const Place& place, const Request& request, std::vector<std::string>& env) {
  for (std::size_t i = 0; i < request.secrets.size(); ++i) {
    const SecretUse& use = request.secrets[i];
    if (!use.is_variable) continue;
    const std::string data = TRY_IN(sys::read_file(kept_secret(place, request, i)), cat("secret ", use.name));
    set_variable(env, cat(use.target, "=", data));
  }
  return {};
}

void add_secret_mounts(const Place& place, const Request& request, std::vector<spec::Mount>& mounts) {
  const auto is_mounted = [](const SecretUse& use) { return !use.is_variable; };
  if (std::ranges::none_of(request.secrets, is_mounted)) return;
  // Of the container's own, so that no mount points are left in its layer, which `commit` would take.
  if (std::ranges::none_of(mounts,
                           [](const spec::Mount& mount) { return mount.destination == kSecretsInside; }))
    mounts.push_back({std::string(kSecretsInside),
                      "tmpfs",
                      "tmpfs",
                      {"nosuid", "nodev", "noexec", "mode=755", "size=1m"},
                      {},
                      {}});
  for (std::size_t i = 0; i < request.secrets.size(); ++i)
    if (is_mounted(request.secrets[i]))
      mounts.push_back({request.secrets[i].target,
                        "bind",
                        kept_secret(place, request, i),
                        {"bind", "rprivate", "ro", "nosuid", "nodev", "noexec"},
                        {},
                        {}});
}

}  // namespace masu::manager
