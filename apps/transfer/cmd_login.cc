// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "globals.h"
#include "image_tables.h"
#include "masu/base/scope_exit.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/sys/fd.h"
#include "masu/transfer/login.h"

#include <termios.h>
#include <unistd.h>

namespace masu::manager {
namespace {

constexpr std::string_view kHub = "docker.io";

// "https://registry.example/" is registry.example; a path is for the file, and has no registry of its own.
Result<image::Reference> registry_of(const cli::Call& call) {
  std::string_view text = call.arguments.positional(0, kHub);
  for (const std::string_view scheme : {"https://", "http://"})
    if (text.starts_with(scheme)) text.remove_prefix(scheme.size());
  while (text.ends_with('/')) text.remove_suffix(1);
  if (text.find('/') != std::string_view::npos)
    return fail(Error::make(Kind::usage, cat(quote(text), " is no registry: expected HOST[:PORT]")));
  image::Reference out;
  out.registry = text == "index.docker.io" ? kHub : text;
  if (text == "localhost" || out.registry == kHub) return out;
  const auto checked = image::Reference::parse(cat(text, "/x"));  // says what is wrong with a host
  if (checked && checked->registry == text) return out;
  return fail(Error::make(Kind::usage, cat(quote(text), " is no registry: expected HOST[:PORT]")));
}

// A line from the terminal; a password is not shown.
Result<std::string> ask(std::string_view prompt, bool hidden) {
  if (isatty(STDIN_FILENO) == 0)
    return fail(
        Error::make(Kind::usage, "stdin is no terminal to ask at").hint("give -u NAME and --password-stdin"));
  (void)cli::Env{.out = STDERR_FILENO}.print(prompt);
  termios before{};
  (void)tcgetattr(STDIN_FILENO, &before);
  termios quiet = before;
  if (hidden) quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
  const ScopeExit restore([&before, hidden] {
    (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    if (hidden) (void)cli::Env{.out = STDERR_FILENO}.print("\n");
  });
  std::string line;
  for (char c = 0; read(STDIN_FILENO, &c, 1) == 1 && c != '\n';) line += c;
  return line;
}

Result<transfer::Credentials> given_credentials(const cli::Call& call) {
  const auto& given = call.arguments;
  transfer::Credentials out{
      .user = std::string(given.value(kUsername)), .password = {}, .identity_token = {}};
  if (given.has(kPasswordStdin) && given.has(kPassword))
    return fail(Error::make(Kind::usage, "--password and --password-stdin exclude each other"));
  if (given.has(kPasswordStdin) && out.user.empty())
    return fail(Error::make(Kind::usage, "--password-stdin needs a name").hint("give it by -u"));
  if (out.user.empty()) out.user = TRY(ask("Username: ", false));
  if (given.has(kPassword)) {
    out.password = given.value(kPassword);
  } else if (given.has(kPasswordStdin)) {
    out.password = TRY_IN(sys::read_all(STDIN_FILENO, std::size_t{1} << 16), "--password-stdin");
    while (out.password.ends_with('\n') || out.password.ends_with('\r')) out.password.pop_back();
  } else {
    out.password = TRY(ask("Password: ", true));
  }
  if (out.user.empty() || out.password.empty())
    return fail(Error::make(Kind::usage, "neither name nor password may be empty"));
  if (out.user.find(':') != std::string::npos)
    return fail(Error::make(Kind::usage, "a name has no colon in it"));
  return out;
}

Result<> try_out(const cli::Call& call, const image::Reference& registry, transfer::Credentials credentials) {
  transfer::RegistryOptions options = TRY(registry_options(call));
  options.credentials = std::move(credentials);
  const auto frame = [&registry] { return cat("login ", registry.registry); };
  auto opened = TRY_IN(transfer::Registry::open(registry, std::move(options)), frame());
  TRY_IN(opened.ping(), frame());
  return {};
}

}  // namespace

Result<int> run_login(const cli::Call& call) {
  const image::Reference registry = TRY(registry_of(call));
  if (call.arguments.has(kGetLogin)) {
    const auto known =
        TRY(transfer::find_credentials(call.env, call.arguments.value(kAuthFile), registry.registry));
    if (known.empty()) return fail(Error::make(Kind::not_found, cat("not logged into ", registry.registry)));
    TRY(call.env.print(cat(known.user.empty() ? "<token>" : known.user, "\n")));
    return 0;
  }
  const std::string path = TRY(transfer::own_auth_file(call.env, call.arguments.value(kAuthFile)));
  const transfer::Credentials credentials = TRY(given_credentials(call));
  TRY(try_out(call, registry, credentials));
  TRY(transfer::keep_credentials(path, registry.registry, credentials));
  TRY(call.env.print("Login Succeeded!\n"));
  return 0;
}

Result<int> run_logout(const cli::Call& call) {
  const std::string path = TRY(transfer::own_auth_file(call.env, call.arguments.value(kAuthFile)));
  if (call.arguments.has(kLogoutAll)) {
    TRY(transfer::forget_all_credentials(path));
    TRY(call.env.print("Removed the credentials for all registries\n"));
    return 0;
  }
  const image::Reference registry = TRY(registry_of(call));
  if (!TRY(transfer::forget_credentials(path, registry.registry)))
    return fail(Error::make(Kind::not_found, cat("not logged into ", registry.registry))
                    .hint(cat("there is nothing about it in ", path)));
  TRY(call.env.print(cat("Removed login credentials for ", registry.registry, "\n")));
  return 0;
}

}  // namespace masu::manager
