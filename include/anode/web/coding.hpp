// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

/// Content codings (RFC 9110 section 8.4). The codings themselves are in libraries of their own:
/// `anode/web/gzip.hpp`, `anode/web/brotli.hpp` and `anode/web/zstd.hpp`. `anode/web/compress.hpp`
/// applies them to messages. Needs the library `anode-web`.

#include <anode/detail/export.hpp>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace anode::web {

/// Thrown if a coded body cannot be decoded.
class ANODE_EXPORT coding_error : public std::runtime_error {
public:
  /// What is wrong.
  enum class kind : std::uint8_t {
    malformed,    ///< the bytes are not of the coding
    cut,          ///< the body ends in the middle
    too_large,    ///< more output than a limit permits
    unsupported,  ///< an unknown coding, or too many codings
  };

  /// Makes an error with its text.
  coding_error(kind reason, std::string const& text) : std::runtime_error(text), reason_(reason) {}

  /// Returns what is wrong.
  kind reason() const noexcept { return reason_; }

  /// Returns the status for a server's response: 400, 413 or 415.
  int status() const noexcept {
    return reason_ == kind::too_large ? 413 : reason_ == kind::unsupported ? 415 : 400;
  }

private:
  kind reason_;
};

/// Encodes one body.
class ANODE_EXPORT encoder {
public:
  /// What happens to output that the coding could still hold back.
  enum class mode : std::uint8_t {
    buffer,  ///< it may be held back
    flush,   ///< it is emitted; the receiver can decode all input so far
    finish,  ///< it is emitted with the end of the body
  };

  virtual ~encoder() = default;

  /// Encodes `input` and appends the output to `out`.
  virtual void encode(std::string_view input, mode how, std::string& out) = 0;
};

/// Decodes one body.
class ANODE_EXPORT decoder {
public:
  virtual ~decoder() = default;

  /// Decodes from the front of `input` until the input is used up or `out` has `room` more bytes.
  /// @param input the bytes that are used are removed.
  /// @throws coding_error if the bytes are not of the coding.
  virtual void decode(std::string_view& input, std::size_t room, std::string& out) = 0;

  /// Returns whether the body may end here.
  virtual bool is_complete() const noexcept = 0;
};

/// A content coding: its name and its functions.
class ANODE_EXPORT coding {
public:
  using encoder_factory = std::unique_ptr<encoder> (*)(int level);  ///< makes an encoder
  using decoder_factory = std::unique_ptr<decoder> (*)();           ///< makes a decoder

  /// Makes a coding. Programs use functions as `gzip()` instead.
  /// @param name name in Content-Encoding, which must outlive the object.
  /// @param window bytes that a decoder may produce from very little input, because the coding
  ///   looks back that far.
  /// @param level the usual level.
  /// @param fast_level level for events.
  coding(std::string_view name, std::size_t window, int level, int fast_level,
         encoder_factory encode, decoder_factory decode) noexcept
      : name_(name),
        window_(window),
        level_(level),
        fast_level_(fast_level),
        encode_(encode),
        decode_(decode) {}

  /// Returns the name in Content-Encoding.
  std::string_view name() const noexcept { return name_; }

  /// Returns the window in bytes.
  std::size_t window() const noexcept { return window_; }

  /// Returns a new encoder; null if the coding can only be decoded.
  std::unique_ptr<encoder> make_encoder(bool fast = false) const {
    return encode_ == nullptr ? nullptr : encode_(fast ? fast_level_ : level_);
  }

  /// Returns whether bodies can be encoded.
  bool can_encode() const noexcept { return encode_ != nullptr; }

  /// Returns a new decoder.
  std::unique_ptr<decoder> make_decoder() const { return decode_(); }

private:
  std::string_view name_;
  std::size_t window_;
  int level_;
  int fast_level_;
  encoder_factory encode_;
  decoder_factory decode_;
};

/// The codings that a program uses, in the order of its preference.
///
/// ```cpp
/// web::codings const codings{web::zstd(), web::brotli(), web::gzip()};
/// ```
class ANODE_EXPORT codings {
public:
  /// Makes an empty list: bodies are neither encoded nor decoded.
  codings() = default;

  /// Lists codings.
  codings(std::initializer_list<coding> list) : list_(list) {}

  /// Returns the coding of that name, or null. Names are compared case-insensitively; `x-gzip` is
  /// `gzip`.
  coding const* find(std::string_view name) const noexcept;

  /// Returns the best coding that a client accepts, or null to send the body as it is. Of the list,
  /// the first eight codings that can encode count.
  /// @param accept the value of Accept-Encoding; empty if the request has none.
  coding const* choose(std::string_view accept) const;

  /// Returns the value of Accept-Encoding that offers all codings; empty if there are none.
  std::string accept_encoding() const;

  /// Returns whether the list is empty.
  bool empty() const noexcept { return list_.empty(); }

  /// Returns an iterator to the first coding.
  std::vector<coding>::const_iterator begin() const noexcept { return list_.begin(); }

  /// Returns the end of the list.
  std::vector<coding>::const_iterator end() const noexcept { return list_.end(); }

private:
  std::vector<coding> list_;
};

/// What decoding may cost.
struct decoding_limits {
  std::uint64_t output = 32ULL << 20U;  ///< decoded bytes, of each coding
  std::uint32_t ratio = 200;            ///< decoded bytes for each received byte
  std::size_t codings = 2;              ///< codings of one body
};

/// Decodes the codings of one body, piece by piece.
///
/// ```cpp
/// decoder.feed(piece);
/// for (auto data = decoder.next(); !data.empty(); data = decoder.next()) use(data);
/// ```
class ANODE_EXPORT content_decoder {
public:
  /// Maximum size of what one call of `next` returns, in bytes.
  static constexpr std::size_t piece_size = 64 * 1024;

  /// Makes the decoders of a body.
  /// @param known the codings to accept.
  /// @param content_encoding the value of Content-Encoding; `identity` is ignored.
  /// @throws coding_error with `unsupported` for another coding, or more of them than the limit.
  content_decoder(codings const& known, std::string_view content_encoding,
                  decoding_limits const& limits = {});
  content_decoder(content_decoder&&) noexcept;             ///< moves the decoders
  content_decoder& operator=(content_decoder&&) noexcept;  ///< moves the decoders
  ~content_decoder();

  /// Returns whether the body is not coded.
  bool is_identity() const noexcept;

  /// Adds received bytes. `next` must have returned an empty view. The bytes must stay valid until
  /// it does so again.
  void feed(std::string_view input) noexcept;

  /// Returns the next decoded bytes, at most `piece_size`; an empty view if more input is needed.
  /// The view is valid until the next call.
  ///
  /// The ratio counts from the first 64 KiB of output on, or the window of the coding if that is
  /// larger. The limits also apply to what one coding passes to the next one.
  /// @throws coding_error with `malformed` or `too_large`. The object must not be used afterwards.
  std::string_view next();

  /// Checks the end of the body. `next` must have returned an empty view.
  /// @throws coding_error with `cut` if the body ends in the middle of a coding.
  void finish();

private:
  struct stage;

  void pull(std::size_t index);

  std::vector<stage> stages_;  // the first one gets the received bytes
  decoding_limits limits_;
  std::string_view identity_;  // input without codings
  std::uint64_t received_ = 0;
};

}  // namespace anode::web
