// SPDX-License-Identifier: Apache-2.0
//
// What is known of containers: state, list, pids.
#include "masu/base/try.h"
#include "objects.h"

namespace container = masu::container;
using namespace masu::capi;

namespace {

masu::Result<std::vector<masu_state>> list(const container::Context& context) {
  auto found = container::list(context, nullptr);
  if (!found && found.error().kind() == masu::Kind::not_found) return {};  // no root yet: no containers
  if (!found) return fail(std::move(found).error());
  std::vector<masu_state> states;
  for (auto& state : *found) states.push_back({std::move(state)});
  return states;
}

}  // namespace

masu_state* masu_container_state(masu_container* container, masu_error** error) {
  return make<masu_state>(container::state(container->context, container->id), error);
}

void masu_state_free(masu_state* state) { delete state; }

const char* masu_state_id(const masu_state* state) { return state->state.id.c_str(); }

masu_status masu_state_status(const masu_state* state) {
  using container::Status;
  switch (state->state.status) {
    case Status::creating:
      return MASU_STATUS_CREATING;
    case Status::created:
      return MASU_STATUS_CREATED;
    case Status::running:
      return MASU_STATUS_RUNNING;
    case Status::paused:
      return MASU_STATUS_PAUSED;
    case Status::stopped:
      break;
  }
  return MASU_STATUS_STOPPED;
}

const char* masu_state_status_name(const masu_state* state) {
  return container::status_name(state->state.status).data();  // of a literal
}

pid_t masu_state_pid(const masu_state* state) { return state->state.pid; }

const char* masu_state_bundle(const masu_state* state) { return state->state.bundle.c_str(); }

const char* masu_state_rootfs(const masu_state* state) { return state->state.rootfs.c_str(); }

const char* masu_state_created(const masu_state* state) { return state->state.created.c_str(); }

uid_t masu_state_owner(const masu_state* state) { return state->state.owner_uid; }

const char* masu_state_oci_version(const masu_state* state) { return state->state.oci_version.c_str(); }

const char* masu_state_annotation(const masu_state* state, const char* key) {
  const auto found = state->state.annotations.find(key);
  return found == state->state.annotations.end() ? nullptr : found->second.c_str();
}

masu_list* masu_list_new(const masu_context* context, masu_error** error) {
  return make<masu_list>(list(context->context), error);
}

void masu_list_free(masu_list* list) { delete list; }

size_t masu_list_size(const masu_list* list) { return list->states.size(); }

const masu_state* masu_list_get(const masu_list* list, size_t index) {
  return index < list->states.size() ? &list->states[index] : nullptr;
}

ssize_t masu_container_pids(masu_container* container, pid_t* pids, size_t capacity, masu_error** error) {
  auto found = container::processes(container->context, container->id);
  if (!found) {
    give(std::move(found).error(), error);
    return -1;
  }
  std::copy_n(found->begin(), std::min(capacity, found->size()), pids);
  return static_cast<ssize_t>(found->size());
}
