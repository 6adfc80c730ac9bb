// SPDX-License-Identifier: Apache-2.0
#include "program_check.h"

#include "masu/base/text.h"
#include "masu/sys/fd.h"
#include "masu/sys/path.h"
#include "masu/sys/raw.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

#include <elf.h>
#include <linux/capability.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>

namespace masu::container {
namespace {

constexpr int kDeepest = 4;  // interpreters of interpreters, as the kernel has it (BINPRM_MAX_RECURSION)

struct Machine {
  std::uint16_t number;
  const char* name;  ///< as uname(2) has it, and people say it
};
constexpr Machine kMachines[] = {{EM_X86_64, "x86_64"}, {EM_386, "i386"},    {EM_AARCH64, "aarch64"},
                                 {EM_ARM, "arm"},       {EM_RISCV, "riscv"}, {EM_PPC64, "ppc64"},
                                 {EM_S390, "s390x"},    {EM_MIPS, "mips"},   {258, "loongarch"}};

std::string machine_name(std::uint16_t number) {
  const auto* found = std::ranges::find(kMachines, number, &Machine::number);
  return found == std::end(kMachines) ? cat("machine ", number) : found->name;
}

bool runs_here(std::uint16_t number, const std::string& host) {
  const std::string name = machine_name(number);
  if (host.starts_with(name)) return true;  // armv7l, riscv64, ppc64le
  return host == "x86_64" && name == "i386";
}

std::string below(std::string_view directory, const std::string& program) {
  return cat(directory, directory.ends_with('/') ? "" : "/", program);
}

class Check {
 public:
  Check(int root, int image, const spec::Process& process) : root_(root), image_(image), process_(process) {}

  std::vector<std::string> run() {
    const std::vector<std::string> candidates = candidate_paths();
    std::optional<std::string> present;
    for (const auto& path : candidates)
      if (!present && exists(root_, path)) present = path;
    if (present)
      examine(*present, "", 0);
    else
      say_missing(candidates);
    return std::move(said_);
  }

 private:
  std::vector<std::string> candidate_paths() const {
    const std::string& program = process_.args.front();
    if (program.starts_with('/')) return {program};
    if (program.find('/') != std::string::npos) return {below(process_.cwd, program)};
    std::vector<std::string> paths;
    for (const auto& entry : process_.env) {
      if (!entry.starts_with("PATH=")) continue;
      paths.clear();  // the last one counts
      for (const auto directory : text::split(std::string_view(entry).substr(5), ':'))
        paths.push_back(below(directory.empty() ? std::string_view(process_.cwd) : directory, program));
    }
    return paths;
  }

  static bool exists(int root, const std::string& path) {
    return sys::Fd(sys::open_in_root(root, path.c_str(), O_PATH)).valid();
  }

  void say_missing(const std::vector<std::string>& candidates) {
    const std::string& program = process_.args.front();
    for (const auto& path : candidates)
      if (image_ >= 0 && exists(image_, path)) {
        said_.push_back(cat(quote(path), " is in the image, but a mount hides it"));
        return;
      }
    if (program.find('/') != std::string::npos) {
      struct stat info;
      const sys::Fd link(sys::open_in_root(root_, candidates.front().c_str(), O_PATH | O_NOFOLLOW));
      const bool dangling = link.valid() && sys::raw::fstat(link.get(), &info) == 0 && S_ISLNK(info.st_mode);
      said_.push_back(
          cat(quote(candidates.front()),
              dangling ? " is a symbolic link to what is not in the container" : " is not in the container"));
    } else if (candidates.empty()) {
      said_.push_back(cat(quote(program), " has no slash, and process.env has no PATH to look it up in"));
    } else {
      said_.push_back(cat(quote(program), " is in no directory of PATH"));
    }
  }

  // `named_by`: "" for the program itself, else what names this file as its interpreter.
  void examine(const std::string& path, const std::string& named_by, int depth) {
    const std::string what =
        named_by.empty() ? quote(path) : cat(quote(path), ", the interpreter of ", named_by, ",");
    const sys::Fd file(sys::open_in_root(root_, path.c_str(), O_PATH));
    if (!file.valid()) {
      std::string hint;
      if (path.ends_with('\r')) hint = ": its first line ends with a carriage return, as Windows writes it";
      said_.push_back(cat(what, " is not in the container", hint));
      return;
    }
    struct stat info;
    if (sys::raw::fstat(file.get(), &info) < 0) return;
    if (!S_ISREG(info.st_mode)) {
      said_.push_back(cat(what, S_ISDIR(info.st_mode) ? " is a directory" : " is no regular file"));
      return;
    }
    check_access(path, what, info);
    struct statvfs mount;
    if (fstatvfs(file.get(), &mount) == 0 && (mount.f_flag & ST_NOEXEC) != 0)
      said_.push_back(cat(what, " is on a mount with the option noexec"));
    check_content(path, what, file, depth);
  }

  bool may(const struct stat& info, unsigned bit) const {
    const auto& user = process_.user;
    const bool in_group = user.gid == info.st_gid ||
                          std::ranges::find(user.additional_gids, info.st_gid) != user.additional_gids.end();
    const unsigned shift = user.uid == info.st_uid ? 6 : in_group ? 3 : 0;
    return (info.st_mode >> shift & bit) != 0;
  }

