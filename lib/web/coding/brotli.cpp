// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include <anode/web/brotli.hpp>

#include <algorithm>
#include <brotli/decode.h>
#include <brotli/encode.h>
#include <cstddef>
#include <cstdint>
#include <new>

namespace anode::web {

namespace {

// The window of an encoder, 512 KiB: more costs memory for each body and saves little.
constexpr std::uint32_t encoder_window_bits = 19;
// The largest window of a decoder without the extension for large windows.
constexpr std::size_t decoder_window = 16 * 1024 * 1024;

class brotli_encoder final : public encoder {
public:
  explicit brotli_encoder(int level)
      : state_(::BrotliEncoderCreateInstance(nullptr, nullptr, nullptr)) {
    if (state_ == nullptr) {
      throw std::bad_alloc();
    }
    ::BrotliEncoderSetParameter(state_, BROTLI_PARAM_QUALITY, static_cast<std::uint32_t>(level));
    ::BrotliEncoderSetParameter(state_, BROTLI_PARAM_LGWIN, encoder_window_bits);
  }
  brotli_encoder(brotli_encoder const&) = delete;
  brotli_encoder& operator=(brotli_encoder const&) = delete;
  ~brotli_encoder() override { ::BrotliEncoderDestroyInstance(state_); }

  void encode(std::string_view input, mode how, std::string& out) override {
    BrotliEncoderOperation const operation = how == mode::finish  ? BROTLI_OPERATION_FINISH
                                             : how == mode::flush ? BROTLI_OPERATION_FLUSH
                                                                  : BROTLI_OPERATION_PROCESS;
    auto const* next = reinterpret_cast<std::uint8_t const*>(input.data());
    std::size_t available = input.size();
    do {
      std::size_t no_room = 0;
      if (::BrotliEncoderCompressStream(state_, operation, &available, &next, &no_room, nullptr,
                                        nullptr) == BROTLI_FALSE) {
        throw std::bad_alloc();
      }
      while (::BrotliEncoderHasMoreOutput(state_) == BROTLI_TRUE) {
        std::size_t size = 0;  // as much as there is
        std::uint8_t const* const bytes = ::BrotliEncoderTakeOutput(state_, &size);
        out.append(reinterpret_cast<char const*>(bytes), size);
      }
    } while (available != 0);
  }

private:
  ::BrotliEncoderState* state_;
};

class brotli_decoder final : public decoder {
public:
  brotli_decoder() : state_(::BrotliDecoderCreateInstance(nullptr, nullptr, nullptr)) {
    if (state_ == nullptr) {
      throw std::bad_alloc();
    }
  }
  brotli_decoder(brotli_decoder const&) = delete;
  brotli_decoder& operator=(brotli_decoder const&) = delete;
  ~brotli_decoder() override { ::BrotliDecoderDestroyInstance(state_); }

  void decode(std::string_view& input, std::size_t room, std::string& out) override {
    std::size_t const limit = out.size() + room;
    while (out.size() != limit) {
      if (complete_ && !input.empty()) {
        throw coding_error(coding_error::kind::malformed, "bytes behind a compressed body");
      }
      if (complete_ || (input.empty() && !more_output_)) {
        return;
      }
      auto const* next = reinterpret_cast<std::uint8_t const*>(input.data());
      std::size_t available = input.size();
      std::size_t const used = out.size();
      out.resize(std::min(limit, used + std::clamp<std::size_t>(input.size() * 4, 512, 65536)));
      std::size_t free = out.size() - used;
      auto* to = reinterpret_cast<std::uint8_t*>(out.data() + used);
      BrotliDecoderResult const result =
          ::BrotliDecoderDecompressStream(state_, &available, &next, &free, &to, nullptr);
      input.remove_prefix(input.size() - available);
      out.resize(out.size() - free);
      more_output_ = result == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT;
      complete_ = result == BROTLI_DECODER_RESULT_SUCCESS;
      if (result == BROTLI_DECODER_RESULT_ERROR) {
        throw coding_error(coding_error::kind::malformed, "malformed compressed body");
      }
    }
  }

  bool is_complete() const noexcept override { return complete_; }

private:
  ::BrotliDecoderState* state_;
  bool complete_ = false;
  bool more_output_ = false;
};

}  // namespace

coding brotli(int level) {
  level = std::clamp(level, BROTLI_MIN_QUALITY, BROTLI_MAX_QUALITY);
  return {"br",
          decoder_window,
          level,
          std::min(level, 1),
          [](int quality) -> std::unique_ptr<encoder> {
            return std::make_unique<brotli_encoder>(quality);
          },
          []() -> std::unique_ptr<decoder> { return std::make_unique<brotli_decoder>(); }};
}

}  // namespace anode::web
