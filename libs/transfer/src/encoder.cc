// SPDX-License-Identifier: Apache-2.0
#include "masu/transfer/encoder.h"

#include "decoder.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/sys/raw.h"
#include "masu/transfer/hash.h"

#include <array>
#include <functional>
#include <memory>
#include <vector>

#include <zlib.h>
#include <zstd.h>

namespace masu::transfer {
namespace {

constexpr std::size_t kBuffer = std::size_t{256} * 1024;
constexpr int kGzipFrame = 15 + 16, kMemory = 8;

// Where the compressed bytes go: hashed and counted on their way.
class Sink {
 public:
  Sink(int file, Hash hash) : file_(file), hash_(std::move(hash)) {}
  Result<> write(std::string_view bytes) {
    hash_.update(bytes);
    size_ += bytes.size();
    return sys::write_all(file_, bytes);
  }
  image::Descriptor finish() {
    image::Descriptor out;
    out.digest = hash_.finish();
    out.size = size_;
    return out;
  }

 private:
  int file_;
  Hash hash_;
  std::uint64_t size_ = 0;
};

Result<> write_gzip(Decoder& from, Sink& to, int level) {
  z_stream stream{};
  if (deflateInit2(&stream, level == 0 ? Z_DEFAULT_COMPRESSION : level, Z_DEFLATED, kGzipFrame, kMemory,
                   Z_DEFAULT_STRATEGY) != Z_OK)
    return fail(Error::make(Kind::usage, cat("gzip has no level ", level, ": expected 1 to 9")));
  const std::unique_ptr<z_stream, int (*)(z_stream*)> end(&stream, deflateEnd);
  std::vector<char> buffer(kBuffer);
  for (bool last = false; !last;) {
    const std::string_view bytes = TRY(from.next());
    last = bytes.empty();
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    do {
      stream.next_out = reinterpret_cast<Bytef*>(buffer.data());
      stream.avail_out = static_cast<uInt>(buffer.size());
      (void)deflate(&stream, last ? Z_FINISH : Z_NO_FLUSH);
      TRY(to.write({buffer.data(), buffer.size() - stream.avail_out}));
    } while (stream.avail_out == 0);
  }
  return {};
}

Result<> write_zstd(Decoder& from, Sink& to, int level) {
  const std::unique_ptr<ZSTD_CCtx, std::size_t (*)(ZSTD_CCtx*)> context(ZSTD_createCCtx(), ZSTD_freeCCtx);
  if (ZSTD_isError(ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, level)) != 0)
    return fail(Error::make(Kind::usage, cat("zstd has no level ", level)));
  std::vector<char> buffer(kBuffer);
  for (bool last = false; !last;) {
    const std::string_view bytes = TRY(from.next());
    last = bytes.empty();
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    for (bool more = true; more;) {
      ZSTD_outBuffer out{buffer.data(), buffer.size(), 0};
      const std::size_t left =
          ZSTD_compressStream2(context.get(), &out, &in, last ? ZSTD_e_end : ZSTD_e_continue);
      if (ZSTD_isError(left) != 0) return fail(Error::make(Kind::internal, ZSTD_getErrorName(left)));
      TRY(to.write({buffer.data(), out.pos}));
      more = last ? left != 0 : in.pos < in.size;
    }
  }
  return {};
}

Result<image::Descriptor> convert(int from, int to, const std::function<Result<>(Decoder&, Sink&)>& write) {
  if (sys::raw::call(SYS_lseek, from, 0, SEEK_SET) < 0) return fail(Error::make(Kind::internal, "rewind"));
  Decoder decoder(read_from(from));
  Sink sink(to, TRY(Hash::make("sha256")));
  TRY(write(decoder, sink));
  return sink.finish();
}

}  // namespace

Result<std::string_view> compression_of(int file) {
  std::array<char, 4> magic{};
  const long got = sys::raw::call(SYS_pread64, file, magic.data(), magic.size(), 0);
  if (got < 0) return fail(Error::sys(static_cast<int>(-got), "read a layer"));
  const std::string_view bytes(magic.data(), static_cast<std::size_t>(got));
  return bytes.starts_with("\x1f\x8b") ? "gzip" : bytes.starts_with("\x28\xb5\x2f\xfd") ? "zstd" : "";
}

Result<sys::Fd> make_temporary(const store::Store& store) {
  auto nameless = sys::open_at(store.directory(), "ingest", O_TMPFILE | O_RDWR, 0600);
  if (nameless || nameless.error().err() != EOPNOTSUPP) return nameless;
  const std::string name = cat("ingest/tmp-", TRY(store::random_hex(8)));
  sys::Fd file = TRY(sys::open_at(store.directory(), name.c_str(), O_CREAT | O_EXCL | O_RDWR, 0600));
  (void)sys::raw::unlinkat(store.directory(), name.c_str(), 0);
  return file;
}

Result<image::Descriptor> compress(int from, int to, Compression how) {
  return convert(from, to, [how](Decoder& decoder, Sink& sink) {
    return how.form == Compression::Form::gzip ? write_gzip(decoder, sink, how.level)
                                               : write_zstd(decoder, sink, how.level);
  });
}

Result<image::Descriptor> decompress(int from, int to) {
  return convert(from, to, [](Decoder& decoder, Sink& sink) -> Result<> {
    for (;;) {
      const std::string_view bytes = TRY(decoder.next());
      if (bytes.empty()) return {};
      TRY(sink.write(bytes));
    }
  });
}

}  // namespace masu::transfer