  bool overrides() const {
    constexpr std::uint64_t kDacOverride = std::uint64_t{1} << CAP_DAC_OVERRIDE;
    return process_.capabilities && (process_.capabilities->effective & kDacOverride) != 0;
  }

  void check_access(const std::string& path, const std::string& what, const struct stat& info) {
    const std::string user = cat("user ", process_.user.uid, ", group ", process_.user.gid);
    if ((info.st_mode & 0111) == 0)
      said_.push_back(cat(what, " has no permission to execute for anybody: chmod +x"));
    else if (!overrides() && !may(info, 1))
      said_.push_back(cat(what, " may not be executed by ", user));
    if (overrides()) return;
    for (auto slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1)) {
      const std::string parent = path.substr(0, slash);
      const sys::Fd directory(sys::open_in_root(root_, parent.c_str(), O_PATH));
      struct stat at;
      if (!directory.valid() || sys::raw::fstat(directory.get(), &at) < 0 || may(at, 1)) continue;
      said_.push_back(cat("directory ", quote(parent), " may not be entered by ", user));
      return;
    }
  }

  void check_content(const std::string& path, const std::string& what, const sys::Fd& file, int depth) {
    const auto readable = sys::open(cat("/proc/self/fd/", file.get()), O_RDONLY | O_NONBLOCK | O_NOCTTY);
    if (!readable) return;
    char head[4096] = {};
    const long got = sys::raw::call(SYS_pread64, readable->get(), head, sizeof head - 1, 0);
    const std::string_view content(head, got > 0 ? static_cast<std::size_t>(got) : 0);
    if (content.starts_with("#!"))
      check_script(path, what, content, depth);
    else if (content.starts_with(ELFMAG))
      check_elf(path, what, content, *readable, depth);
    else
      said_.push_back(
          cat(what, content.empty() ? " is empty" : " is neither an ELF program nor a script with #!"));
  }

  void check_script(const std::string& path, const std::string& what, std::string_view content, int depth) {
    std::string_view line = content.substr(2, content.find('\n') - 2);
    while (line.starts_with(' ') || line.starts_with('\t')) line.remove_prefix(1);
    const std::string interpreter(line.substr(0, line.find_first_of(" \t")));
    if (interpreter.empty())
      said_.push_back(cat(what, " names no interpreter after #!"));
    else if (depth >= kDeepest)
      said_.push_back(
          cat(what, " is the ", depth + 1, "th interpreter in a row, and the kernel follows ", kDeepest));
    else
      examine(interpreter, quote(path), depth + 1);
  }

  void check_elf(const std::string& path, const std::string& what, std::string_view content,
                 const sys::Fd& file, int depth) {
    // e_machine is where it is in both classes; its byte order is that of the program.
    if (content.size() < sizeof(Elf32_Ehdr)) {
      said_.push_back(cat(what, " is cut off in its ELF header"));
      return;
    }
    const bool big = content[EI_DATA] == ELFDATA2MSB;
    const auto low = static_cast<unsigned char>(content[offsetof(Elf64_Ehdr, e_machine) + (big ? 1 : 0)]);
    const auto high = static_cast<unsigned char>(content[offsetof(Elf64_Ehdr, e_machine) + (big ? 0 : 1)]);
    const auto machine = static_cast<std::uint16_t>(low | high << 8);
    utsname host{};
    (void)uname(&host);
    if (!runs_here(machine, host.machine)) {
      said_.push_back(cat(what, " is built for ", machine_name(machine), ", and this machine is ",
                          host.machine, " (without an emulator in binfmt_misc)"));
      return;
    }
    if (content[EI_CLASS] == ELFCLASS64 && content.size() >= sizeof(Elf64_Ehdr))
      check_loader<Elf64_Ehdr, Elf64_Phdr>(path, content, file, depth);
    else if (content[EI_CLASS] == ELFCLASS32)
      check_loader<Elf32_Ehdr, Elf32_Phdr>(path, content, file, depth);
  }

  // PT_INTERP of a program in this machine's byte order.
  template <class Header, class Segment>
  void check_loader(const std::string& path, std::string_view content, const sys::Fd& file, int depth) {
    Header header;
    content.copy(reinterpret_cast<char*>(&header), sizeof header);
    if (header.e_phentsize != sizeof(Segment)) return;
    for (unsigned i = 0; i < header.e_phnum; ++i) {
      Segment segment;
      const auto at = static_cast<long>(header.e_phoff + i * sizeof segment);
      if (sys::raw::call(SYS_pread64, file.get(), &segment, sizeof segment, at) != sizeof segment) return;
      if (segment.p_type != PT_INTERP) continue;
      char name[PATH_MAX] = {};
      const auto length = std::min<std::size_t>(segment.p_filesz, sizeof name - 1);
      if (sys::raw::call(SYS_pread64, file.get(), name, length, static_cast<long>(segment.p_offset)) <= 0)
        return;
      if (depth < kDeepest && name[0] != '\0') examine(name, quote(path), depth + 1);
      return;
    }
  }

  int root_;
  int image_;
  const spec::Process& process_;
  std::vector<std::string> said_;
};

}  // namespace

std::vector<std::string> check_program(int root, int image, const spec::Process& process) {
  return Check(root, image, process).run();
}

}  // namespace masu::container
