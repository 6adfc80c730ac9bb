/* SPDX-License-Identifier: Apache-2.0
 *
 * Containers for C, and for any language that can call C: create, start, exec, wait, kill, delete, watch. The
 * library (libmasu.so.0) is what the command line of masu-runtime is made of, and shares its containers:
 * either may go on with what the other has made, in the same root.
 *
 * Stability. Functions and members are added, never changed or removed, as long as the library is
 * libmasu.so.0. Structures of options begin with their size, which their _INIT macro sets; members of a later
 * version have to be zero (or what _INIT says) for an earlier library. Structures that the library fills are
 * given with their size set.
 *
 * Ownership. What a function returns by pointer is the caller's and freed by the function that is named after
 * its type; a text is valid as long as the object that it was asked of. Arguments are copied. File
 * descriptors that are given remain the caller's; those of a function with "take" in its name become the
 * caller's, all are O_CLOEXEC.
 *
 * Errors. A function that fails returns NULL or -1, and stores an error in *error unless `error` is NULL. On
 * success *error is not touched. Running out of memory ends the program.
 *
 * Threads. All functions may be called from any thread at any time, also on one object at once, except that
 * an object is freed last and once. The library has no state of its own, starts no thread, installs no
 * handler, and does not execute the program anew. Of the process nothing is changed: no directory, mask,
 * limit, variable or attribute.
 *
 * What the calling program promises:
 *  - SIGCHLD is not ignored (nor SA_NOCLDWAIT set), and nobody waits for children that he did not start, as
 *    waitpid(-1, …) does: hooks and the processes of containers are children of the caller. masu_wait() and
 *    masu_process_wait() reap them, masu_delete() too.
 *  - The thread that creates, or executes in, a container lives until that call has returned. Afterwards the
 *    container depends neither on the thread nor on the program.
 *  - File descriptors 0, 1 and 2 are open; /dev/null is opened in the place of one that is not.
 *  - A container inherits what config.json does not set: the thread's limits, scheduling, OOM score, keyring
 *    (with MASU_CREATE_NO_NEW_KEYRING), securebits, and what else a fork passes on.
 *  - The program's own file: a container whose root is the host's root (no user namespace) can, by executing
 *    /proc/self/exe, come to hold the calling program's executable, and write to it once nobody runs it any
 *    more (CVE-2019-5736). masu-runtime runs from a read-only clone for that reason. A program that uses this
 *    library should be on a read-only mount, or give its containers user namespaces.
 *  - Each start forks the calling process: the more memory that has in use, the longer it takes.
 */
#ifndef MASU_CONTAINER_H
#define MASU_CONTAINER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define MASU_API __attribute__((visibility("default")))
#else
#define MASU_API
#endif

/* NOLINTBEGIN(readability-identifier-naming): C has no namespaces */

/** The library's version: "0.1.0". */
MASU_API const char* masu_version(void);

/* ---- errors ---- */

/** What has gone wrong. Freed by masu_error_free(). */
typedef struct masu_error masu_error;

/** What sort of failure it is; to be matched, which texts are not. More may come. */
enum masu_kind {
  MASU_KIND_SYSTEM = 1,        /**< the kernel refused: masu_error_errno() */
  MASU_KIND_INVALID_SPEC = 2,  /**< config.json breaks its rules: masu_error_path() */
  MASU_KIND_INVALID_STATE = 3, /**< not in this state of the container */
  MASU_KIND_NOT_FOUND = 4,     /**< there is no such container */
  MASU_KIND_EXISTS = 5,        /**< the id is taken */
  MASU_KIND_USAGE = 6,         /**< an argument or option is wrong */
  MASU_KIND_UNSUPPORTED = 7,   /**< valid, but this library or this kernel cannot do it */
  MASU_KIND_TIMEOUT = 8,       /**< a wait ended without its event */
  MASU_KIND_INTERNAL = 9       /**< a fault of the library */
};

