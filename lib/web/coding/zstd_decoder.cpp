// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "web/coding/zstd_decoder.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <new>
#include <zstd.h>
#include <zstd_errors.h>

namespace anode::web {

namespace {

struct zstd_decoder_deleter {
  void operator()(::ZSTD_DCtx* context) const noexcept { ::ZSTD_freeDCtx(context); }
};

[[noreturn]] void throw_zstd_error(std::size_t result) {
  switch (::ZSTD_getErrorCode(result)) {
    case ZSTD_error_memory_allocation:
      throw std::bad_alloc();
    case ZSTD_error_frameParameter_windowTooLarge:
      throw coding_error(coding_error::kind::too_large, "window of a compressed body is too large");
    default:
      throw coding_error(coding_error::kind::malformed, "malformed compressed body");
  }
}

class zstd_decoder final : public decoder {
public:
  zstd_decoder() : context_(::ZSTD_createDCtx()) {
    if (!context_) {
      throw std::bad_alloc();
    }
    ::ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax,
                             std::countr_zero(zstd_decoder_window));
  }

  void decode(std::string_view& input, std::size_t room, std::string& out) override {
    std::size_t const limit = out.size() + room;
    while (out.size() != limit && (!input.empty() || holds_output_)) {
      check_magic(input);
      std::size_t const used = out.size();
      out.resize(std::min(limit, used + std::clamp<std::size_t>(input.size() * 4, 512, 65536)));
      ::ZSTD_inBuffer from{input.data(), input.size(), 0};
      ::ZSTD_outBuffer to{out.data() + used, out.size() - used, 0};
      std::size_t const result = ::ZSTD_decompressStream(context_.get(), &to, &from);
      out.resize(used + to.pos);
      if (::ZSTD_isError(result) != 0) {
        throw_zstd_error(result);
      }
      input.remove_prefix(from.pos);
      complete_ = result == 0;
      if (complete_) {
        magic_size_ = 0;
      }
      holds_output_ = !complete_ && to.pos == to.size;
    }
  }

  bool is_complete() const noexcept override { return complete_; }

private:
  // Compares the first bytes of a frame with those of RFC 8878. The library can also decode formats
  // that precede it, to which the limit of the window does not apply.
  void check_magic(std::string_view input) {
    constexpr std::array<unsigned char, 4> frame{0x28, 0xb5, 0x2f, 0xfd};
    constexpr std::array<unsigned char, 4> skippable{0x50, 0x2a, 0x4d, 0x18};
    for (; magic_size_ != frame.size() && !input.empty(); ++magic_size_) {
      auto const byte = static_cast<unsigned char>(input.front());
      input.remove_prefix(1);
      if (magic_size_ == 0) {
        skippable_ = (byte & 0xf0U) == skippable[0];
      }
      bool const right = skippable_ ? magic_size_ == 0 || byte == skippable[magic_size_]
                                    : byte == frame[magic_size_];
      if (!right) {
        throw coding_error(coding_error::kind::malformed, "malformed compressed body");
      }
    }
  }

  std::unique_ptr<::ZSTD_DCtx, zstd_decoder_deleter> context_;
  std::size_t magic_size_ = 0;  // bytes of the frame's magic number that were compared
  bool skippable_ = false;      // the frame has no content
  bool complete_ = false;       // a frame ends with the input so far
  bool holds_output_ = false;
};

}  // namespace

std::unique_ptr<decoder> make_zstd_decoder() { return std::make_unique<zstd_decoder>(); }

}  // namespace anode::web
