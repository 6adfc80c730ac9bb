// SPDX-License-Identifier: Apache-2.0
#include "auth_file.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/json/reader.h"
#include "masu/json/writer.h"
#include "masu/sys/process.h"
#include "masu/sys/raw.h"

#include <array>
#include <cerrno>
#include <cstdlib>

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

namespace masu::transfer {
namespace {

constexpr std::int64_t kPatience = 60'000'000'000;  // it may ask its user
constexpr std::size_t kMostOutput = std::size_t{1} << 20;

Result<std::string> find_helper(std::string_view name) {
  if (name.empty() || name.find_first_of("/.") != std::string_view::npos)
    return fail(Error::make(Kind::invalid_spec, cat("the credential helper ", quote(name), " is no name")));
  const char* path = secure_getenv("PATH");
  for (const std::string_view folder :
       text::split(path != nullptr ? path : "/usr/local/bin:/usr/bin:/bin", ':')) {
    std::string program = cat(folder, "/docker-credential-", name);
    if (!folder.empty() && access(program.c_str(), X_OK) == 0) return program;
  }
  return fail(
      Error::make(Kind::not_found, cat("the credential helper docker-credential-", name, " is not there"))
          .hint("an auth file names it: install it, or take it out there"));
}

struct Answer {
  int code = 0;
  std::string text;
};

// stdin and stdout are memory, so that nobody has to pump pipes.
Result<Answer> run(std::string_view name, const char* verb, std::string_view input) {
  const auto frame = [&] { return cat("docker-credential-", name, " ", verb); };
  std::string program = TRY(find_helper(name));
  const sys::Fd in(memfd_create("input", MFD_CLOEXEC)), out(memfd_create("output", MFD_CLOEXEC));
  if (!in.valid() || !out.valid()) return fail(Error::sys(errno, "memfd_create"));
  TRY(sys::write_all(in.get(), input));
  (void)lseek(in.get(), 0, SEEK_SET);
  std::string verb_text = verb;
  const std::array<char*, 3> argv = {program.data(), verb_text.data(), nullptr};
  int pidfd = -1, status = 0;
  const long pid = sys::spawn({.path = program.c_str(),
                               .argv = argv.data(),
                               .envp = environ,
                               .stdin_fd = in.get(),
                               .stdout_fd = out.get(),
                               .dies_with_parent = true},
                              &pidfd);
  if (pid < 0) return fail(Error::sys(static_cast<int>(-pid), frame()));
  const sys::Fd process(pidfd);
  if (sys::wait_spawned(pidfd, sys::raw::monotonic_ns() + kPatience, &status) < 0)
    return fail(Error::make(Kind::timeout, cat(frame(), ": no answer within a minute")));
  (void)lseek(out.get(), 0, SEEK_SET);
  return Answer{WIFEXITED(status) ? WEXITSTATUS(status) : 128, TRY(sys::read_all(out.get(), kMostOutput))};
}

// Helpers know Docker's registry by its URL.
std::string server(std::string_view registry) {
  return std::string(registry == "docker.io" ? "https://index.docker.io/v1/" : registry);
}

Error failed(std::string_view name, const char* verb, const Answer& answer) {
  return Error::make(Kind::system, cat("docker-credential-", name, " ", verb, " failed with ", answer.code,
                                       answer.text.empty() ? "" : ": ", text::trim(answer.text)));
}

}  // namespace

Result<Credentials> ask_helper(std::string_view name, std::string_view registry) {
  const Answer answer = TRY(run(name, "get", server(registry)));
  if (answer.code != 0) {
    if (answer.text.find("not found") != std::string::npos) return Credentials{};
    return fail(failed(name, "get", answer));
  }
  const json::Document document = TRY_IN(json::Document::parse(answer.text), cat("docker-credential-", name));
  const json::Reader in(document);
  Credentials out;
  std::string secret;
  TRY_IN(in.require("Username", out.user), cat("docker-credential-", name));
  TRY_IN(in.require("Secret", secret), cat("docker-credential-", name));
  if (out.user == "<token>") return Credentials{.user = {}, .password = {}, .identity_token = secret};
  out.password = std::move(secret);
  return out;
}

Result<> tell_helper(std::string_view name, std::string_view registry, const Credentials& credentials) {
  std::string text;
  json::Writer out(text);
  out.begin_object().member("ServerURL", server(registry)).member("Username", credentials.user);
  out.member("Secret", credentials.password).end_object();
  const Answer answer = TRY(run(name, "store", text));
  if (answer.code != 0) return fail(failed(name, "store", answer));
  return {};
}

Result<> erase_from_helper(std::string_view name, std::string_view registry) {
  const Answer answer = TRY(run(name, "erase", server(registry)));
  if (answer.code != 0 && answer.text.find("not found") == std::string::npos)
    return fail(failed(name, "erase", answer));
  return {};
}

}  // namespace masu::transfer
