// SPDX-License-Identifier: Apache-2.0
#include "masu/base/error.h"

#include "masu/base/errno_name.h"
#include "masu/base/text.h"

namespace masu {

Error Error::sys(int err, std::string what) {
  auto data = std::make_unique<Data>();
  data->err = err;
  data->kind = Kind::system;
  data->what = std::move(what);
  return Error(std::move(data));
}

Error Error::make(Kind kind, std::string what) {
  auto data = std::make_unique<Data>();
  data->kind = kind;
  data->what = std::move(what);
  return Error(std::move(data));
}

Error Error::spec(std::string path, std::string what) {
  auto data = std::make_unique<Data>();
  data->kind = Kind::invalid_spec;
  data->what = std::move(what);
  data->path = std::move(path);
  return Error(std::move(data));
}

Error Error::within(std::string frame) && {
  data_->frames = data_->frames.empty() ? std::move(frame) : cat(frame, ": ", data_->frames);
  return std::move(*this);
}

Error Error::hint(std::string text) && {
  if (data_->hint.empty()) data_->hint = std::move(text);
  return std::move(*this);
}

Error Error::at(std::string json_path) && {
  if (data_->path.empty()) data_->path = std::move(json_path);
  return std::move(*this);
}

Error Error::as(Kind kind) && {
  data_->kind = kind;
  return std::move(*this);
}

Error Error::exits(std::optional<int> code) && {
  data_->exit_code = code;
  return std::move(*this);
}

std::string Error::message() const {
  std::string out = data_->frames;
  if (!out.empty()) out += ": ";
  // A refused value reads "linux.resources.memory.limit: -5 is …"; elsewhere the path follows as the place to
  // look.
  const bool path_first = data_->kind == Kind::invalid_spec && data_->err == 0;
  if (path_first && !data_->path.empty()) out += data_->path + ": ";
  out += data_->what;
  if (data_->err != 0) {
    out += cat(": ", errno_text(data_->err));
    if (auto name = errno_name(data_->err); !name.empty()) out += cat(" (", name, ")");
  }
  if (!path_first && !data_->path.empty()) out += cat(" [", data_->path, "]");
  return out;
}

std::string_view kind_name(Kind kind) {
  switch (kind) {
    case Kind::system:
      return "system";
    case Kind::invalid_spec:
      return "invalid_spec";
    case Kind::invalid_state:
      return "invalid_state";
    case Kind::not_found:
      return "not_found";
    case Kind::exists:
      return "exists";
    case Kind::usage:
      return "usage";
    case Kind::unsupported:
      return "unsupported";
    case Kind::timeout:
      return "timeout";
    case Kind::internal:
      return "internal";
  }
  return "internal";
}

}  // namespace masu
