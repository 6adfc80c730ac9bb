// SPDX-License-Identifier: Apache-2.0
#include "masu/transfer/registry.h"

#include "challenge.h"
#include "http_call.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/json/reader.h"
#include "masu/store/tree.h"
#include "masu/sys/fd.h"
#include "masu/transfer/hash.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <mutex>
#include <thread>

#include <fcntl.h>

namespace masu::transfer {
namespace {

constexpr int kAttempts = 5;
constexpr std::chrono::milliseconds kFirstPause{300};
constexpr int kLongestPause = 30;  // seconds that a registry may ask us to wait
constexpr int kUnauthorized = 401, kForbidden = 403, kNotFound = 404, kTooMany = 429, kServerError = 500,
              kPartial = 206;
constexpr std::size_t kLongestAnswer = std::size_t{1} << 20;
constexpr std::string_view kSystemAuthorities = "/etc/ssl/certs/ca-certificates.crt";

bool is_loopback(std::string_view registry) {
  const std::string_view host = registry.substr(0, registry.find(':'));
  return host == "localhost" || host.starts_with("127.") || registry.starts_with("[::1]");
}

// *.crt are authorities, besides the system's; NAME.cert with NAME.key are ours (containers-certs.d(5)).
Result<> add_certificates(const std::string& folder, Trust& trust) {
  const auto names = store::list_folder(AT_FDCWD, folder.c_str());
  if (!names) return {};
  for (const std::string& name : *names) {
    const std::string path = cat(folder, "/", name);
    if (name.ends_with(".crt")) trust.authorities += TRY(sys::read_file(path)) + "\n";
    if (name.ends_with(".cert")) {
      trust.certificate = path;
      trust.key = cat(path.substr(0, path.size() - 4), "key");
    }
  }
  return {};
}

Result<Trust> read_trust(const image::Reference& name, const RegistryOptions& options) {
  Trust out{.verify = options.verify_tls, .authorities = {}, .certificate = {}, .key = {}};
  if (!options.certificates.empty()) {
    const sys::Fd folder = TRY(sys::open(options.certificates, O_PATH | O_DIRECTORY));
    TRY(add_certificates(options.certificates, out));
  }
  for (const std::string_view folder : {"/etc/containers/certs.d/", "/etc/docker/certs.d/"})
    TRY(add_certificates(cat(folder, name.registry), out));
  if (!out.authorities.empty())
    out.authorities += sys::read_file(std::string(kSystemAuthorities)).value_or("");
  return out;
}

// {"errors":[{"code":…,"message":…}]}
std::string words_of(const std::string& body) {
  const auto document = json::Document::parse(body);
  if (!document || !document->root().is(json::Type::object)) return {};
  const auto errors = document->root().find("errors");
  if (!errors || !errors->is(json::Type::array)) return {};
  std::string out;
  for (const json::Value error : errors->elements()) {
    if (!error.is(json::Type::object)) continue;
    const auto message = error.find("message");
    if (message && message->is(json::Type::string)) out += cat(out.empty() ? "" : ", ", message->text());
  }
  return out;
}

Error refusal(const HttpReply& reply, std::string_view what, const std::string& registry, bool anonymous) {
  const std::string words = words_of(reply.body);
  std::string text = cat(what, ": ", registry, " answers ", reply.status, words.empty() ? "" : ": ", words);
  switch (reply.status) {
    case kUnauthorized:
    case kForbidden:
      return Error::make(Kind::system, std::move(text))
          .as(Kind::system)
          .hint(anonymous ? cat("there are no credentials for ", registry,
                                " in the auth files; give --authfile or --creds, or check the name")
                          : cat("the credentials for ", registry, " do not allow this"));
    case kNotFound:
      return Error::make(Kind::not_found, std::move(text)).hint("check the name and the tag");
    case kTooMany:
      return Error::make(Kind::system, std::move(text))
          .hint("the registry has had enough of us: wait, or log in");
    default:
      return Error::make(Kind::system, std::move(text));
  }
}

bool is_worth_another(const Error& error) {
  return error.kind() == Kind::system && error.err() != ECONNREFUSED && error.err() != ENOSPC &&
         error.err() != EDQUOT;
}

}  // namespace

struct Registry::State {
  image::Reference name;
  RegistryOptions options;
  Trust trust;
  std::string scheme = "https";
  std::mutex mutex;
  std::string token;  // of Bearer, for this repository
  bool basic = false;

