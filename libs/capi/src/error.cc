// SPDX-License-Identifier: Apache-2.0
//
// masu_error: what a failed call tells.
#include "objects.h"

const char* masu_version(void) { return MASU_VERSION; }

const char* masu_error_message(const masu_error* error) { return error->message.c_str(); }

masu_kind masu_error_kind(const masu_error* error) {
  using masu::Kind;
  switch (error->error.kind()) {
    case Kind::system:
      return MASU_KIND_SYSTEM;
    case Kind::invalid_spec:
      return MASU_KIND_INVALID_SPEC;
    case Kind::invalid_state:
      return MASU_KIND_INVALID_STATE;
    case Kind::not_found:
      return MASU_KIND_NOT_FOUND;
    case Kind::exists:
      return MASU_KIND_EXISTS;
    case Kind::usage:
      return MASU_KIND_USAGE;
    case Kind::unsupported:
      return MASU_KIND_UNSUPPORTED;
    case Kind::timeout:
      return MASU_KIND_TIMEOUT;
    case Kind::internal:
      break;
  }
  return MASU_KIND_INTERNAL;
}

int masu_error_errno(const masu_error* error) { return error->error.err(); }

const char* masu_error_hint(const masu_error* error) { return error->error.hint_text().c_str(); }

const char* masu_error_path(const masu_error* error) { return error->error.path().c_str(); }

void masu_error_free(masu_error* error) { delete error; }
