// SPDX-License-Identifier: Apache-2.0
#include "masu/transfer/registry.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/json/reader.h"
#include "masu/transfer/hash.h"
#include "session.h"

namespace masu::transfer {
namespace {

constexpr int kPartial = 206, kCreated = 201, kNotFound = 404;
constexpr std::size_t kLongestAnswer = std::size_t{1} << 20;
constexpr std::size_t kMostTags = 100'000;
constexpr std::uint64_t kProgress = std::uint64_t{1} << 20;  // with as much, an attempt was none in vain

// On from where it is.
Result<> take_blob(Session& session, const std::string& url, const image::Descriptor& what, NewBlob& blob) {
  HttpCall call{.url = url};
  call.take = [&blob, &call](int status, std::string_view bytes) -> Result<> {
    if (status != kPartial && call.from > 0) {  // the whole again: the server knows no ranges
      TRY(blob.start_over());
      call.from = 0;
    }
    return blob.write(bytes);
  };
  std::uint64_t last = blob.offset();
  // A break after some progress is gone on with where it was.
  TRY(session.ask(call, cat("blob ", what.digest.text()), [&](HttpCall& next) {
    next.from = call.from = blob.offset();
    return blob.offset() >= std::exchange(last, blob.offset()) + kProgress;
  }));
  return {};
}

}  // namespace

struct Registry::State {
  std::unique_ptr<Session> session;
};

Registry::Registry(std::unique_ptr<State> state) : state_(std::move(state)) {}
Registry::Registry(Registry&&) noexcept = default;
Registry& Registry::operator=(Registry&&) noexcept = default;
Registry::~Registry() = default;

Result<Registry> Registry::open(const image::Reference& name, RegistryOptions options) {
  auto state = std::make_unique<State>();
  state->session = TRY(Session::open(name, std::move(options)));
  return Registry(std::move(state));
}

Result<Registry::Document> Registry::manifest(const std::string& tag_or_digest) {
  Session& session = *state_->session;
  HttpCall call{.url = session.url("manifests", tag_or_digest), .most = image::kLongestManifest};
  call.headers = {cat("Accept: ", image::kOciIndex, ", ", image::kOciManifest, ", ", image::kDockerList, ", ",
                      image::kDockerManifest)};
  const HttpReply reply = TRY(session.ask(call, cat("manifest ", quote(tag_or_digest))));
  Document out{
      .text = reply.body, .media_type = image::media_type_of(reply.body), .digest = sha256(reply.body)};
  if (out.media_type.empty()) out.media_type = reply.content_type;
  if (reply.content_type.find(".v1+prettyjws") != std::string::npos ||
      reply.content_type == "application/vnd.docker.distribution.manifest.v1+json")
    return fail(Error::make(Kind::unsupported, cat("manifest ", quote(tag_or_digest),
                                                   " is of Docker's schema 1, which is not supported"))
                    .hint("push the image again with a current tool: schema 1 was given up in 2019"));
  if (!image::is_index(out.media_type) && !image::is_manifest(out.media_type))
    return fail(Error::make(Kind::unsupported,
                            cat("manifest ", quote(tag_or_digest), " is of the type ", quote(out.media_type),
                                ", which is neither OCI's nor Docker's schema 2")));
  const auto wanted = image::Digest::parse(tag_or_digest);
  if (!wanted) return out;
  Hash hash = TRY(Hash::make(wanted->algorithm()));
  hash.update(out.text);
  if (const image::Digest found = hash.finish(); found != *wanted)
    return fail(Error::make(Kind::invalid_spec, cat("manifest ", wanted->text(),
                                                    " has another content: its digest is ", found.text()))
                    .hint("the registry, or something on the way to it, is not to be trusted"));
  return out;
}

// A layer that may not be handed on is elsewhere, if the registry does not have it.
Result<> Registry::blob(const image::Descriptor& what, NewBlob& blob) {
  Session& session = *state_->session;
  auto done = take_blob(session, session.url("blobs", what.digest.text()), what, blob);
  if (done || done.error().kind() != Kind::not_found || !what.is_nondistributable()) return done;
  for (const std::string& url : what.urls) {
    if (!session.may_ask(url)) continue;
    done = take_blob(session, url, what, blob);
    if (done) return done;
  }
  return fail(std::move(done).error().hint(
      "the layer may not be handed on by registries, and was at none of the addresses (urls) it names"));
}

Result<> Registry::ping() {
  Session& session = *state_->session;
  TRY(session.ask({.url = session.base(), .most = kLongestAnswer}, "log in"));
  return {};
}

Result<std::vector<std::string>> Registry::tags() {
  Session& session = *state_->session;
  std::vector<std::string> out;
  std::string url = session.url("tags", "list");
  while (!url.empty()) {
    const HttpReply reply = TRY(session.ask({.url = url, .most = kLongestAnswer}, "list of tags"));
    const json::Document document = TRY_IN(json::Document::parse(reply.body), "list of tags");
    std::vector<std::string> some;
    TRY_IN(json::Reader(document).optional("tags", some), "list of tags");
    out.insert(out.end(), some.begin(), some.end());
    if (out.size() > kMostTags)
      return fail(Error::make(Kind::unsupported, "the repository has more than 100000 tags"));
    url = some.empty() || reply.next == url ? std::string() : reply.next;
  }
  return out;
}

Result<bool> Registry::send(const image::Descriptor& what, int file, const std::string& from,
                            const std::function<void(std::uint64_t)>& moved) {
  Session& session = *state_->session;
  const std::string label = cat("send blob ", what.digest.text());
  const HttpReply there = TRY(
      session.ask({.url = session.url("blobs", what.digest.text()), .method = "HEAD"}, label, {}, kNotFound));
  if (there.status != kNotFound) return false;
  std::string start = session.url("blobs", "uploads/");
  if (!from.empty()) start += cat("?mount=", escape_query(what.digest.text()), "&from=", escape_query(from));
  const auto begin = [&]() -> Result<HttpReply> {
    return session.ask({.url = start, .method = "POST", .most = kLongestAnswer}, label);
  };
  const HttpReply begun = TRY(begin());
  if (begun.status == kCreated) return false;  // mounted
  std::string location = begun.location;
  std::optional<Error> failure;
  bool first = true;
  // An upload that broke off is not there any more, to some registries: each attempt has its own.
  auto put = session.ask({.url = location,
                          .method = "PUT",
                          .file = file,
                          .file_size = what.size,
                          .most = kLongestAnswer,
                          .sent = moved},
                         label, [&](HttpCall& next) {
                           if (!std::exchange(first, false)) {
                             auto anew = begin();
                             if (anew)
                               location = anew->location;
                             else
                               failure = std::move(anew).error();
                           }
                           next.url = cat(location, location.find('?') == std::string::npos ? "?" : "&",
                                          "digest=", escape_query(what.digest.text()));
                           next.headers = {"Content-Type: application/octet-stream"};
                           return false;
                         });
  if (failure) return fail(std::move(*failure));
  if (!put) return fail(std::move(put).error());
  return true;
}

Result<> Registry::send_manifest(const std::string& tag_or_digest, const std::string& text,
                                 const std::string& media_type) {
  Session& session = *state_->session;
  HttpCall call{
      .url = session.url("manifests", tag_or_digest), .method = "PUT", .body = text, .most = kLongestAnswer};
  call.headers = {cat("Content-Type: ", media_type)};
  const HttpReply reply = TRY(session.ask(call, cat("send manifest ", quote(tag_or_digest))));
  const image::Digest ours = sha256(text);
  if (reply.digest.empty() || reply.digest == ours.text()) return {};
  return fail(Error::make(Kind::invalid_spec, cat("the registry has put the manifest under ", reply.digest,
                                                  ", and its digest is ", ours.text())));
}

}  // namespace masu::transfer
