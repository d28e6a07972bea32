// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "web/coding/zstd_encoder.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <new>
#include <utility>
#include <zstd.h>

namespace anode::web {

namespace {

// The window of an encoder, 512 KiB: more costs memory for each body and saves little.
constexpr int zstd_encoder_window_bits = 19;

struct zstd_context_deleter {
  void operator()(::ZSTD_CCtx* context) const noexcept { ::ZSTD_freeCCtx(context); }
};
using zstd_context = std::unique_ptr<::ZSTD_CCtx, zstd_context_deleter>;

// Contexts that are not in use, each with its tables, whose allocation costs more than a small
// body.
struct spare_zstd_contexts {
  std::array<zstd_context, 2> contexts{};
  ~spare_zstd_contexts();
};

// An encoder can be destroyed when the spares of its thread already are.
thread_local bool zstd_spares_are_gone = false;
thread_local spare_zstd_contexts zstd_spares;

spare_zstd_contexts::~spare_zstd_contexts() { zstd_spares_are_gone = true; }

zstd_context take_zstd_context() {
  if (!zstd_spares_are_gone) {
    for (zstd_context& spare : zstd_spares.contexts) {
      if (spare) {
        return std::move(spare);
      }
    }
  }
  zstd_context made(::ZSTD_createCCtx());
  if (!made) {
    throw std::bad_alloc();
  }
  return made;
}

class zstd_encoder final : public encoder {
public:
  explicit zstd_encoder(int level) : context_(take_zstd_context()) {
    // Ends a body that was abandoned.
    ::ZSTD_CCtx_reset(context_.get(), ZSTD_reset_session_only);
    ::ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, level);
    ::ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_windowLog, zstd_encoder_window_bits);
  }
  zstd_encoder(zstd_encoder const&) = delete;
  zstd_encoder& operator=(zstd_encoder const&) = delete;

  ~zstd_encoder() override {
    // The tables of high levels are large.
    constexpr std::size_t most_kept = std::size_t{4} * 1024 * 1024;
    if (zstd_spares_are_gone || ::ZSTD_sizeof_CCtx(context_.get()) > most_kept) {
      return;
    }
    auto const place = std::ranges::find_if(zstd_spares.contexts,
                                            [](zstd_context const& spare) { return !spare; });
    if (place != zstd_spares.contexts.end()) {
      *place = std::move(context_);
    }
  }

  void encode(std::string_view input, mode how, std::string& out) override {
    ::ZSTD_EndDirective const directive = how == mode::finish  ? ZSTD_e_end
                                          : how == mode::flush ? ZSTD_e_flush
                                                               : ZSTD_e_continue;
    ::ZSTD_inBuffer from{input.data(), input.size(), 0};
    bool over = false;
    while (!over) {
      std::size_t const used = out.size();
      out.resize(used + std::clamp<std::size_t>(input.size() / 2, 512, 65536));
      ::ZSTD_outBuffer to{out.data() + used, out.size() - used, 0};
      std::size_t const held = ::ZSTD_compressStream2(context_.get(), &to, &from, directive);
      out.resize(used + to.pos);
      if (::ZSTD_isError(held) != 0) {
        throw std::bad_alloc();  // the only error of valid calls
      }
      over = directive == ZSTD_e_continue ? from.pos == from.size : held == 0;
    }
  }

private:
  zstd_context context_;
};

}  // namespace

std::unique_ptr<encoder> make_zstd_encoder(int level) {
  return std::make_unique<zstd_encoder>(level);
}

}  // namespace anode::web