  std::string url(std::string_view kind, std::string_view id) const {
    // Docker's registry has another name than its images.
    const std::string_view host =
        name.registry == "docker.io" ? "registry-1.docker.io" : std::string_view(name.registry);
    return cat(scheme, "://", host, "/v2/", name.path, "/", kind, "/", id);
  }

  Result<> choose_scheme();
  Result<std::string> fetch_token(const Challenge& challenge);
  /// True if another attempt may succeed now.
  Result<bool> authenticate(const HttpReply& reply, const std::string& tried);
  Result<HttpReply> ask(HttpCall call, std::string_view what,
                        const std::function<void(HttpCall&)>& before_each);
  Result<HttpReply> ask_once(HttpCall call);
};

Registry::Registry(std::unique_ptr<State> state) : state_(std::move(state)) {}
Registry::Registry(Registry&&) noexcept = default;
Registry& Registry::operator=(Registry&&) noexcept = default;
Registry::~Registry() = default;

// TLS always, except with a registry of this machine, or any other if nothing is to be verified, that does
// not know it.
Result<> Registry::State::choose_scheme() {
  if (options.verify_tls && !is_loopback(name.registry)) return {};
  bool plain = false;
  const HttpCall ping{.url = cat("https://", name.registry, "/v2/"), .most = kLongestAnswer};
  auto answer = perform(ping, trust, &plain);
  if (plain) scheme = "http";
  if (!answer && !plain) return fail(std::move(answer).error());
  return {};
}

Result<Registry> Registry::open(const image::Reference& name, RegistryOptions options) {
  auto state = std::make_unique<State>();
  state->name = name;
  state->trust = TRY(read_trust(name, options));
  state->options = std::move(options);
  TRY(state->choose_scheme());
  return Registry(std::move(state));
}

Result<std::string> Registry::State::fetch_token(const Challenge& challenge) {
  const Credentials& who = options.credentials;
  const std::string scope =
      challenge.scope.empty() ? cat("repository:", name.path, ":pull") : challenge.scope;
  HttpCall call{.most = kLongestAnswer};
  if (!challenge.realm.starts_with("https://") && !is_loopback(name.registry) && options.verify_tls)
    return fail(Error::make(Kind::system,
                            cat("the registry's token service is not https: ", quote(challenge.realm))));
  call.url = challenge.realm;
  const std::string query = cat("service=", escape_query(challenge.service), "&scope=", escape_query(scope));
  if (!who.identity_token.empty()) {
    call.form = cat("grant_type=refresh_token&client_id=masu&", query,
                    "&refresh_token=", escape_query(who.identity_token));
  } else {
    call.url += cat(call.url.find('?') == std::string::npos ? "?" : "&", query);
    if (!who.user.empty()) {
      call.url += cat("&client_id=masu&account=", escape_query(who.user));
      call.user_password = cat(who.user, ":", who.password);
    }
  }
  const HttpReply reply = TRY_IN(perform(call, trust), "get a token");
  if (reply.status != 200) return fail(refusal(reply, "get a token", challenge.realm, who.empty()));
  const json::Document document = TRY_IN(json::Document::parse(reply.body), "token");
  std::string out;
  TRY(json::Reader(document).optional("access_token", out));
  if (out.empty()) TRY(json::Reader(document).optional("token", out));
  if (out.empty() || out.find_first_of("\r\n") != std::string::npos)
    return fail(Error::make(Kind::system, cat("there is no token in the answer of ", challenge.realm)));
  return out;
}

Result<bool> Registry::State::authenticate(const HttpReply& reply, const std::string& tried) {
  const Challenge challenge = parse_challenge(reply.challenge);
  const std::lock_guard held(mutex);
  if (challenge.scheme == Challenge::Scheme::bearer) {
    if (token != tried) return true;  // another thread has got a new one
    token = TRY(fetch_token(challenge));
    return token != tried;
  }
  if (challenge.scheme != Challenge::Scheme::basic || basic || options.credentials.user.empty()) return false;
  basic = true;
  return true;
}

Result<HttpReply> Registry::State::ask_once(HttpCall call) {
  for (int attempt = 0;; ++attempt) {
    std::string tried;
    {
      const std::lock_guard held(mutex);
      tried = token;
      if (basic) call.user_password = cat(options.credentials.user, ":", options.credentials.password);
    }
    HttpCall with = call;
    if (!tried.empty()) with.headers.push_back(cat("Authorization: Bearer ", tried));
    HttpReply reply = TRY(perform(with, trust));
    if (reply.status != kUnauthorized || attempt == 2 || !TRY(authenticate(reply, tried))) return reply;
  }
}

Result<HttpReply> Registry::State::ask(HttpCall call, std::string_view what,
                                       const std::function<void(HttpCall&)>& before_each) {
  auto pause = kFirstPause;
  for (int attempt = 1;; ++attempt) {
    if (before_each) before_each(call);
    auto reply = ask_once(call);
    const bool again =
        reply ? reply->status == kTooMany || reply->status >= kServerError : is_worth_another(reply.error());
    if (reply && reply->status / 100 == 2) return reply;
    if (!again || attempt == kAttempts) {
      if (!reply) return fail(std::move(reply).error().within(std::string(what)));
      return fail(refusal(*reply, what, name.registry, options.credentials.empty()));
    }
    const std::chrono::seconds asked(reply ? std::clamp(reply->retry_after, 0, kLongestPause) : 0);
    std::this_thread::sleep_for(std::max<std::chrono::milliseconds>(pause, asked));
    pause *= 2;
  }
}

Result<Registry::Document> Registry::manifest(const std::string& tag_or_digest) {
  HttpCall call{.url = state_->url("manifests", tag_or_digest), .most = image::kLongestManifest};
  call.headers = {cat("Accept: ", image::kOciIndex, ", ", image::kOciManifest, ", ", image::kDockerList, ", ",
                      image::kDockerManifest)};
  const HttpReply reply = TRY(state_->ask(call, cat("manifest ", quote(tag_or_digest)), {}));
  Document out{
      .text = reply.body, .media_type = image::media_type_of(reply.body), .digest = sha256(reply.body)};
  if (out.media_type.empty()) out.media_type = reply.content_type;
  if (!image::is_index(out.media_type) && !image::is_manifest(out.media_type))
    return fail(Error::make(Kind::unsupported,
                            cat("manifest ", quote(tag_or_digest), " is of the type ", quote(out.media_type),
                                ", which is neither OCI's nor Docker's schema 2")));
  if (const auto wanted = image::Digest::parse(tag_or_digest); wanted) {
    Hash hash = TRY(Hash::make(wanted->algorithm()));
    hash.update(out.text);
    if (const image::Digest found = hash.finish(); found != *wanted)
      return fail(Error::make(Kind::invalid_spec, cat("manifest ", wanted->text(),
                                                      " has another content: its digest is ", found.text())));
  }
  return out;
}

Result<> Registry::blob(const image::Descriptor& what, NewBlob& blob) {
  HttpCall call{.url = state_->url("blobs", what.digest.text())};
  call.take = [&blob, &call](int status, std::string_view bytes) -> Result<> {
    if (status != kPartial && call.from > 0) {  // the whole again: the server knows no ranges
      TRY(blob.start_over());
      call.from = 0;
    }
    return blob.write(bytes);
  };
  // A break after some progress is gone on with where it was.
  auto done = state_->ask(call, cat("blob ", what.digest.text()),
                          [&](HttpCall& next) { next.from = call.from = blob.offset(); });
  if (!done) return fail(std::move(done).error());
  return {};
}

}  // namespace masu::transfer