/** One line: what failed on what, and why. */
MASU_API const char* masu_error_message(const masu_error* error);
MASU_API enum masu_kind masu_error_kind(const masu_error* error);
/** The errno of the failed system call, or 0. */
MASU_API int masu_error_errno(const masu_error* error);
/** What can be done about it, one sentence; "" if nothing is known. */
MASU_API const char* masu_error_hint(const masu_error* error);
/** The place in config.json that asked for what failed ("mounts[3]"); "" if none did. */
MASU_API const char* masu_error_path(const masu_error* error);
/** NULL is no error. */
MASU_API void masu_error_free(masu_error* error);

/* ---- where containers are kept ---- */

/** A state directory and how cgroups are made. Never changes. */
typedef struct masu_context masu_context;

/** Flags of masu_context_options. */
enum {
  MASU_CONTEXT_SYSTEMD_CGROUP = 1, /**< cgroups are made by systemd; cgroupsPath is slice:prefix:name */
  MASU_CONTEXT_NO_CGROUPS = 2      /**< no cgroup is made, joined or read */
};

struct masu_context_options {
  size_t size;
  const char* root; /**< absolute; on a tmpfs best. NULL: /run/masu-runtime */
  unsigned flags;   /**< MASU_CONTEXT_… */
};
#define MASU_CONTEXT_OPTIONS_INIT {sizeof(struct masu_context_options), NULL, 0}

/** `options` may be NULL. Nothing is made before the first container. */
MASU_API masu_context* masu_context_new(const struct masu_context_options* options, masu_error** error);
MASU_API void masu_context_free(masu_context* context);

/* ---- containers ---- */

/** A container by its id, and its first process. Freeing it leaves the container alone. */
typedef struct masu_container masu_container;

/** Flags of masu_create_options. */
enum {
  MASU_CREATE_NO_PIVOT = 1, /**< the root is moved over / instead of by pivot_root(2): for an initramfs */
  MASU_CREATE_NO_NEW_KEYRING = 2 /**< the container keeps the thread's session keyring */
};

struct masu_create_options {
  size_t size;
  const char* bundle; /**< absolute: the directory with config.json and the root file system */
  const char* config; /**< another file than <bundle>/config.json; NULL: that one */
  const char*
      console_socket; /**< unix socket that gets the terminal's master; NULL: masu_container_take_console() */
  const char* pid_file; /**< absolute: gets the first process's pid; NULL: none */
  int stdin_fd;         /**< for the container's program, as the next two; -1: /dev/null */
  int stdout_fd;
  int stderr_fd;
  unsigned flags; /**< MASU_CREATE_… */
};
#define MASU_CREATE_OPTIONS_INIT {sizeof(struct masu_create_options), NULL, NULL, NULL, NULL, -1, -1, -1, 0}

/** Makes a container up to the point where masu_start() runs its program. MASU_KIND_EXISTS if the id is
 * taken, MASU_KIND_INVALID_SPEC for a refused config.json; nothing is left behind then. */
MASU_API masu_container* masu_create(const masu_context* context, const char* id,
                                     const struct masu_create_options* options, masu_error** error);
/** A container that is there already, whoever has made it. MASU_KIND_NOT_FOUND if there is none. */
MASU_API masu_container* masu_open(const masu_context* context, const char* id, masu_error** error);
MASU_API void masu_container_free(masu_container* container);

MASU_API const char* masu_container_id(const masu_container* container);
/** The first process, for poll(2): readable once it has ended. Remains the library's. -1 if it had ended
 * before masu_open(). */
MASU_API int masu_container_pidfd(const masu_container* container);
/** Its pid as the caller sees it; 0 as above. */
MASU_API pid_t masu_container_pid(const masu_container* container);
/** The master of the container's terminal, if it was created here, has one, and there is no console socket;
 * else, and the second time, -1. */
MASU_API int masu_container_take_console(masu_container* container);

