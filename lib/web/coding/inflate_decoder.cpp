// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "web/coding/inflate_decoder.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <new>
#include <zlib.h>

namespace anode::web {

namespace {

// zlib's parameter for the largest window, and what to expect around the data.
constexpr int raw_bits = -15;
constexpr int zlib_bits = 15;
constexpr int gzip_bits = 15 + 16;

class inflate_decoder final : public decoder {
public:
  explicit inflate_decoder(inflate_format format) : format_(format) {
    int const bits = format == inflate_format::gzip ? gzip_bits : zlib_bits;
    if (::inflateInit2(&stream_, bits) != Z_OK) {
      throw std::bad_alloc();
    }
  }
  inflate_decoder(inflate_decoder const&) = delete;
  inflate_decoder& operator=(inflate_decoder const&) = delete;
  ~inflate_decoder() override { ::inflateEnd(&stream_); }

  void decode(std::string_view& input, std::size_t room, std::string& out) override {
    std::size_t const begin = out.size();
    std::size_t const limit = begin + room;
    while (true) {
      if (complete_ && !input.empty()) {
        next_member();
      }
      if (format_ == inflate_format::deflate && !begun_ && !input.empty()) {
        choose_format(input.front());
      }
      if (input.empty() && !more_output_) {
        return;
      }
      std::size_t const used = out.size();
      if (used == limit) {
        return;
      }
      out.resize(std::min(limit, used + std::clamp<std::size_t>(input.size() * 4, 512, 65536)));
      std::size_t const input_size =
          std::min<std::size_t>(input.size(), std::numeric_limits<::uInt>::max() / 2);
      // zlib does not write to its input.
      stream_.next_in = reinterpret_cast<::Bytef*>(const_cast<char*>(input.data()));
      stream_.avail_in = static_cast<::uInt>(input_size);
      stream_.next_out = reinterpret_cast<::Bytef*>(out.data() + used);
      stream_.avail_out = static_cast<::uInt>(out.size() - used);
      int const result = ::inflate(&stream_, Z_NO_FLUSH);
      input.remove_prefix(input_size - stream_.avail_in);
      more_output_ = stream_.avail_out == 0;
      out.resize(out.size() - stream_.avail_out);
      if (result == Z_STREAM_END) {
        complete_ = true;
        more_output_ = false;
      } else if (result == Z_MEM_ERROR) {
        throw std::bad_alloc();
      } else if (result != Z_OK && result != Z_BUF_ERROR) {
        throw coding_error(coding_error::kind::malformed, "malformed compressed body");
      } else if (result == Z_BUF_ERROR) {
        more_output_ = false;
      }
    }
  }

  bool is_complete() const noexcept override { return complete_; }

private:
  void next_member() {
    if (format_ != inflate_format::gzip) {
      throw coding_error(coding_error::kind::malformed, "bytes behind a compressed body");
    }
    ::inflateReset(&stream_);
    complete_ = false;
  }

  // The low bits of the first byte of zlib's head are 8. In data without a head they are a block of
  // the reserved type, or a stored block whose padding is not zero, which no encoder makes.
  void choose_format(char first) {
    begun_ = true;
    if ((static_cast<unsigned char>(first) & 0x0fU) != 8) {
      ::inflateReset2(&stream_, raw_bits);
    }
  }

  ::z_stream stream_{};
  inflate_format format_;
  bool begun_ = false;
  bool complete_ = false;
  bool more_output_ = false;
};

}  // namespace

std::unique_ptr<decoder> make_inflate_decoder(inflate_format format) {
  return std::make_unique<inflate_decoder>(format);
}

}  // namespace anode::web
