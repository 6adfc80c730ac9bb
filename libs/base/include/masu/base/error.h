// SPDX-License-Identifier: Apache-2.0
//
// Errors as values. An Error says which step failed on which object, why (errno), of which kind it is, and
// what the reader can do about it. It is one pointer wide, so Result<> costs nothing on success; it allocates
// only on failure.
#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace masu {

/// What sort of failure this is; callers match on this or on errno families, never on text.
enum class Kind {
  system,         ///< the kernel refused; err() is its errno
  invalid_spec,   ///< config.json or another document breaks its rules; path() is the JSON path
  invalid_state,  ///< the container is in the wrong state for the command
  not_found,      ///< the container (or other named object) does not exist
  exists,         ///< the name is taken
  usage,          ///< the command line is wrong
  unsupported,    ///< valid, but this build or this kernel cannot do it
  timeout,        ///< a wait ended without its event
  internal,       ///< a broken promise of our own code
};

class [[nodiscard]] Error {
 public:
  /// A failed system call: `what` names step and object ("open '/sys/fs/cgroup'"), the errno text is added in
  /// print.
  static Error sys(int err, std::string what);
  static Error make(Kind kind, std::string what);
  /// A refused document: `path` is the JSON path of the value ("linux.resources.memory.limit").
  static Error spec(std::string path, std::string what);

  /// Adds an outer frame ("create 'web'"): frames print outermost first.
  Error within(std::string frame) &&;
  /// One sentence on what the user can do. The innermost hint wins.
  Error hint(std::string text) &&;
  /// The JSON path of the config value that asked for the failed step ("mounts[3]").
  Error at(std::string json_path) &&;
  Error as(Kind kind) &&;
  /// For who waits in the foreground: this exit code instead of the command's own for failures; none takes it
  /// back.
  Error exits(std::optional<int> code) &&;

  int err() const { return data_->err; }
  Kind kind() const { return data_->kind; }
  const std::string& hint_text() const { return data_->hint; }
  const std::string& path() const { return data_->path; }
  std::optional<int> exit_code() const { return data_->exit_code; }
  /// One line: "frame: what: Operation not permitted (EPERM) [path]"; without the hint.
  std::string message() const;

 private:
  struct Data {
    int err = 0;
    Kind kind = Kind::internal;
    std::string what;
    std::string frames;
    std::string hint;
    std::string path;
    std::optional<int> exit_code;
  };
  explicit Error(std::unique_ptr<Data> data) : data_(std::move(data)) {}
  std::unique_ptr<Data> data_;
};

template <class T = void>
using Result = std::expected<T, Error>;

/// Returns an error from a function whose result is a Result<T>.
inline std::unexpected<Error> fail(Error error) { return std::unexpected<Error>(std::move(error)); }

/// "system", "invalid_spec" …: the `kind` field of the JSON log.
std::string_view kind_name(Kind kind);

}  // namespace masu
