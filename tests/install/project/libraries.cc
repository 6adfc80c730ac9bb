// SPDX-License-Identifier: Apache-2.0
//
// Calls something of every library; prints "CAP_KILL 1 1 1 5 0".
#include <masu/base/text.h>
#include <masu/base/try.h>
#include <masu/cgroups/layout.h>
#include <masu/cli/env.h>
#include <masu/container/container.h>
#include <masu/dbus/signature.h>
#include <masu/json/value.h>
#include <masu/seccomp/compile.h>
#include <masu/spec/names.h>
#include <masu/sys/fd.h>

namespace {

masu::Result<std::string> describe() {
  const auto document = TRY(masu::json::Document::parse("{\"capability\": 5}"));
  const auto number = document.root().find("capability");
  const auto capability = masu::text::parse_int<int>(number ? number->text() : "").value_or(-1);
  const auto layout = TRY(masu::cgroups::detect_layout());
  const auto program = TRY(masu::seccomp::compile({}, masu::seccomp::Host::probe()));
  const auto state = masu::container::state({.root = "/nonexistent"}, "nobody");
  const bool nobody = !state && state.error().kind() == masu::Kind::not_found;
  return masu::cat(masu::spec::find_name(masu::spec::capabilities(), capability), " ",
                   layout.hierarchies.empty() ? 0 : 1, " ", program.code.empty() ? 0 : 1, " ", nobody ? 1 : 0,
                   " ", masu::dbus::first_type("a{sv}u"), " ", masu::sys::Fd().valid() ? 1 : 0);
}

}  // namespace

int main() {
  const masu::cli::Env env;
  auto text = describe();
  return text && env.print(*text) ? 0 : 1;
}
