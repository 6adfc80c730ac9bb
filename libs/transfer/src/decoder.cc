// SPDX-License-Identifier: Apache-2.0
#include "decoder.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/sys/raw.h"

#include <cerrno>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <isa-l/igzip_lib.h>
#include <zstd.h>

namespace masu::transfer {
namespace {

constexpr std::size_t kBuffer = std::size_t{256} * 1024;
constexpr std::string_view kGzip = "\x1f\x8b";
constexpr std::string_view kZstd = "\x28\xb5\x2f\xfd";
constexpr std::string_view kSkip = "\x2a\x4d\x18";  // behind a byte of 0x50 to 0x5f: a frame to be skipped
constexpr std::size_t kMagic = 4;

bool is_zstd(std::string_view bytes) {
  return bytes.starts_with(kZstd) ||
         (bytes.size() >= kMagic && (bytes[0] & 0xf0) == 0x50 && bytes.substr(1).starts_with(kSkip));
}

Error damaged(std::string_view what) {
  return Error::make(Kind::invalid_spec, cat("the compressed data ", what));
}

}  // namespace

struct Decoder::State {
  enum class Form { unknown, plain, gzip, zstd };
  Source source;
  Form form = Form::unknown;
  std::string first;      // what was read to know the form
  std::string_view left;  // read, but not decoded
  bool ended = false;     // the source is at its end
  bool between = true;    // members or frames: an end here is a good one
  std::vector<char> out = std::vector<char>(kBuffer);
  std::unique_ptr<inflate_state> gzip;
  bool begun = false;    // the first member
  bool pending = false;  // there was no room for all that is decoded: more comes without input
  ZSTD_DCtx* zstd = nullptr;

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { (void)ZSTD_freeDCtx(zstd); }

  Result<> fill();
  Result<> find_form();
  Result<std::size_t> inflate_some();
  Result<std::size_t> unzstd_some();
};

Decoder::Decoder(Source source) : state_(std::make_unique<State>()) { state_->source = std::move(source); }
Decoder::Decoder(Decoder&&) noexcept = default;
Decoder& Decoder::operator=(Decoder&&) noexcept = default;
Decoder::~Decoder() = default;

Result<> Decoder::State::fill() {
  if (!left.empty() || ended) return {};
  left = TRY(source());
  ended = left.empty();
  return {};
}

Result<> Decoder::State::find_form() {
  while (first.size() < kMagic) {
    const std::string_view bytes = TRY(source());
    if (bytes.empty()) break;
    first += bytes;
  }
  left = first;
  ended = first.empty();
  form = left.starts_with(kGzip) ? Form::gzip : is_zstd(left) ? Form::zstd : Form::plain;
  if (form == Form::gzip) {
    gzip = std::make_unique<inflate_state>();
    isal_inflate_init(gzip.get());
  }
  if (form == Form::zstd) zstd = ZSTD_createDCtx();
  return {};
}

// By ISA-L, which needs half of zlib's time. It checks a member's checksum at the member's end.
Result<std::size_t> Decoder::State::inflate_some() {
  pending = false;
  if (between && begun && !left.starts_with(kGzip[0])) {  // padding behind the last member
    left = {};
    return 0;
  }
  if (between) {
    isal_inflate_reset(gzip.get());
    gzip->crc_flag = ISAL_GZIP;
  }
  between = false;
  begun = true;
  gzip->next_in = reinterpret_cast<std::uint8_t*>(const_cast<char*>(left.data()));
  gzip->avail_in = static_cast<std::uint32_t>(left.size());
  gzip->next_out = reinterpret_cast<std::uint8_t*>(out.data());
  gzip->avail_out = static_cast<std::uint32_t>(out.size());
  const int outcome = isal_inflate(gzip.get());
  if (outcome < 0) return fail(damaged(cat("is damaged (gzip: error ", outcome, " of ISA-L)")));
  left.remove_prefix(left.size() - gzip->avail_in);
  between = gzip->block_state == ISAL_BLOCK_FINISH;
  pending = gzip->avail_out == 0;
  return out.size() - gzip->avail_out;
}

Result<std::size_t> Decoder::State::unzstd_some() {
  ZSTD_inBuffer in{left.data(), left.size(), 0};
  ZSTD_outBuffer to{out.data(), out.size(), 0};
  const std::size_t outcome = ZSTD_decompressStream(zstd, &to, &in);
  if (ZSTD_isError(outcome) != 0)
    return fail(damaged(cat("is damaged (zstd: ", ZSTD_getErrorName(outcome), ")")));
  left.remove_prefix(in.pos);
  between = outcome == 0;
  return to.pos;
}

Result<std::string_view> Decoder::next() {
  State& state = *state_;
  if (state.form == State::Form::unknown) TRY(state.find_form());
  for (;;) {
    if (!state.pending) TRY(state.fill());
    if (state.left.empty() && state.ended && !state.pending) {
      if (!state.between) return fail(damaged("ends before its end"));
      return std::string_view();
    }
    if (state.form == State::Form::plain) return std::exchange(state.left, {});
    const std::size_t made =
        TRY(state.form == State::Form::gzip ? state.inflate_some() : state.unzstd_some());
    if (made > 0) return std::string_view(state.out.data(), made);
  }
}

Decoder::Source read_from(int fd) {
  auto buffer = std::make_shared<std::vector<char>>(kBuffer);
  return [fd, buffer]() -> Result<std::string_view> {
    for (;;) {
      const long got = sys::raw::read(fd, buffer->data(), buffer->size());
      if (got == -EINTR) continue;
      if (got < 0) return fail(Error::sys(static_cast<int>(-got), "read"));
      return std::string_view(buffer->data(), static_cast<std::size_t>(got));
    }
  };
}

}  // namespace masu::transfer
