// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "message/body_framing.hpp"
#include "message/field_id.hpp"
#include "message/method.hpp"

#include <anode/error.hpp>
#include <anode/field_lines.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace anode::http1 {

/// A byte of a head that is masked before the tokenizer parses the head.
///
/// The first letter of the name of each framing field is masked, because the tokenizer must not
/// apply framing rules. Bytes that are valid only in a reason phrase or with `insecure_http_parser`
/// are masked, too.
struct masked_byte {
  std::size_t at;  ///< offset in the head, in bytes
  char original;
};

/// The part of `parser_options` that `head_scanner` uses.
struct head_scanner_limits {
  std::size_t max_header_size;    ///< see `parser_options::max_header_size`
  std::size_t max_headers_count;  ///< the most field lines
  bool lenient;                   ///< `insecure_http_parser`
  bool relaxed_values = false;    ///< see `parser_options::relaxed_values`
};

/// Validates a head or a trailer section incrementally, with the results of llhttp 9.2.1.
///
/// The scanner examines each byte once, when it arrives, and rejects the first byte that cannot be
/// part of a valid head. It finds the end and the parts of the head, collects the framing fields
/// and enforces the limits.
///
/// **Node**: llhttp's states from `start_req`/`start_res` to `headers_done`, and `TrackHeader` of
/// its binding.
class head_scanner {
public:
  /// The limit of the raw bytes of a head, including separators and discarded whitespace, as a
  /// multiple of `max_header_size`.
  static constexpr std::size_t max_raw_factor = 8;

  enum class scan_result : std::uint8_t { need_more, complete, refused };

  explicit head_scanner(message::message_kind kind, head_scanner_limits const& limits) noexcept
      : kind_(kind), limits_(limits) {}

  /// Starts a head. The next call of `feed` begins with its first byte, which is not CR or LF.
  void start_head() noexcept;

  /// Starts the trailer section of the message whose head was scanned last.
  void start_trailers() noexcept;

  /// Scans bytes from `p` and advances `p` past the bytes of the head. If the result is `refused`,
  /// `p` is the position at which Node's parser reports the error.
  scan_result feed(char const*& p, char const* end);

  /// Return the error and its reason after `refused`.
  http::error code() const noexcept { return code_; }
  std::string_view reason() const noexcept { return reason_; }

  // The parsed values, valid after `complete`.
  message::method method() const noexcept { return method_; }
  std::uint8_t version_major() const noexcept { return version_major_; }
  std::uint8_t version_minor() const noexcept { return version_minor_; }
  std::uint16_t status() const noexcept { return status_; }
  message::framing_fields const& fields() const noexcept { return fields_; }

  /// Returns whether the fast path applies: single spaces between the parts of the start line,
  /// HTTP/1.0 or HTTP/1.1, and the space before the reason phrase is present. False if `lenient`.
  bool is_fast_path() const noexcept { return fast_path_ && !limits_.lenient; }

  /// Returns whether the field section is byte for byte equal to that of the previous head.
  bool same_fields() const noexcept { return same_fields_; }

  // The positions of the parts, relative to the first byte of the head or trailer section. Not
  // valid if `lenient`.
  std::vector<http::field_place> const& places() const noexcept { return places_; }
  message::field_index const& known() const noexcept { return known_; }
  std::size_t text_at() const noexcept { return text_at_; }  // of target or reason phrase
  std::size_t text_size() const noexcept { return text_size_; }

  /// Appends the head `raw` to `out` in canonical form: single spaces, HTTP/1.1, CRLF, no folded
  /// lines. For heads that are not `is_fast_path`.
  /// @return the offset to add to `masked_byte::at`
  std::ptrdiff_t append_canonical(http::field_lines& out, std::string_view raw) const;

  /// Returns the head or trailer section in canonical form. `lenient` only.
  std::string const& canonical() const noexcept { return canonical_; }

  /// Returns the bytes to mask, in ascending order. `append_canonical` returns the offset to add.
  std::vector<masked_byte> const& masked_bytes() const noexcept { return masked_bytes_; }

  /// Frees memory, except for the small amount that most heads need.
  void release_memory() noexcept;

private:
  enum class at : std::uint8_t {
    method,
    after_method,
    before_target,
    target_start,
    target_scheme,
    target_scheme_slash,
    target_scheme_slashes,
    target_server,
    target_server_with_at,
    target_path,
    target_query,
    target_fragment,
    target_lf,
    after_target,
    before_protocol,
    protocol,
    version_major,
    version_dot,
    version_minor,
    after_version,
    line_lf,
    preface,
    before_status,
    status_1,
    status_2,
    status_3,
    after_status,
    reason,
    reason_lf,
    fields_start,
    name_start,
    name,
    name_blanks,
    value_blanks,
    empty_value_lf,
    after_empty_value,
    value_start,
    value,
    any_value,
    value_lf,
    after_value,
    last_lf,
    coding_chunked,
    coding_chunked_end,
    coding,
    coding_blanks,
    length,
    length_blanks,
    connection,
    connection_word,
    connection_word_end,
    connection_other,
  };

