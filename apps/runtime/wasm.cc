// SPDX-License-Identifier: Apache-2.0
#include "wasm.h"

#include "masu/base/text.h"
#include "masu/base/try.h"

#include <cerrno>
#include <cstdlib>
#include <optional>
#include <string>

#include <unistd.h>

namespace masu::runtime {

constinit OpenWorkload open_workload = nullptr;

namespace {

constexpr char kProgramName[] = "masu-runtime-wasm";

std::optional<std::string> in_path(const cli::Env& env, std::string_view name) {
  for (const std::string_view folder : text::split(env.variable("PATH"), ':'))
    if (std::string path = cat(folder, "/", name); folder.starts_with('/') && access(path.c_str(), X_OK) == 0)
      return path;
  return std::nullopt;
}

// Where this program was called from; /proc/self/exe is a protected copy.
std::string own_folder(const cli::Env& env) {
  std::string called = env.words.empty() ? "" : env.words.front();
  if (called.find('/') == std::string::npos) called = in_path(env, called).value_or("");
  char* real = realpath(called.c_str(), nullptr);
  std::string folder = real != nullptr ? real : "";
  std::free(real);
  folder.resize(folder.empty() ? 0 : folder.rfind('/'));
  return folder;
}

std::optional<std::string> find_sibling(const cli::Env& env) {
  if (const std::string folder = own_folder(env); !folder.empty())
    for (std::string path : {cat(folder, "/", kProgramName), cat(folder, "/../libexec/masu/", kProgramName)})
      if (access(path.c_str(), X_OK) == 0) return path;
  return in_path(env, kProgramName);
}

Error hand_over(const cli::Env& env) {
  const auto program = find_sibling(env);
  if (!program)
    return Error::make(Kind::unsupported, cat(kProgramName, " is not installed"))
        .hint(cat("it belongs beside masu-runtime, or into a folder of PATH"));
  (void)execve(program->c_str(), const_cast<char* const*>(env.words.data()),
               const_cast<char* const*>(env.variables));
  return Error::sys(errno, cat("execute ", quote(*program)));
}

}  // namespace

container::FindWorkload workload_finder(const cli::Env& env) {
  return [&env](std::string_view engine) -> Result<const container::Workload*> {
    if (open_workload == nullptr) return fail(hand_over(env));
    return open_workload(engine, env);
  };
}

}  // namespace masu::runtime
