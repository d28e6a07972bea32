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

/// A byte of a head that the tokenizer must not see as it is: the first letter of a field that
/// decides the framing (it must not be the tokenizer that does), and bytes that only
/// `insecure_http_parser`, or a reason phrase, may have.
struct masked_byte {
  std::size_t at;  ///< offset in the head
  char original;
};

/// What the guard needs to know of `parser_options`.
struct head_scanner_limits {
  std::size_t max_header_size;
  std::size_t max_headers_count;
  bool lenient;
};

/// Decides byte by byte whether a head (or a trailer section) may go on, with the answers of
/// llhttp 9.2.1: every byte is looked at once, when it arrives, and the first one that cannot be
/// part of a valid head is refused there.
///
/// Knows where the head ends and where its parts are, collects what the framing needs, and counts
/// towards the limits.
/// **Node**: llhttp's states from `start_req`/`start_res` to `headers_done`, and `TrackHeader` of
/// its binding.
class head_scanner {
public:
  /// The raw bytes of a head, with separators and discarded blanks, may be so many times
  /// `max_header_size`.
  static constexpr std::size_t max_raw_factor = 8;

  enum class scan_result : std::uint8_t { need_more, complete, refused };

  explicit head_scanner(message::message_kind kind, head_scanner_limits const& limits) noexcept
      : kind_(kind), limits_(limits) {}

  /// Starts a head; its first byte (no CR, no LF) is the first one given to `feed`.
  void start_head() noexcept;

  /// Starts the trailer section of the message whose head was guarded last.
  void start_trailers() noexcept;

  /// Looks at the bytes from `p` on and moves `p` behind those that are part of the head; to where
  /// Node's parser stands when the answer is `refused`.
  scan_result feed(char const*& p, char const* end);

  /// What is wrong, after `refused`.
  http::error code() const noexcept { return code_; }
  std::string_view reason() const noexcept { return reason_; }

  // What was found, after `complete`.
  message::method method() const noexcept { return method_; }
  std::uint8_t version_major() const noexcept { return version_major_; }
  std::uint8_t version_minor() const noexcept { return version_minor_; }
  std::uint16_t status() const noexcept { return status_; }
  message::framing_fields const& fields() const noexcept { return fields_; }

  /// Returns whether the head has the usual form: one blank between the parts of its first line,
  /// HTTP/1.0 or 1.1, a reason phrase that may be empty but is there. Never so when `lenient`.
  bool is_fast_path() const noexcept { return fast_path_ && !limits_.lenient; }

  /// Returns whether the field lines are, byte for byte, those of the head before.
  bool same_fields() const noexcept { return same_fields_; }

  // Where the parts are, from the first byte of the head or trailer section; unless `lenient`.
  std::vector<http::field_place> const& places() const noexcept { return places_; }
  message::field_index const& known() const noexcept { return known_; }
  std::size_t text_at() const noexcept { return text_at_; }  // target or reason
  std::size_t text_size() const noexcept { return text_size_; }

  /// Appends the head, whose bytes are `raw`, in the one form that every tokenizer takes: single
  /// blanks, HTTP/1.1, CRLF, no folds. For heads that are not `is_fast_path`.
  /// @return by how much a `masked_byte` lies further behind in it
  std::ptrdiff_t append_canonical(http::field_lines& out, std::string_view raw) const;

  /// Returns what was kept of the head or trailer section in canonical form; `lenient` only.
  std::string const& canonical() const noexcept { return canonical_; }

  /// Bytes that must be disguised, in order; see `append_canonical` for their places.
  std::vector<masked_byte> const& masked_bytes() const noexcept { return masked_bytes_; }

  /// Gives memory back, but for what most heads need.
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

  /// Which field the current value belongs to; for lists, what their current element said.
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

  // Each takes bytes from `p` on; false means refused. They return when `state_` is none of theirs.
  bool run_start_line(char const*& p, char const* end);
  bool run_target(char const*& p, char const* end);
  bool run_fields(char const*& p, char const* end);
  bool run_value(char const*& p, char const* end);
  bool run_framing_value(char const*& p, char const* end);

  // Take what is whole, ordinary and within limits; leave the rest to the above.
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
  void emit(std::string_view bytes);

  void begin_span(char const* p) noexcept {
    span_ = p;
    in_span_ = true;
  }

  std::size_t offset(char const* p) const noexcept {
    return raw_ + static_cast<std::size_t>(p - feed_);
  }

  std::uint32_t place(char const* p) const noexcept {
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
  char name_[18]{};  // the beginning of a name that came in pieces
  char const* span_ = nullptr;
  char const* feed_ = nullptr;
  std::size_t raw_ = 0;      // bytes of this head before the current call
  std::size_t counted_ = 0;  // bytes that count towards max_header_size
  std::size_t lines_ = 0;
  std::size_t name_at_ = 0;
  std::size_t text_at_ = 0, text_size_ = 0;  // target or reason
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
  // All field lines of the head before, with the empty line, if what was found of them is still
  // there; where they began, and what they count towards the limit.
  std::string section_;
  std::size_t section_at_ = 0;
  std::size_t section_counted_ = 0;
  std::uint8_t section_minor_ = 1;  // the version's: codings mean something since HTTP/1.1
};

}  // namespace anode::http1
