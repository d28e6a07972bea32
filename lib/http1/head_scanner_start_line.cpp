// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
//
// The part of head_scanner that scans request lines and status lines.
#include "base/char_class.hpp"
#include "http1/head_scanner.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>

namespace anode::http1 {
namespace {

struct method_word {
  std::string_view name;
  message::method value;
  enum kind : std::uint8_t { http, rtsp, preface } where;
};

// Sorted by name. Contains RTSP's methods because Node rejects them only at the "HTTP/" that
// follows.
constexpr method_word words[] = {
    {"ACL", message::method::acl, method_word::http},
    {"ANNOUNCE", message::method::unknown, method_word::rtsp},
    {"BIND", message::method::bind, method_word::http},
    {"CHECKOUT", message::method::checkout, method_word::http},
    {"CONNECT", message::method::connect, method_word::http},
    {"COPY", message::method::copy, method_word::http},
    {"DELETE", message::method::delete_, method_word::http},
    {"DESCRIBE", message::method::unknown, method_word::rtsp},
    {"FLUSH", message::method::unknown, method_word::rtsp},
    {"GET", message::method::get, method_word::http},
    {"GET_PARAMETER", message::method::unknown, method_word::rtsp},
    {"HEAD", message::method::head, method_word::http},
    {"LINK", message::method::link, method_word::http},
    {"LOCK", message::method::lock, method_word::http},
    {"M-SEARCH", message::method::m_search, method_word::http},
    {"MERGE", message::method::merge, method_word::http},
    {"MKACTIVITY", message::method::mkactivity, method_word::http},
    {"MKCALENDAR", message::method::mkcalendar, method_word::http},
    {"MKCOL", message::method::mkcol, method_word::http},
    {"MOVE", message::method::move, method_word::http},
    {"NOTIFY", message::method::notify, method_word::http},
    {"OPTIONS", message::method::options, method_word::http},
    {"PATCH", message::method::patch, method_word::http},
    {"PAUSE", message::method::unknown, method_word::rtsp},
    {"PLAY", message::method::unknown, method_word::rtsp},
    {"POST", message::method::post, method_word::http},
    {"PRI", message::method::unknown, method_word::preface},
    {"PROPFIND", message::method::propfind, method_word::http},
    {"PROPPATCH", message::method::proppatch, method_word::http},
    {"PURGE", message::method::purge, method_word::http},
    {"PUT", message::method::put, method_word::http},
    {"QUERY", message::method::query, method_word::http},
    {"REBIND", message::method::rebind, method_word::http},
    {"RECORD", message::method::unknown, method_word::rtsp},
    {"REDIRECT", message::method::unknown, method_word::rtsp},
    {"REPORT", message::method::report, method_word::http},
    {"SEARCH", message::method::search, method_word::http},
    {"SETUP", message::method::unknown, method_word::rtsp},
    {"SET_PARAMETER", message::method::unknown, method_word::rtsp},
    {"SOURCE", message::method::source, method_word::http},
    {"SUBSCRIBE", message::method::subscribe, method_word::http},
    {"TEARDOWN", message::method::unknown, method_word::rtsp},
    {"TRACE", message::method::trace, method_word::http},
    {"UNBIND", message::method::unbind, method_word::http},
    {"UNLINK", message::method::unlink, method_word::http},
    {"UNLOCK", message::method::unlock, method_word::http},
    {"UNSUBSCRIBE", message::method::unsubscribe, method_word::http},
};
static_assert(std::ranges::is_sorted(words, {}, &method_word::name));
static_assert(std::ranges::all_of(words, [](auto& word) { return word.name.size() < 15; }));

/// The range in the table of the names with the same first letter.
struct range {
  std::uint8_t begin = 0, end = 0;
};

constexpr std::array<range, 26> by_first_letter = [] {
  std::array<range, 26> ranges{};
  for (std::size_t i = 0; i < std::size(words); ++i) {
    range& r = ranges[static_cast<std::size_t>(words[i].name[0] - 'A')];
    if (r.end == 0) {
      r.begin = static_cast<std::uint8_t>(i);
    }
    r.end = static_cast<std::uint8_t>(i + 1);
  }
  return ranges;
}();

constexpr bool speaks_rtsp(method_word const& word) noexcept {
  return word.where == method_word::rtsp || word.value == message::method::options ||
         word.value == message::method::get || word.value == message::method::post;
}

constexpr std::string_view expected_http = "Expected HTTP/";
constexpr std::string_view http2_preface = "\r\n\r\nSM\r\n\r\n";

}  // namespace

bool head_scanner::method_byte(char const*& p) {
  char const c = *p;
  if (word_at_ == 0) {
    range const r =
        c >= 'A' && c <= 'Z' ? by_first_letter[static_cast<std::size_t>(c - 'A')] : range{};
    methods_begin_ = r.begin;
    methods_end_ = r.end;
  }
  std::uint8_t first = methods_begin_;
  std::uint8_t last = methods_end_;
  auto const differs = [&](std::uint8_t i) {
    std::string_view const name = words[i].name;
    return word_at_ >= name.size() || name[word_at_] != c;
  };
  while (first != last && differs(first)) {
    ++first;
  }
  while (first != last && differs(static_cast<std::uint8_t>(last - 1))) {
    --last;
  }
  if (first != last) {
    methods_begin_ = first;
    methods_end_ = last;
    ++word_at_;
    ++p;
    return true;
  }
  if (methods_begin_ == methods_end_ || words[methods_begin_].name.size() != word_at_) {
    return refuse(http::error::invalid_method, "Invalid method encountered", p);
  }
  method_ = words[methods_begin_].value;
  emit(words[methods_begin_].name);
  emit(" ");
  state_ = at::after_method;
  return true;
}

bool head_scanner::end_protocol(char const*& p) {
  state_ = at::version_major;
  word_at_ = 0;
  if (kind_ == message::message_kind::response) {
    return true;
  }
  method_word const& word = words[methods_begin_];
  if (word_ == "HTTP/") {
    return word.where != method_word::rtsp ||
           refuse(http::error::invalid_constant, "Invalid method for HTTP/x.x request", p);
  }
  if (word_ == "RTSP/") {
    return refuse(http::error::invalid_constant,
                  speaks_rtsp(word) ? expected_http : "Invalid method for RTSP/x.x request", p);
  }
  return refuse(http::error::invalid_constant,
                word.value == message::method::source
                    ? expected_http
                    : "Expected SOURCE method for ICE/x.x request",
                p);
}

bool head_scanner::protocol_byte(char const*& p) {
  if (word_at_ == 0 && kind_ == message::message_kind::request) {
    word_ = *p == 'R' ? "RTSP/" : *p == 'I' ? "ICE/" : "HTTP/";
  }
  if (*p != word_[word_at_]) {
    return refuse(http::error::invalid_constant, expected_http, p);
  }
  ++p;
  return ++word_at_ != word_.size() || end_protocol(p);
}

bool head_scanner::end_version(char const*& p) {
  bool const known = version_major_ == 1 && (version_minor_ == 0 || version_minor_ == 1);
  bool const other =
      (version_major_ == 0 && version_minor_ == 9) || (version_major_ == 2 && version_minor_ == 0);
  bool const preface = kind_ == message::message_kind::request &&
                       words[methods_begin_].where == method_word::preface;
  bool const may_be_other = preface || kind_ == message::message_kind::response;
  if (!known && !limits_.lenient && !(other && may_be_other)) {
    return refuse(http::error::invalid_version, "Invalid HTTP version", p);
  }
  // For an unknown version, the canonical form replaces the version with HTTP/1.1.
  fast_path_ = fast_path_ && known;
  if (kind_ == message::message_kind::response) {
    emit("HTTP/1.1 ");
    state_ = at::before_status;
  } else {
    emit(" HTTP/1.1\r\n");
    state_ = preface ? at::preface : at::after_version;
    word_at_ = 0;
  }
  return true;
}

void head_scanner::parse_request_line(char const*& p, char const* end) {
  constexpr std::string_view version = " HTTP/1.";
  if (*p < 'A' || *p > 'Z' || end - p < 16) {
    return;
  }
  range const r = by_first_letter[static_cast<std::size_t>(*p - 'A')];
  for (std::uint8_t i = r.begin; i != r.end; ++i) {
    // A name and a space have at most fifteen bytes: the sixteen bytes checked above suffice.
    std::string_view const name = words[i].name;
    std::size_t same = 1;
    while (same != name.size() && p[same] == name[same]) {
      ++same;
    }
    if (same != name.size() || p[same] != ' ') {
      continue;
    }
    // After a slash, path, query and fragment together accept every visible byte.
    char const* const target = p + name.size() + 1;
    char const* const behind = base::skip_visible_wide(target, end);
    auto const text_size = static_cast<std::size_t>(behind - target);
    if (*target != '/' || text_size >= limits_.max_header_size ||
        words[i].value == message::method::unknown || words[i].value == message::method::connect) {
      return;
    }
    char const* const minor = behind + version.size();
    if (end - behind < static_cast<std::ptrdiff_t>(version.size() + 3) ||
        std::memcmp(behind, version.data(), version.size()) != 0 ||
        (*minor != '1' && *minor != '0') || minor[1] != '\r' || minor[2] != '\n') {
      return;
    }
    method_ = words[i].value;
    methods_begin_ = i;
    version_major_ = 1;
    version_minor_ = static_cast<std::uint8_t>(*minor - '0');
    text_at_ = name.size() + 1;
    text_size_ = text_size;
    counted_ = text_size;
    p = minor + 3;
    begin_fields(p, end);
    return;
  }
}

void head_scanner::parse_status_line(char const*& p, char const* end) {
  constexpr std::string_view version = "HTTP/1.1 ";
  constexpr std::size_t reason_at = version.size() + 4;
  if (end - p < 16 || std::memcmp(p, version.data(), version.size()) != 0) {
    return;
  }
  char const* const digits = p + version.size();
  if (!base::is(digits[0], base::digit_char) || !base::is(digits[1], base::digit_char) ||
      !base::is(digits[2], base::digit_char) || digits[3] != ' ') {
    return;
  }
  char const* const reason = p + reason_at;
  char const* const behind = base::skip_value_wide(reason, end);
  auto const text_size = static_cast<std::size_t>(behind - reason);
  if (end - behind < 2 || behind[0] != '\r' || behind[1] != '\n' ||
      text_size >= limits_.max_header_size) {
    return;
  }
  status_ = static_cast<std::uint16_t>((digits[0] - '0') * 100 + (digits[1] - '0') * 10 +
                                       (digits[2] - '0'));
  version_major_ = 1;
  version_minor_ = 1;
  text_at_ = reason_at;
  text_size_ = text_size;
  counted_ = text_size;
  p = behind + 2;
  begin_fields(p, end);
}

bool head_scanner::run_start_line(char const*& p, char const* end) {
  while (p != end && state_ < at::fields_start) {
    char const c = *p;
    switch (state_) {
      case at::method:
        if (!method_byte(p)) {
          return false;
        }
        continue;
      case at::after_method:
        if (c != ' ') {
          return refuse(http::error::invalid_method, "Expected space after method", p);
        }
        ++p;
        state_ = at::before_target;
        continue;
      case at::before_target:
        if (c == ' ') {
          fast_path_ = false;
          ++p;
          continue;
        }
        text_at_ = offset(p);
        begin_span(p);
        state_ = method_ == message::method::connect ? at::target_server : at::target_start;
        [[fallthrough]];
      case at::target_start:
      case at::target_scheme:
      case at::target_scheme_slash:
      case at::target_scheme_slashes:
      case at::target_server:
      case at::target_server_with_at:
      case at::target_path:
      case at::target_query:
      case at::target_fragment:
      case at::target_lf:
        if (!run_target(p, end)) {
          return false;
        }
        continue;
      case at::after_target:
        if (c == '\t' || c == '\f') {
          return refuse(http::error::invalid_url, "Invalid characters in url", p, 1);
        }
        state_ = at::before_protocol;
        [[fallthrough]];
      case at::before_protocol:
        if (c == ' ') {
          fast_path_ = false;
          ++p;
          continue;
        }
        word_at_ = 0;
        state_ = at::protocol;
        [[fallthrough]];
      case at::protocol:
        if (!protocol_byte(p)) {
          return false;
        }
        continue;
      case at::version_major:
        if (!base::is(c, base::digit_char)) {
          return refuse(http::error::invalid_version, "Invalid major version", p);
        }
        version_major_ = static_cast<std::uint8_t>(c - '0');
        state_ = at::version_dot;
        ++p;
        continue;
      case at::version_dot:
        if (c != '.') {
          return refuse(http::error::invalid_version, "Expected dot", p);
        }
        state_ = at::version_minor;
        ++p;
        continue;
      case at::version_minor:
        if (!base::is(c, base::digit_char)) {
          return refuse(http::error::invalid_version, "Invalid minor version", p);
        }
        version_minor_ = static_cast<std::uint8_t>(c - '0');
        ++p;
        if (!end_version(p)) {
          return false;
        }
        continue;
      case at::preface:
        if (c != http2_preface[word_at_]) {
          return refuse(http::error::invalid_version, "Expected HTTP/2 Connection Preface", p);
        }
        ++p;
        if (++word_at_ == http2_preface.size()) {
          return refuse(http::error::paused_h2_upgrade, "Pause on PRI/Upgrade", p);
        }
        continue;
      case at::after_version:
        if (c != '\r' && !(c == '\n' && limits_.lenient)) {
          return refuse(http::error::invalid_version, "Expected CRLF after version", p,
                        c == '\n' ? 1 : 0);
        }
        state_ = at::line_lf;
        ++p;
        continue;
      case at::line_lf:
        if (c == '\n') {
          ++p;
        } else if (!limits_.lenient) {
          return refuse(http::error::strict, "Expected CRLF after version", p);
        }
        state_ = at::fields_start;
        continue;
      case at::before_status:
        if (c != ' ') {
          return refuse(http::error::invalid_version, "Expected space after version", p);
        }
        state_ = at::status_1;
        ++p;
        continue;
      case at::status_1:
      case at::status_2:
      case at::status_3:
        if (!base::is(c, base::digit_char)) {
          return refuse(http::error::invalid_status, "Invalid status code", p);
        }
        emit({p, 1});
        status_ = static_cast<std::uint16_t>(status_ * 10 + (c - '0'));
        state_ = static_cast<at>(static_cast<int>(state_) + 1);
        ++p;
        continue;
      case at::after_status:
        emit(" ");
        if (c == ' ') {
          state_ = at::reason;
          text_at_ = offset(p) + 1;
          begin_span(p + 1);
        } else if (c == '\r') {
          fast_path_ = false;
          emit("\r\n");
          state_ = at::reason_lf;
        } else if (c == '\n' && limits_.lenient) {
          emit("\r\n");
          state_ = at::fields_start;
        } else {
          return refuse(http::error::invalid_status, "Invalid response status", p,
                        c == '\n' ? 1 : 0);
        }
        ++p;
        continue;
      case at::reason:
        p = base::skip(p, end, base::value_char);
        if (p == end) {
          continue;
        }
        if (*p != '\r' && *p != '\n') {
          mask_at(p);
          ++p;
          continue;
        }
        text_size_ = offset(p) - text_at_;
        if (!end_span(p, 1)) {
          return false;
        }
        if (*p == '\n' && !limits_.lenient) {
          return refuse(http::error::cr_expected, "Missing expected CR after response line", p, 1);
        }
        emit("\r\n");
        state_ = *p == '\r' ? at::reason_lf : at::fields_start;
        ++p;
        continue;
      default:  // at::reason_lf
        if (c == '\n') {
          ++p;
        } else if (!limits_.lenient) {
          return refuse(http::error::strict, "Expected LF after CR", p);
        } else if (c == '\r') {
          ++p;
        }
        state_ = at::fields_start;
        continue;
    }
  }
  return true;
}

}  // namespace anode::http1
