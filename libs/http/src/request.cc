// SPDX-License-Identifier: Apache-2.0
#include "masu/http/request.h"

#include "masu/base/text.h"

#include <llhttp.h>

namespace masu::http {
namespace {

constexpr int kUriTooLong = 414;
constexpr int kContentTooLarge = 413;
constexpr int kFieldsTooLarge = 431;

}  // namespace

struct RequestParser::State {
  explicit State(Limits given) : limits(given) { reset(); }

  void reset();
  int refuse(int status, std::string reason);
  int add(std::string& to, const char* at, std::size_t size, int status);
  int finish_target();
  int finish();

  Limits limits;
  llhttp_t parser{};
  Request request;
  std::string target, name, value;
  std::size_t head = 0;
  bool begun = false;
  bool complete = false;
  Refusal refusal;
};

int RequestParser::State::refuse(int status, std::string reason) {
  refusal = {status, std::move(reason)};
  return -1;
}

int RequestParser::State::add(std::string& to, const char* at, std::size_t size, int status) {
  if (size > limits.head - head)
    return refuse(status, cat("more than ", limits.head, " bytes before the body"));
  head += size;
  to.append(at, size);
  return 0;
}

int RequestParser::State::finish_target() {
  const auto mark = target.find('?');
  auto path = unescape(std::string_view(target).substr(0, mark), false);
  if (!path) return refuse(400, path.error().message());
  request.path = std::move(*path);
  if (!request.path.starts_with('/')) return refuse(400, "the target is no path");
  if (mark == std::string::npos) return 0;
  auto query = Form::parse(std::string_view(target).substr(mark + 1));
  if (!query) return refuse(400, query.error().message());
  request.query = std::move(*query);
  return 0;
}

int RequestParser::State::finish() {
  request.method = llhttp_method_name(static_cast<llhttp_method_t>(llhttp_get_method(&parser)));
  request.keep_alive = llhttp_should_keep_alive(&parser) != 0;
  request.upgrade = llhttp_get_upgrade(&parser) != 0;
  complete = true;
  return HPE_PAUSED;
}

void RequestParser::State::reset() {
  static const llhttp_settings_t kSettings = [] {
    static constexpr auto kSelf = [](llhttp_t* of) { return static_cast<State*>(of->data); };
    llhttp_settings_t settings;
    llhttp_settings_init(&settings);
    settings.on_message_begin = [](llhttp_t* of) {
      kSelf(of)->begun = true;
      return 0;
    };
    settings.on_url = [](llhttp_t* of, const char* at, std::size_t size) {
      State& state = *kSelf(of);
      return state.add(state.target, at, size, kUriTooLong);
    };
    settings.on_url_complete = [](llhttp_t* of) { return kSelf(of)->finish_target(); };
    settings.on_header_field = [](llhttp_t* of, const char* at, std::size_t size) {
      State& state = *kSelf(of);
      return state.add(state.name, at, size, kFieldsTooLarge);
    };
    settings.on_header_value = [](llhttp_t* of, const char* at, std::size_t size) {
      State& state = *kSelf(of);
      return state.add(state.value, at, size, kFieldsTooLarge);
    };
    settings.on_header_value_complete = [](llhttp_t* of) {
      State& state = *kSelf(of);
      for (char& c : state.name)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
      state.request.fields.emplace_back(std::move(state.name), std::move(state.value));
      state.name.clear();
      state.value.clear();
      return 0;
    };
    settings.on_body = [](llhttp_t* of, const char* at, std::size_t size) {
      State& state = *kSelf(of);
      if (size > state.limits.body - state.request.body.size())
        return state.refuse(kContentTooLarge, cat("more than ", state.limits.body, " bytes of content"));
      state.request.body.append(at, size);
      return 0;
    };
    settings.on_message_complete = [](llhttp_t* of) { return kSelf(of)->finish(); };
    return settings;
  }();
  llhttp_init(&parser, HTTP_REQUEST, &kSettings);
  parser.data = this;
  request = {};
  target.clear();
  name.clear();
  value.clear();
  head = 0;
  begun = complete = false;
}

RequestParser::RequestParser(Limits limits) : state_(std::make_unique<State>(limits)) {}
RequestParser::RequestParser(RequestParser&&) noexcept = default;
RequestParser& RequestParser::operator=(RequestParser&&) noexcept = default;
RequestParser::~RequestParser() = default;

RequestParser::Outcome RequestParser::feed(std::string_view bytes, std::size_t* used) {
  State& state = *state_;
  const llhttp_errno_t error = llhttp_execute(&state.parser, bytes.data(), bytes.size());
  *used = bytes.size();
  if (state.complete) {
    *used = static_cast<std::size_t>(llhttp_get_error_pos(&state.parser) - bytes.data());
    return Outcome::complete;
  }
  if (error == HPE_OK) return Outcome::more;
  if (state.refusal.reason.empty()) {
    const char* reason = llhttp_get_error_reason(&state.parser);
    state.refusal.reason = reason != nullptr && *reason != '\0' ? reason : llhttp_errno_name(error);
  }
  return Outcome::refused;
}

bool RequestParser::begun() const { return state_->begun && !state_->complete; }

Request RequestParser::take() {
  Request request = std::move(state_->request);
  state_->reset();
  return request;
}

const Refusal& RequestParser::refusal() const { return state_->refusal; }

std::string_view Request::field(std::string_view name) const {
  for (const auto& [key, value] : fields)
    if (key == name) return value;
  return {};
}

}  // namespace masu::http