/** Runs the program of a created container; returns 0 when it has been executed, or has failed to be. */
MASU_API int masu_start(masu_container* container, masu_error** error);

/** Flag of masu_kill(): to every process of the container. */
enum { MASU_KILL_ALL = 1 };
/** Sends a signal. Without a pid namespace SIGKILL goes to all processes in any case. */
MASU_API int masu_kill(masu_container* container, int signal, unsigned flags, masu_error** error);

/** Waits for the end of the first process, for `timeout_ms` milliseconds, or without an end if negative.
 * Returns 1 when it has ended, 0 when the time is over. `exit_code` (may be NULL) gets its exit code, 128+N
 * after signal N, or -1 if that cannot be known: of a container that another process has made, before
 * Linux 6.15, or whose end somebody else has waited for. */
MASU_API int masu_wait(masu_container* container, int64_t timeout_ms, int* exit_code, masu_error** error);

/** Stops all processes where they are; returns when they stand still. */
MASU_API int masu_pause(masu_container* container, masu_error** error);
MASU_API int masu_resume(masu_container* container, masu_error** error);

/** Flag of masu_delete(): also one that runs, which is killed; one that is gone is no error. */
enum { MASU_DELETE_FORCE = 1 };
/** Removes a stopped (or created) container. The object has to be freed all the same; masu_wait() on it still
 * tells the exit code. */
MASU_API int masu_delete(masu_container* container, unsigned flags, masu_error** error);

/* ---- more processes in a container ---- */

/** A process that masu_exec() has started. Freeing it leaves the process alone, unreaped if it was not waited
 * for. */
typedef struct masu_process masu_process;

/** Flags of masu_exec_options. */
enum {
  MASU_EXEC_TERMINAL = 1,          /**< with a terminal: console_socket, or masu_process_take_console() */
  MASU_EXEC_NO_NEW_PRIVILEGES = 2, /**< in addition to what the container has */
  MASU_EXEC_IGNORE_PAUSED = 4      /**< in a paused container too: the process runs after masu_resume() */
};

struct masu_exec_options {
  size_t size;
  const char*
      process; /**< a file with a `process` object of config.json; if it is given, the next four are not */
  const char* const* args; /**< NULL-terminated */
  const char* const* env;  /**< NULL-terminated, "NAME=VALUE", added to the container's; NULL: none */
  const char* cwd;         /**< NULL: the container's */
  const char* user;        /**< "UID" or "UID:GID"; NULL: the container's */
  const char* console_socket;
  const char* pid_file;
  int stdin_fd; /**< as in masu_create_options */
  int stdout_fd;
  int stderr_fd;
  unsigned flags; /**< MASU_EXEC_… */
};
#define MASU_EXEC_OPTIONS_INIT \
  {sizeof(struct masu_exec_options), NULL, NULL, NULL, NULL, NULL, NULL, NULL, -1, -1, -1, 0}

/** Starts a process in a running container; returns when its program has been executed. */
MASU_API masu_process* masu_exec(masu_container* container, const struct masu_exec_options* options,
                                 masu_error** error);
MASU_API void masu_process_free(masu_process* process);
MASU_API pid_t masu_process_pid(const masu_process* process);
/** For poll(2): readable once it has ended. Remains the library's. */
MASU_API int masu_process_pidfd(const masu_process* process);
MASU_API int masu_process_take_console(masu_process* process);
MASU_API int masu_process_kill(masu_process* process, int signal, masu_error** error);
/** As masu_wait(). */
MASU_API int masu_process_wait(masu_process* process, int64_t timeout_ms, int* exit_code, masu_error** error);

/* ---- what is known of containers ---- */

enum masu_status {
  MASU_STATUS_CREATING = 1,
  MASU_STATUS_CREATED = 2,
  MASU_STATUS_RUNNING = 3,
  MASU_STATUS_PAUSED = 4,
  MASU_STATUS_STOPPED = 5
};

/** A container at one moment. */
typedef struct masu_state masu_state;