  /// The field of the current value. For lists: the token that the current element equals.
  enum class meaning : std::uint8_t {
    other,
    connection,
    content_length,
    transfer_encoding,
    upgrade,
    said_keep_alive,
    said_close,
    said_upgrade,
    said_chunked,
  };

  static meaning meaning_of(message::field_id name) noexcept;

  // Each function scans bytes from `p` and returns false on an error. It returns true at the end of
  // the input or when another function handles `state_`.
  bool run_start_line(char const*& p, char const* end);
  bool run_target(char const*& p, char const* end);
  bool run_fields(char const*& p, char const* end);
  bool run_value(char const*& p, char const* end);
  bool run_framing_value(char const*& p, char const* end);

  // The fast path: these functions scan complete lines of the most common form within the limits.
  // The functions above scan all other input.
  void parse_request_line(char const*& p, char const* end);
  void parse_status_line(char const*& p, char const* end);
  void begin_fields(char const*& p, char const* end);
  bool reuse_same_lines(char const*& p, char const* end);
  void parse_field_lines(char const*& p, char const* end);
  bool parse_framing_value(message::field_id name, std::string_view value) noexcept;

  void start_fields() noexcept;
  void remember(char const* begin, char const* end);

  bool method_byte(char const*& p);
  bool protocol_byte(char const*& p);
  bool end_protocol(char const*& p);
  bool end_version(char const*& p);
  bool end_name(char const*& p);
  bool begin_value(char const*& p);
  bool end_span(char const*& p, int more);
  bool count_span(char const* end);
  void find_meaning() noexcept;
  void note_value(char const* behind) noexcept;
  bool refuse(http::error code, std::string_view reason, char const*& p, int more = 0) noexcept;
  void mask_at(char const* p);

  /// Returns whether a value may have a byte that is no `value_char`.
  bool accepts_in_value(char c) const noexcept {
    return c != '\n' && c != '\r' && (limits_.lenient || (limits_.relaxed_values && c != '\0'));
  }
  void emit(std::string_view bytes);

  void begin_span(char const* p) noexcept {
    span_ = p;
    in_span_ = true;
  }

  std::size_t offset(char const* p) const noexcept {
    return raw_ + static_cast<std::size_t>(p - feed_);
  }

  std::uint32_t offset32(char const* p) const noexcept {
    return static_cast<std::uint32_t>(offset(p));
  }

  message::message_kind kind_;
  at state_ = at::method;
  meaning meaning_ = meaning::other;
  bool complete_ = false;
  bool in_span_ = false;
  bool fast_path_ = true;
  bool same_fields_ = false;
  std::uint8_t word_at_ = 0;
  std::uint8_t name_size_ = 0;
  std::uint8_t methods_begin_ = 0, methods_end_ = 0;
  head_scanner_limits limits_;
  std::string_view word_;
  char name_[18]{};  // the beginning of a name that arrives in several reads
  char const* span_ = nullptr;
  char const* feed_ = nullptr;
  std::size_t raw_ = 0;      // bytes of this head before the current call
  std::size_t counted_ = 0;  // bytes counted against max_header_size
  std::size_t lines_ = 0;
  std::size_t name_at_ = 0;
  std::size_t text_at_ = 0, text_size_ = 0;  // of target or reason phrase
  std::size_t fields_at_ = 0;
  message::framing_fields fields_;
  std::uint64_t content_length_ = 0;
  message::method method_ = message::method::unknown;
  std::uint8_t version_major_ = 1, version_minor_ = 1;
  std::uint16_t status_ = 0;
  http::error code_{};
  std::string_view reason_;
  std::vector<http::field_place> places_;  // not lenient
  message::field_index known_;             // not lenient
  std::vector<masked_byte> masked_bytes_;
  std::string canonical_;  // lenient only
  // The field section of the previous head, including the empty line, while its parse result is
  // still stored; the offset of its first byte; and its bytes counted against max_header_size.
  std::string section_;
  std::size_t section_at_ = 0;
  std::size_t section_counted_ = 0;
  std::uint8_t section_minor_ = 1;  // its minor version: HTTP/1.0 has other coding rules
};

}  // namespace anode::http1
