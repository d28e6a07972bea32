// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "web/coding/gzip_encoder.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <new>
#include <utility>
#include <zlib.h>

namespace anode::web {

namespace {

struct deflate_deleter {
  void operator()(::z_stream* stream) const noexcept {
    ::deflateEnd(stream);
    delete stream;
  }
};
using deflate_stream = std::unique_ptr<::z_stream, deflate_deleter>;

// Streams that are not in use. Each has about 256 KiB, whose allocation costs more than a small
// body.
struct spare_streams {
  std::array<deflate_stream, 4> streams{};
  ~spare_streams();
};

// An encoder can be destroyed when the spares of its thread already are.
thread_local bool spares_are_gone = false;
thread_local spare_streams spares;

spare_streams::~spare_streams() { spares_are_gone = true; }

deflate_stream make_stream(int level) {
  if (!spares_are_gone) {
    for (deflate_stream& spare : spares.streams) {
      if (spare) {
        deflate_stream stream = std::move(spare);
        ::deflateReset(stream.get());
        ::deflateParams(stream.get(), level, Z_DEFAULT_STRATEGY);
        return stream;
      }
    }
  }
  auto raw = std::make_unique<::z_stream>();
  *raw = {};
  // 15: the window of 32 KiB; 16: with the head and trailer of gzip; 8: the default memory.
  if (::deflateInit2(raw.get(), level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::bad_alloc();
  }
  return deflate_stream(raw.release());
}

class gzip_encoder final : public encoder {
public:
  explicit gzip_encoder(int level) : stream_(make_stream(level)) {}
  gzip_encoder(gzip_encoder const&) = delete;
  gzip_encoder& operator=(gzip_encoder const&) = delete;

  ~gzip_encoder() override {
    if (spares_are_gone) {
      return;
    }
    auto const place =
        std::ranges::find_if(spares.streams, [](deflate_stream const& s) { return !s; });
    if (place != spares.streams.end()) {
      *place = std::move(stream_);
    }
  }

  void encode(std::string_view input, mode how, std::string& out) override {
    do {
      // zlib counts with 32 bits.
      std::size_t const size =
          std::min<std::size_t>(input.size(), std::numeric_limits<::uInt>::max() / 2);
      bool const is_last = size == input.size();
      run(input.substr(0, size), is_last ? how : mode::buffer, out);
      input.remove_prefix(size);
    } while (!input.empty());
  }

private:
  void run(std::string_view input, mode how, std::string& out) {
    int const flush = how == mode::finish  ? Z_FINISH
                      : how == mode::flush ? Z_SYNC_FLUSH
                                           : Z_NO_FLUSH;
    // zlib does not write to its input.
    stream_->next_in = reinterpret_cast<::Bytef*>(const_cast<char*>(input.data()));
    stream_->avail_in = static_cast<::uInt>(input.size());
    do {
      std::size_t const used = out.size();
      out.resize(used + std::clamp<std::size_t>(input.size() / 2, 512, 65536));
      stream_->next_out = reinterpret_cast<::Bytef*>(out.data() + used);
      stream_->avail_out = static_cast<::uInt>(out.size() - used);
      ::deflate(stream_.get(), flush);
      out.resize(out.size() - stream_->avail_out);
    } while (stream_->avail_out == 0);
  }

  deflate_stream stream_;
};

}  // namespace

std::unique_ptr<encoder> make_gzip_encoder(int level) {
  return std::make_unique<gzip_encoder>(level);
}

}  // namespace anode::web
