// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "http1/head_scanner.hpp"

#include "base/char_class.hpp"

#include <algorithm>

namespace anode::http1 {

namespace {

// The capacity in field places that `release_memory` keeps: enough for most heads, 256 bytes.
constexpr std::size_t kept_places = 16;

// The capacity in bytes of the stored field section that `release_memory` keeps.
constexpr std::size_t kept_section = 512;

}  // namespace

void head_scanner::start_head() noexcept {
  state_ = kind_ == message::message_kind::request ? at::method : at::protocol;
  complete_ = false;
  in_span_ = false;
  fast_path_ = true;
  same_fields_ = false;
  word_at_ = 0;
  word_ = "HTTP/";
  methods_begin_ = 0;
  methods_end_ = 0;
  raw_ = 0;
  counted_ = 0;
  text_at_ = 0;
  text_size_ = 0;
  fields_at_ = 0;
  content_length_ = 0;
  method_ = message::method::unknown;
  status_ = 0;
  if (limits_.lenient) {
    start_fields();
  }
}

/// Discards the field lines of the previous head.
void head_scanner::start_fields() noexcept {
  fields_ = {};
  lines_ = 0;
  places_.clear();
  known_.clear();
  masked_bytes_.clear();
  canonical_.clear();
  section_.clear();
}

void head_scanner::start_trailers() noexcept {
  state_ = at::name_start;
  meaning_ = meaning::other;
  complete_ = false;
  in_span_ = false;
  raw_ = 0;
  counted_ = 0;
  lines_ = 0;
  fields_at_ = 0;
  content_length_ = 0;
  places_.clear();
  masked_bytes_.clear();
  canonical_.clear();
  section_.clear();
}

head_scanner::scan_result head_scanner::feed(char const*& p, char const* end) {
  feed_ = p;
  if (in_span_) {
    span_ = p;
  }
  if (raw_ == 0 && !limits_.lenient && p != end && state_ < at::fields_start) {
    if (kind_ == message::message_kind::request) {
      parse_request_line(p, end);
    } else {
      parse_status_line(p, end);
    }
    if (state_ < at::fields_start) {
      start_fields();
    }
  }
  bool good = true;
  while (good && !complete_ && p != end) {
    if (state_ >= at::fields_start) {
      good = run_fields(p, end);
    } else {
      good = run_start_line(p, end);
    }
  }
  if (good && in_span_) {
    if (state_ == at::name) {
      // Store the beginning only: no known field name is longer than the array.
      auto const size = static_cast<std::size_t>(end - span_);
      std::size_t const stored = std::min(size, sizeof(name_) - name_size_);
      std::copy_n(span_, stored, name_ + name_size_);
      name_size_ = static_cast<std::uint8_t>(name_size_ + stored);
    } else if (state_ > at::name) {
      note_value(end);
    }
    good = count_span(end);
  }
  raw_ += static_cast<std::size_t>(p - feed_);
  if (raw_ > max_raw_factor * limits_.max_header_size) {
    good = refuse(http::error::header_overflow, "Header overflow", p);
  }
  if (!good) {
    return scan_result::refused;
  }
  return complete_ ? scan_result::complete : scan_result::need_more;
}

bool head_scanner::refuse(http::error code, std::string_view reason, char const*& p,
                          int more) noexcept {
  // The size limit takes precedence, because the error must not depend on how the input is split
  // into reads.
  if (in_span_ && counted_ + static_cast<std::size_t>(p - span_) >= limits_.max_header_size) {
    code = http::error::header_overflow;
    reason = "Header overflow";
  }
  in_span_ = false;
  p += more;
  code_ = code;
  reason_ = reason;
  return false;
}

bool head_scanner::count_span(char const* end) {
  std::string_view const span(span_, static_cast<std::size_t>(end - span_));
  counted_ += span.size();
  if (counted_ >= limits_.max_header_size) {
    in_span_ = false;
    code_ = http::error::header_overflow;
    reason_ = "Header overflow";
    return false;
  }
  emit(span);
  return true;
}

bool head_scanner::end_span(char const*& p, int more) {
  if (!count_span(p)) {
    p += more;
    return false;
  }
  in_span_ = false;
  return true;
}

void head_scanner::emit(std::string_view bytes) {
  if (limits_.lenient) {
    canonical_.append(bytes);
  }
}

void head_scanner::mask_at(char const* p) {
  std::size_t const position =
      limits_.lenient ? canonical_.size() + static_cast<std::size_t>(p - span_) : offset(p);
  masked_bytes_.push_back({position, *p});
}

std::ptrdiff_t head_scanner::append_canonical(http::field_lines& out, std::string_view raw) const {
  if (limits_.lenient) {
    out.append_bytes(canonical_);
    return 0;
  }
  if (kind_ == message::message_kind::request) {
    out.append_bytes(message::name_of(method_));
    out.append_bytes(" ");
    out.append_bytes(raw.substr(text_at_, text_size_));
    out.append_bytes(" HTTP/1.1\r\n");
  } else {
    // The status code is the three bytes after "HTTP/x.y ".
    out.append_bytes("HTTP/1.1 ");
    out.append_bytes(raw.substr(9, 3));
    out.append_bytes(" ");
    out.append_bytes(raw.substr(text_at_, text_size_));
    out.append_bytes("\r\n");
  }
  std::size_t const fields = out.append_bytes(raw.substr(fields_at_));
  return static_cast<std::ptrdiff_t>(fields) - static_cast<std::ptrdiff_t>(fields_at_);
}

void head_scanner::release_memory() noexcept {
  if (places_.capacity() > kept_places || masked_bytes_.capacity() > kept_places ||
      section_.capacity() > kept_section) {
    std::vector<http::field_place>().swap(places_);
    std::vector<masked_byte>().swap(masked_bytes_);
    std::string().swap(section_);
  }
  std::string().swap(canonical_);
}

}  // namespace anode::http1
