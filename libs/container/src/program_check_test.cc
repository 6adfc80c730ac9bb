// SPDX-License-Identifier: Apache-2.0
//
// Files that no image has, or that take a machine of another kind; the ordinary ones are in explain.bats.
#include "program_check.h"

#include "masu/base/text.h"
#include "masu/sys/fd.h"

#include <gtest/gtest.h>

#include <cstring>
#include <fstream>

#include <elf.h>
#include <fcntl.h>
#include <sys/stat.h>

namespace masu::container {
namespace {

class ProgramCheckTest : public testing::Test {
 protected:
  ProgramCheckTest() {
    char name[] = "/tmp/program-check-XXXXXX";
    directory_ = mkdtemp(name);
    root_ = sys::Fd(open(directory_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  }
  ~ProgramCheckTest() override {
    for (const auto& name : files_) unlink(cat(directory_, "/", name).c_str());
    rmdir(directory_.c_str());
  }
  void put(const std::string& name, const std::string& content, mode_t mode = 0755) {
    const std::string path = cat(directory_, "/", name);
    std::ofstream(path, std::ios::binary) << content;
    chmod(path.c_str(), mode);
    files_.push_back(name);
  }
  std::string said(const std::string& program) {
    spec::Process process;
    process.cwd = "/";
    process.args = {program};
    process.env = {"PATH=/none:/"};
    return text::join(check_program(root_.get(), -1, process), "; ");
  }
  static std::string elf(unsigned char kind, unsigned char order, std::uint16_t machine) {
    Elf64_Ehdr header{};
    std::memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = kind;
    header.e_ident[EI_DATA] = order;
    header.e_machine =
        order == ELFDATA2MSB ? static_cast<std::uint16_t>(machine >> 8 | machine << 8) : machine;
    return {reinterpret_cast<const char*>(&header), sizeof header};
  }

  std::string directory_;
  sys::Fd root_;
  std::vector<std::string> files_;
};

TEST_F(ProgramCheckTest, MachinesOfEitherByteOrder) {
  put("s390", elf(ELFCLASS64, ELFDATA2MSB, EM_S390));
  EXPECT_NE(said("/s390").find("'/s390' is built for s390x, and this machine is "), std::string::npos);
  put("odd", elf(ELFCLASS32, ELFDATA2LSB, 4711));
  EXPECT_NE(said("odd").find("'/odd' is built for machine 4711"), std::string::npos) << said("odd");
}

TEST_F(ProgramCheckTest, BrokenFiles) {
  put("short", ELFMAG);
  EXPECT_EQ(said("/short"), "'/short' is cut off in its ELF header");
  put("empty", "");
  EXPECT_EQ(said("/empty"), "'/empty' is empty");
#ifdef __x86_64__
  std::string wild = elf(ELFCLASS64, ELFDATA2LSB, EM_X86_64);
  Elf64_Ehdr header;
  std::memcpy(&header, wild.data(), sizeof header);
  header.e_phoff = ~std::uint64_t{0} - 7;
  header.e_phnum = 0xffff;
  header.e_phentsize = sizeof(Elf64_Phdr);
  put("wild", {reinterpret_cast<const char*>(&header), sizeof header});
  EXPECT_EQ(said("/wild"), "");
#endif
}

TEST_F(ProgramCheckTest, InterpretersInARow) {
  put("one", "#!/two\n");
  put("two", "#! /one -x\n");
  EXPECT_NE(said("/one").find("in a row, and the kernel follows 4"), std::string::npos) << said("/one");
  put("three", "#!   \n");
  EXPECT_EQ(said("/three"), "'/three' names no interpreter after #!");
}

TEST_F(ProgramCheckTest, NothingIsWrong) {
  put("ok", "#!/ok2\n");
  put("ok2", elf(ELFCLASS64, ELFDATA2LSB,
#ifdef __x86_64__
                 EM_X86_64
#else
                 EM_AARCH64
#endif
                 ));
  EXPECT_EQ(said("ok"), "");
}

}  // namespace
}  // namespace masu::container
