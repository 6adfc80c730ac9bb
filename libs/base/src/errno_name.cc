// SPDX-License-Identifier: Apache-2.0
#include "masu/base/errno_name.h"

#include <cerrno>

namespace masu {
namespace {

struct Entry {
  int number;
  std::string_view name;
  std::string_view text;
};

#define MASU_ERRNO(name, text) \
  Entry { name, #name, text }
constexpr Entry kEntries[] = {
    MASU_ERRNO(EPERM, "operation not permitted"),
    MASU_ERRNO(ENOENT, "no such file or directory"),
    MASU_ERRNO(ESRCH, "no such process"),
    MASU_ERRNO(EINTR, "interrupted system call"),
    MASU_ERRNO(EIO, "input/output error"),
    MASU_ERRNO(ENXIO, "no such device or address"),
    MASU_ERRNO(E2BIG, "argument list too long"),
    MASU_ERRNO(ENOEXEC, "exec format error"),
    MASU_ERRNO(EBADF, "bad file descriptor"),
    MASU_ERRNO(ECHILD, "no child processes"),
    MASU_ERRNO(EAGAIN, "resource temporarily unavailable"),
    MASU_ERRNO(ENOMEM, "cannot allocate memory"),
    MASU_ERRNO(EACCES, "permission denied"),
    MASU_ERRNO(EFAULT, "bad address"),
    MASU_ERRNO(ENOTBLK, "block device required"),
    MASU_ERRNO(EBUSY, "device or resource busy"),
    MASU_ERRNO(EEXIST, "file exists"),
    MASU_ERRNO(EXDEV, "invalid cross-device link"),
    MASU_ERRNO(ENODEV, "no such device"),
    MASU_ERRNO(ENOTDIR, "not a directory"),
    MASU_ERRNO(EISDIR, "is a directory"),
    MASU_ERRNO(EINVAL, "invalid argument"),
    MASU_ERRNO(ENFILE, "too many open files in system"),
    MASU_ERRNO(EMFILE, "too many open files"),
    MASU_ERRNO(ENOTTY, "inappropriate ioctl for device"),
    MASU_ERRNO(ETXTBSY, "text file busy"),
    MASU_ERRNO(EFBIG, "file too large"),
    MASU_ERRNO(ENOSPC, "no space left on device"),
    MASU_ERRNO(ESPIPE, "illegal seek"),
    MASU_ERRNO(EROFS, "read-only file system"),
    MASU_ERRNO(EMLINK, "too many links"),
    MASU_ERRNO(EPIPE, "broken pipe"),
    MASU_ERRNO(EDOM, "numerical argument out of domain"),
    MASU_ERRNO(ERANGE, "numerical result out of range"),
    MASU_ERRNO(EDEADLK, "resource deadlock avoided"),
    MASU_ERRNO(ENAMETOOLONG, "file name too long"),
    MASU_ERRNO(ENOLCK, "no locks available"),
    MASU_ERRNO(ENOSYS, "function not implemented"),
    MASU_ERRNO(ENOTEMPTY, "directory not empty"),
    MASU_ERRNO(ELOOP, "too many levels of symbolic links"),
    MASU_ERRNO(ENOMSG, "no message of desired type"),
    MASU_ERRNO(EIDRM, "identifier removed"),
    MASU_ERRNO(ECHRNG, "channel number out of range"),
    MASU_ERRNO(EL2NSYNC, "level 2 not synchronized"),
    MASU_ERRNO(EL3HLT, "level 3 halted"),
    MASU_ERRNO(EL3RST, "level 3 reset"),
    MASU_ERRNO(ELNRNG, "link number out of range"),
    MASU_ERRNO(EUNATCH, "protocol driver not attached"),
    MASU_ERRNO(ENOCSI, "no CSI structure available"),
    MASU_ERRNO(EL2HLT, "level 2 halted"),
    MASU_ERRNO(EBADE, "invalid exchange"),
    MASU_ERRNO(EBADR, "invalid request descriptor"),
    MASU_ERRNO(EXFULL, "exchange full"),
    MASU_ERRNO(ENOANO, "no anode"),
    MASU_ERRNO(EBADRQC, "invalid request code"),
    MASU_ERRNO(EBADSLT, "invalid slot"),
    MASU_ERRNO(EBFONT, "bad font file format"),
    MASU_ERRNO(ENOSTR, "device not a stream"),
    MASU_ERRNO(ENODATA, "no data available"),
    MASU_ERRNO(ETIME, "timer expired"),
    MASU_ERRNO(ENOSR, "out of streams resources"),
    MASU_ERRNO(ENONET, "machine is not on the network"),
    MASU_ERRNO(ENOPKG, "package not installed"),
    MASU_ERRNO(EREMOTE, "object is remote"),
    MASU_ERRNO(ENOLINK, "link has been severed"),
    MASU_ERRNO(EADV, "advertise error"),
    MASU_ERRNO(ESRMNT, "srmount error"),
    MASU_ERRNO(ECOMM, "communication error on send"),
    MASU_ERRNO(EPROTO, "protocol error"),
    MASU_ERRNO(EMULTIHOP, "multihop attempted"),
    MASU_ERRNO(EDOTDOT, "RFS specific error"),
    MASU_ERRNO(EBADMSG, "bad message"),
    MASU_ERRNO(EOVERFLOW, "value too large for defined data type"),
    MASU_ERRNO(ENOTUNIQ, "name not unique on network"),
    MASU_ERRNO(EBADFD, "file descriptor in bad state"),
    MASU_ERRNO(EREMCHG, "remote address changed"),
    MASU_ERRNO(ELIBACC, "can not access a needed shared library"),
    MASU_ERRNO(ELIBBAD, "accessing a corrupted shared library"),
    MASU_ERRNO(ELIBSCN, ".lib section in a.out corrupted"),
    MASU_ERRNO(ELIBMAX, "attempting to link in too many shared libraries"),
    MASU_ERRNO(ELIBEXEC, "cannot exec a shared library directly"),
    MASU_ERRNO(EILSEQ, "invalid or incomplete multibyte or wide character"),
    MASU_ERRNO(ERESTART, "interrupted system call should be restarted"),
    MASU_ERRNO(ESTRPIPE, "streams pipe error"),
    MASU_ERRNO(EUSERS, "too many users"),
    MASU_ERRNO(ENOTSOCK, "socket operation on non-socket"),
    MASU_ERRNO(EDESTADDRREQ, "destination address required"),
    MASU_ERRNO(EMSGSIZE, "message too long"),
    MASU_ERRNO(EPROTOTYPE, "protocol wrong type for socket"),
    MASU_ERRNO(ENOPROTOOPT, "protocol not available"),
    MASU_ERRNO(EPROTONOSUPPORT, "protocol not supported"),
    MASU_ERRNO(ESOCKTNOSUPPORT, "socket type not supported"),
    MASU_ERRNO(EOPNOTSUPP, "operation not supported"),
    MASU_ERRNO(EPFNOSUPPORT, "protocol family not supported"),
    MASU_ERRNO(EAFNOSUPPORT, "address family not supported by protocol"),
    MASU_ERRNO(EADDRINUSE, "address already in use"),
    MASU_ERRNO(EADDRNOTAVAIL, "cannot assign requested address"),
    MASU_ERRNO(ENETDOWN, "network is down"),
    MASU_ERRNO(ENETUNREACH, "network is unreachable"),
    MASU_ERRNO(ENETRESET, "network dropped connection on reset"),
    MASU_ERRNO(ECONNABORTED, "software caused connection abort"),
    MASU_ERRNO(ECONNRESET, "connection reset by peer"),
    MASU_ERRNO(ENOBUFS, "no buffer space available"),
    MASU_ERRNO(EISCONN, "transport endpoint is already connected"),
    MASU_ERRNO(ENOTCONN, "transport endpoint is not connected"),
    MASU_ERRNO(ESHUTDOWN, "cannot send after transport endpoint shutdown"),
    MASU_ERRNO(ETOOMANYREFS, "too many references: cannot splice"),
    MASU_ERRNO(ETIMEDOUT, "connection timed out"),
    MASU_ERRNO(ECONNREFUSED, "connection refused"),
    MASU_ERRNO(EHOSTDOWN, "host is down"),
    MASU_ERRNO(EHOSTUNREACH, "no route to host"),
    MASU_ERRNO(EALREADY, "operation already in progress"),
    MASU_ERRNO(EINPROGRESS, "operation now in progress"),
    MASU_ERRNO(ESTALE, "stale file handle"),
    MASU_ERRNO(EUCLEAN, "structure needs cleaning"),
    MASU_ERRNO(ENOTNAM, "not a XENIX named type file"),
    MASU_ERRNO(ENAVAIL, "no XENIX semaphores available"),
    MASU_ERRNO(EISNAM, "is a named type file"),
    MASU_ERRNO(EREMOTEIO, "remote I/O error"),
    MASU_ERRNO(EDQUOT, "disk quota exceeded"),
    MASU_ERRNO(ENOMEDIUM, "no medium found"),
    MASU_ERRNO(EMEDIUMTYPE, "wrong medium type"),
    MASU_ERRNO(ECANCELED, "operation canceled"),
    MASU_ERRNO(ENOKEY, "required key not available"),
    MASU_ERRNO(EKEYEXPIRED, "key has expired"),
    MASU_ERRNO(EKEYREVOKED, "key has been revoked"),
    MASU_ERRNO(EKEYREJECTED, "key was rejected by service"),
    MASU_ERRNO(EOWNERDEAD, "owner died"),
    MASU_ERRNO(ENOTRECOVERABLE, "state not recoverable"),
    MASU_ERRNO(ERFKILL, "operation not possible due to RF-kill"),
    MASU_ERRNO(EHWPOISON, "memory page has hardware error"),
};
#undef MASU_ERRNO

const Entry* find(int err) {
  for (const auto& entry : kEntries)
    if (entry.number == err) return &entry;
  return nullptr;
}

}  // namespace

std::string_view errno_name(int err) {
  const Entry* entry = find(err);
  return entry ? entry->name : std::string_view{};
}

std::string_view errno_text(int err) {
  const Entry* entry = find(err);
  return entry ? entry->text : std::string_view{"unknown error"};
}

}  // namespace masu