MASU_API masu_state* masu_container_state(masu_container* container, masu_error** error);
MASU_API void masu_state_free(masu_state* state);
MASU_API const char* masu_state_id(const masu_state* state);
MASU_API enum masu_status masu_state_status(const masu_state* state);
/** "creating", "created" …, as the runtime-spec has them. */
MASU_API const char* masu_state_status_name(const masu_state* state);
/** 0 when it is stopped. */
MASU_API pid_t masu_state_pid(const masu_state* state);
MASU_API const char* masu_state_bundle(const masu_state* state);
MASU_API const char* masu_state_rootfs(const masu_state* state);
/** RFC 3339, UTC. */
MASU_API const char* masu_state_created(const masu_state* state);
MASU_API uid_t masu_state_owner(const masu_state* state);
/** The ociVersion of config.json. */
MASU_API const char* masu_state_oci_version(const masu_state* state);
/** NULL if the container does not have it. */
MASU_API const char* masu_state_annotation(const masu_state* state, const char* key);

/** Containers by id. */
typedef struct masu_list masu_list;

/** All containers of the context's root; what goes while it is looked at, or cannot be read, is left out. */
MASU_API masu_list* masu_list_new(const masu_context* context, masu_error** error);
MASU_API void masu_list_free(masu_list* list);
MASU_API size_t masu_list_size(const masu_list* list);
/** Remains the list's. NULL from masu_list_size() on. */
MASU_API const masu_state* masu_list_get(const masu_list* list, size_t index);

/** The pids of all processes of the container, as the caller sees them: at most `capacity` into `pids`.
 * Returns how many there are, or -1. */
MASU_API ssize_t masu_container_pids(masu_container* container, pid_t* pids, size_t capacity,
                                     masu_error** error);

/* ---- what a container uses ---- */

/** What is not counted is 0; a limit that is not set is UINT64_MAX. */
struct masu_stats {
  size_t size; /**< to be set by the caller */
  uint64_t cpu_total_ns;
  uint64_t cpu_user_ns;
  uint64_t cpu_kernel_ns;
  uint64_t cpu_throttled_ns;
  uint64_t memory_bytes;
  uint64_t memory_max_bytes; /**< the highest so far */
  uint64_t memory_limit_bytes;
  uint64_t memory_cache_bytes;
  uint64_t swap_bytes; /**< memory and swap together */
  uint64_t swap_limit_bytes;
  uint64_t pids;
  uint64_t pids_limit;
};
#define MASU_STATS_INIT {sizeof(struct masu_stats), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}

/** Returns 0. MASU_KIND_INVALID_STATE if the container does not run, MASU_KIND_UNSUPPORTED without cgroups.
 */
MASU_API int masu_container_stats(masu_container* container, struct masu_stats* stats, masu_error** error);

struct masu_follow_options {
  size_t size;
  int64_t interval_ms; /**< between two calls of on_stats, > 0; the first comes after one */
  /** May be NULL. Another value than 0 ends masu_follow(), which returns 0 then; so in on_oom. */
  int (*on_stats)(const struct masu_stats* stats, void* data);
  /** Memory ran out, and so many processes were killed for it. May be NULL. */
  int (*on_oom)(uint64_t kills, void* data);
  void* data;   /**< for the two */
  int until_fd; /**< a socket or the write end of a pipe: when its other end is closed masu_follow() returns
                   0; or -1 */
};
#define MASU_FOLLOW_OPTIONS_INIT {sizeof(struct masu_follow_options), 1000, NULL, NULL, NULL, -1}

/** Calls back, in the calling thread, until the container has ended; returns 0 then. Nothing may be thrown or
 * jumped out of a callback. Errors as masu_container_stats(). */
MASU_API int masu_follow(masu_container* container, const struct masu_follow_options* options,
                         masu_error** error);

/* NOLINTEND(readability-identifier-naming) */

#ifdef __cplusplus
}
#endif

#endif /* MASU_CONTAINER_H */
