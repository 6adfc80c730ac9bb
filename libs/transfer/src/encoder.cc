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

// Bytes go in as they come, and go on compressed.
class Gzip {
 public:
  static Result<Gzip> make(int level) {
    Gzip out;
    if (deflateInit2(out.stream_.get(), level == 0 ? Z_DEFAULT_COMPRESSION : level, Z_DEFLATED, kGzipFrame,
                     kMemory, Z_DEFAULT_STRATEGY) != Z_OK)
      return fail(Error::make(Kind::usage, cat("gzip has no level ", level, ": expected 1 to 9")));
    return out;
  }

  Result<> write(std::string_view bytes, bool last, Sink& to) {
    stream_->next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream_->avail_in = static_cast<uInt>(bytes.size());
    do {
      stream_->next_out = reinterpret_cast<Bytef*>(buffer_.data());
      stream_->avail_out = static_cast<uInt>(buffer_.size());
      (void)deflate(stream_.get(), last ? Z_FINISH : Z_NO_FLUSH);
      TRY(to.write({buffer_.data(), buffer_.size() - stream_->avail_out}));
    } while (stream_->avail_out == 0);
    return {};
  }

 private:
  struct End {
    void operator()(z_stream* stream) const {
      (void)deflateEnd(stream);
      delete stream;
    }
  };
  Gzip() = default;
  std::unique_ptr<z_stream, End> stream_{new z_stream{}};  // zlib keeps its address
  std::vector<char> buffer_ = std::vector<char>(kBuffer);
};

Result<> write_gzip(Decoder& from, Sink& to, int level) {
  Gzip gzip = TRY(Gzip::make(level));
  for (bool last = false; !last;) {
    const std::string_view bytes = TRY(from.next());
    last = bytes.empty();
    TRY(gzip.write(bytes, last, to));
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

struct LayerFile::State {
  Gzip gzip;
  Sink sink;
  Hash content;
};

LayerFile::LayerFile(std::unique_ptr<State> state) : state_(std::move(state)) {}
LayerFile::LayerFile(LayerFile&&) noexcept = default;
LayerFile& LayerFile::operator=(LayerFile&&) noexcept = default;
LayerFile::~LayerFile() = default;

Result<LayerFile> LayerFile::open(int file) {
  Gzip gzip = TRY(Gzip::make(0));
  Hash compressed = TRY(Hash::make("sha256")), content = TRY(Hash::make("sha256"));
  return LayerFile(
      std::make_unique<State>(std::move(gzip), Sink(file, std::move(compressed)), std::move(content)));
}

Result<> LayerFile::write(std::string_view bytes) {
  state_->content.update(bytes);
  return state_->gzip.write(bytes, false, state_->sink);
}

Result<WrittenLayer> LayerFile::finish() {
  TRY(state_->gzip.write({}, true, state_->sink));
  WrittenLayer out{.blob = state_->sink.finish(), .diff_id = state_->content.finish()};
  out.blob.media_type = layer_type(false, "gzip");
  return out;
}

std::string layer_type(bool docker, std::string_view compression) {
  if (!docker) return cat(image::kOciLayer, compression.empty() ? "" : "+", compression);
  return cat(image::kDockerLayer, compression.empty() ? "" : ".", compression);
}

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
