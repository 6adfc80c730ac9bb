// SPDX-License-Identifier: Apache-2.0
//
// What checkpoint and restore have in common around CRIU: directories, options, namespaces, the words of a
// failure.
#pragma once

#include "masu/base/error.h"
#include "masu/container/checkpoint.h"
#include "masu/criu/message.h"
#include "masu/sys/fd.h"

#include <string>
#include <string_view>
#include <vector>

namespace masu::container {

/// Beside the images: what the standard streams were when the container was made, as a JSON list of
/// "pipe:[1234]" and the like. The name and the form are runc's and crun's.
inline constexpr char kDescriptorsFile[] = "descriptors.json";

std::string descriptors_to_json(const std::vector<std::string>& descriptors);
Result<std::vector<std::string>> parse_descriptors(std::string_view text);

/// The names by which a namespace that is not the container's own is known to both sides: runc's.
struct ExternalNamespace {
  std::uint64_t type;
  std::string_view name;  ///< "net"
  std::string_view key;   ///< "extRootNetNS"
};
/// Null for a type that CRIU cannot leave alone.
const ExternalNamespace* find_external(std::uint64_t type);

/// The directories of a call.
class CriuDirectories {
 public:
  enum class Missing { make, refuse };
  static Result<CriuDirectories> open(const CriuOptions& options, Missing images);

  int images() const { return images_.get(); }
  /// Fills in where CRIU finds them; a log of an earlier call is removed.
  void put(criu::Options& options, const std::string& log_file) const;
  /// The error of a failed call, with the line of the log that says why, and where the log is.
  Error explain(Error error, const std::string& log_file) const;

 private:
  int log_dir() const { return work_.valid() ? work_.get() : images_.get(); }

  sys::Fd images_;
  sys::Fd work_;
  std::string log_path_;
};

/// What both ways ask alike. `annotations` may name a file of settings.
criu::Options common_options(const CriuOptions& options, const spec::Annotations& annotations);

/// CRIU needs root, and to work at all. Yields its version.
Result<criu::Version> check_criu(const CriuOptions& options);

}  // namespace masu::container
