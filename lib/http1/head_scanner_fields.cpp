// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
//
// The part of head_scanner that scans field lines byte by byte.
#include "base/char_class.hpp"
#include "http1/head_scanner.hpp"

#include <limits>

namespace anode::http1 {
namespace {

constexpr std::string_view bad_value = "Invalid header value char";
constexpr std::string_view bad_coding = "Invalid `Transfer-Encoding` header value";

}  // namespace

head_scanner::meaning head_scanner::meaning_of(message::field_id name) noexcept {
  switch (name) {
    case message::field_id::connection:
    case message::field_id::proxy_connection:
      return meaning::connection;
    case message::field_id::content_length:
      return meaning::content_length;
    case message::field_id::transfer_encoding:
      return meaning::transfer_encoding;
    case message::field_id::upgrade:
      return meaning::upgrade;
    default:
      return meaning::other;
  }
}

void head_scanner::find_meaning() noexcept {
  switch (meaning_) {
    case meaning::said_keep_alive:
      fields_.connection_keep_alive = true;
      break;
    case meaning::said_close:
      fields_.connection_close = true;
      break;
    case meaning::said_upgrade:
      fields_.connection_upgrade = true;
      break;
    case meaning::said_chunked:
      fields_.chunked = true;
      return;
    default:
      return;
  }
  meaning_ = meaning::connection;
}

bool head_scanner::end_name(char const*& p) {
  std::string_view name(span_, static_cast<std::size_t>(p - span_));
  if (name_size_ != 0) {
    // The name arrived in several reads. A name that does not fit into the array is unknown.
    std::size_t const stored = std::min(name.size(), sizeof(name_) - name_size_);
    name.copy(name_ + name_size_, stored);
    name = {name_, name_size_ + stored};
  }
  message::field_id const known = message::find_field_id(name);
  meaning_ = meaning_of(known);
  char const c = *p;
  if (c != ':' && (c != ' ' || meaning_ == meaning::other)) {
    return refuse(http::error::invalid_header_token, "Invalid header token", p);
  }
  if (meaning_ != meaning::other) {
    masked_bytes_.push_back({name_at_, name[0]});
  }
  if (!limits_.lenient) {
    auto const name_at = static_cast<std::uint32_t>(name_at_);
    known_.note(known, places_.size());
    places_.push_back({name_at, offset32(p) - name_at, offset32(p), 0});
  }
  if (!end_span(p, 1)) {
    return false;
  }
  if (c == ' ' && !limits_.lenient) {
    return refuse(http::error::invalid_header_token, "Invalid header field char", p, 1);
  }
  state_ = at::name_blanks;
  return true;
}

bool head_scanner::begin_value(char const*& p) {
  switch (meaning_) {
    case meaning::upgrade:
      fields_.upgrade = true;
      meaning_ = meaning::other;
      break;
    case meaning::transfer_encoding:
      if (fields_.chunked && kind_ == message::message_kind::request && !limits_.lenient) {
        return refuse(http::error::invalid_transfer_encoding, bad_coding, p, 1);
      }
      fields_.transfer_encoding = true;
      fields_.chunked = false;
      word_at_ = 0;
      state_ = at::coding_chunked;
      return true;
    case meaning::content_length:
      if (fields_.content_length_seen) {
        return refuse(http::error::unexpected_content_length, "Duplicate Content-Length", p);
      }
      state_ = at::length;
      return true;
    case meaning::connection:
      state_ = at::connection;
      return true;
    default:
      break;
  }
  state_ = at::value;
  return true;
}

bool head_scanner::run_framing_value(char const*& p, char const* end) {
  constexpr std::string_view coding = "chunked";
  for (; p != end; ++p) {
    char const c = *p;
    switch (state_) {
      case at::coding_chunked:
        if (static_cast<char>(c | 0x20) != coding[word_at_]) {
          state_ = at::coding;
          --p;
        } else if (++word_at_ == coding.size()) {
          state_ = at::coding_chunked_end;
        }
        continue;
      case at::coding_chunked_end:
        if (base::is_ows(c)) {
          continue;
        }
        if (c == '\r' || c == '\n') {
          meaning_ = meaning::said_chunked;
          state_ = at::value;
          return true;
        }
        if (c == ',' && kind_ == message::message_kind::request && !limits_.lenient) {
          return refuse(http::error::invalid_transfer_encoding, bad_coding, p, 1);
        }
        state_ = at::coding;
        --p;
        continue;
      case at::coding:
        if (c == ',') {
          state_ = at::coding_blanks;
        } else if (!base::is(c, base::value_char)) {
          meaning_ = meaning::other;
          state_ = at::value;
          return true;
        }
        continue;
      case at::coding_blanks:
        if (!base::is_ows(c)) {
          word_at_ = 0;
          state_ = at::coding_chunked;
          --p;
        }
        continue;
      case at::length: {
        if (!base::is(c, base::digit_char)) {
          state_ = at::length_blanks;
          --p;
          continue;
        }
        constexpr std::uint64_t max = std::numeric_limits<std::uint64_t>::max();
        auto const digit = static_cast<std::uint64_t>(c - '0');
        if (content_length_ > (max - digit) / 10) {
          return refuse(http::error::invalid_content_length, "Content-Length overflow", p, 1);
        }
        content_length_ = content_length_ * 10 + digit;
        continue;
      }
      case at::length_blanks:
        if (base::is_ows(c)) {
          continue;
        }
        if (c != '\r' && c != '\n') {
          return refuse(http::error::invalid_content_length, "Invalid character in Content-Length",
                        p);
        }
        fields_.content_length_seen = true;
        fields_.content_length = content_length_;
        state_ = at::value;
        return true;
      case at::connection:
        if (base::is_ows(c)) {
          continue;
        }
        word_ = base::to_lower(c) == 'c'   ? std::string_view("close")
                : base::to_lower(c) == 'k' ? std::string_view("keep-alive")
                                           : std::string_view("upgrade");
        word_at_ = 0;
        state_ = at::connection_word;
        --p;
        continue;
      case at::connection_word:
        if (base::to_lower(c) != word_[word_at_]) {
          state_ = at::connection_other;
          --p;
        } else if (++word_at_ == word_.size()) {
          meaning_ = word_[0] == 'c'   ? meaning::said_close
                     : word_[0] == 'k' ? meaning::said_keep_alive
                                       : meaning::said_upgrade;
          state_ = at::connection_word_end;
        }
        continue;
      case at::connection_word_end:
        if (base::is_ows(c)) {
          continue;
        }
        if (c == ',') {
          find_meaning();
          state_ = at::connection;
          continue;
        }
        if (c == '\r' || c == '\n') {
          state_ = at::value;
          return true;
        }
        meaning_ = meaning::other;
        state_ = at::connection_other;
        --p;
        continue;
      default:  // at::connection_other
        if (c == ',') {
          state_ = at::connection;
        } else if (!base::is(c, base::value_char)) {
          state_ = at::value;
          return true;
        }
        continue;
    }
  }
  return true;
}

void head_scanner::note_value(char const* behind) noexcept {
  while (behind != span_ && base::is_ows(behind[-1])) {
    --behind;
  }
  if (behind != span_ && !limits_.lenient) {
    places_.back().value_size = offset32(behind) - places_.back().value;
  }
}

bool head_scanner::run_value(char const*& p, char const* end) {
  p = end - feed_ < 16 ? base::skip(p, end, base::value_char) : base::skip_value_wide(p, end);
  if (state_ == at::any_value) {
    while (p != end && accepts_in_value(*p)) {
      mask_at(p);
      p = base::skip(p + 1, end, base::value_char);
    }
  }
  if (p == end) {
    return true;
  }
  if (*p == '\r') {
    note_value(p);
    if (!end_span(p, 1)) {
      return false;
    }
    ++p;
    state_ = at::value_lf;
    return true;
  }
  if (accepts_in_value(*p)) {
    state_ = at::any_value;
    return true;
  }
  bool const bare_lf = *p == '\n';
  if (!end_span(p, 0)) {
    return false;
  }
  if (!bare_lf) {
    return refuse(http::error::invalid_header_token, bad_value, p);
  }
  if (!limits_.lenient) {
    return refuse(http::error::cr_expected, "Missing expected CR after header value", p);
  }
  state_ = at::value_lf;
  return true;
}

bool head_scanner::run_fields(char const*& p, char const* end) {
  while (p != end) {
    char const c = *p;
    switch (state_) {
      case at::fields_start:
        fields_at_ = offset(p);
        state_ = at::name_start;
        if (c == ' ') {
          if (!limits_.lenient) {
            return refuse(http::error::unexpected_space, "Unexpected space after start line", p, 1);
          }
          ++p;
        }
        continue;
      case at::name_start:
        if (!limits_.lenient) {
          char const* const from = p;
          parse_field_lines(p, end);
          if (complete_) {
            return true;
          }
          if (p != from) {
            continue;
          }
        }
        if (c == '\r') {
          state_ = at::last_lf;
          ++p;
          continue;
        }
        if (c == '\n') {
          if (!limits_.lenient) {
            return refuse(http::error::invalid_header_token, "Invalid header field char", p, 1);
          }
          emit("\r\n");
          ++p;
          complete_ = true;
          return true;
        }
        if (c == ':') {
          return refuse(http::error::invalid_header_token, "Invalid header token", p);
        }
        if (++lines_ > limits_.max_headers_count) {
          return refuse(http::error::header_overflow, "Header overflow", p);
        }
        name_at_ = limits_.lenient ? canonical_.size() : offset(p);
        name_size_ = 0;
        begin_span(p);
        state_ = at::name;
        [[fallthrough]];
      case at::name:
        p = base::skip(p, end, base::token_char);
        if (p != end && !end_name(p)) {
          return false;
        }
        continue;
      case at::name_blanks:
        if (c == ' ') {  // lenient only
          ++p;
          continue;
        }
        if (c != ':') {
          return refuse(http::error::invalid_header_token, "Invalid header token", p);
        }
        ++p;
        emit(":");
        if (!limits_.lenient) {
          if (meaning_ == meaning::transfer_encoding && fields_.content_length_seen) {
            return refuse(http::error::invalid_transfer_encoding,
                          "Transfer-Encoding can't be present with Content-Length", p);
          }
          if (meaning_ == meaning::content_length && fields_.transfer_encoding) {
            return refuse(http::error::invalid_content_length,
                          "Content-Length can't be present with Transfer-Encoding", p);
          }
          if (meaning_ == meaning::transfer_encoding && kind_ == message::message_kind::request &&
              version_minor_ == 0) {
            // RFC 9112 section 6.1: the framing of such a message is faulty. Node decodes it.
            return refuse(http::error::invalid_transfer_encoding,
                          "Request has invalid `Transfer-Encoding`", p);
          }
        }
        state_ = at::value_blanks;
        continue;
      case at::value_blanks:
        if (base::is_ows(c)) {
          ++p;
          continue;
        }
        if (c == '\r' || (c == '\n' && limits_.lenient)) {
          state_ = c == '\r' ? at::empty_value_lf : at::after_empty_value;
          ++p;
          continue;
        }
        if (c == '\n') {
          return refuse(http::error::invalid_header_token, bad_value, p, 1);
        }
        if (!limits_.lenient) {
          places_.back().value = offset32(p);
        }
        begin_span(p);
        state_ = at::value_start;
        [[fallthrough]];
      case at::value_start:
        if (!begin_value(p)) {
          return false;
        }
        continue;
      case at::empty_value_lf:
        if (c == '\n') {
          ++p;
        } else if (!limits_.lenient) {
          return refuse(http::error::strict, "Expected LF after CR", p);
        }
        state_ = at::after_empty_value;
        continue;
      case at::after_empty_value:
        if (base::is_ows(c)) {
          if (!limits_.lenient) {
            return refuse(http::error::invalid_header_token, bad_value, p, 1);
          }
          ++p;
          state_ = at::value_blanks;
          continue;
        }
        if (meaning_ == meaning::content_length) {
          return refuse(http::error::invalid_content_length, "Empty Content-Length", p);
        }
        if (meaning_ == meaning::transfer_encoding) {
          // Node ignores an empty Transfer-Encoding.
          return refuse(http::error::invalid_transfer_encoding, bad_coding, p);
        }
        emit("\r\n");
        state_ = at::name_start;
        continue;
      case at::value_lf:
        if (c != '\n') {
          return refuse(http::error::lf_expected, "Missing expected LF after header value", p);
        }
        ++p;
        state_ = at::after_value;
        continue;
      case at::after_value:
        if (base::is_ows(c)) {
          if (!limits_.lenient) {
            return refuse(http::error::invalid_header_token,
                          "Unexpected whitespace after header value", p);
          }
          if (meaning_ == meaning::said_chunked) {
            meaning_ = meaning::other;
          }
          begin_span(p);
          state_ = at::value_start;
          continue;
        }
        find_meaning();
        emit("\r\n");
        state_ = at::name_start;
        continue;
      case at::last_lf:
        if (c == '\n') {
          ++p;
        } else if (!limits_.lenient) {
          return refuse(http::error::strict, "Expected LF after headers", p);
        }
        emit("\r\n");
        complete_ = true;
        return true;
      case at::value:
      case at::any_value:
        if (!run_value(p, end)) {
          return false;
        }
        continue;
      default:
        if (!run_framing_value(p, end)) {
          return false;
        }
        continue;
    }
  }
  return true;
}

}  // namespace anode::http1
