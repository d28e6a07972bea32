// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
//
// The part of head_scanner that scans request targets.
#include "base/char_class.hpp"
#include "http1/head_scanner.hpp"

namespace anode::http1 {

bool head_scanner::run_target(char const*& p, char const* end) {
  constexpr std::string_view wrong = "Invalid characters in url";
  while (p != end) {
    char const c = *p;
    bool const after_first = state_ == at::target_scheme_slashes || state_ == at::target_lf;
    if ((c == '\t' || c == '\f') && !after_first) {
      return refuse(http::error::invalid_url, wrong, p, 1);
    }
    switch (state_) {
      case at::target_start:
        if (c == '/' || c == '*') {
          state_ = at::target_path;
          ++p;
        } else if (base::is(c, base::alpha_char)) {
          state_ = at::target_scheme;
        } else if (c == ' ' || c == '\r' || c == '\n') {
          return refuse(http::error::invalid_url, wrong, p, 1);
        } else {
          return refuse(http::error::invalid_url, "Unexpected start char in url", p);
        }
        continue;
      case at::target_scheme:
        p = base::skip(p, end, base::alpha_char);
        if (p == end) {
          continue;
        }
        if (*p == '\t' || *p == '\f' || *p == ' ' || *p == '\r' || *p == '\n') {
          return refuse(http::error::invalid_url, wrong, p, 1);
        }
        if (*p != ':') {
          return refuse(http::error::invalid_url, "Unexpected char in url schema", p);
        }
        ++p;
        state_ = at::target_scheme_slash;
        continue;
      case at::target_scheme_slash:
        if (c == ' ' || c == '\r' || c == '\n') {
          return refuse(http::error::invalid_url, wrong, p, 1);
        }
        [[fallthrough]];
      case at::target_scheme_slashes:
        if (c != '/') {
          return refuse(http::error::invalid_url, "Unexpected char in url schema", p);
        }
        ++p;
        state_ = state_ == at::target_scheme_slash ? at::target_scheme_slashes : at::target_server;
        continue;
      case at::target_server:
      case at::target_server_with_at:
        if (base::is(c, base::userinfo_char) || c == '[' || c == ']') {
          state_ = at::target_server;
        } else if (c == '/') {
          state_ = at::target_path;
        } else if (c == '?') {
          state_ = at::target_query;
        } else if (c == '@') {
          if (state_ == at::target_server_with_at) {
            return refuse(http::error::invalid_url, "Double @ in url", p, 1);
          }
          state_ = at::target_server_with_at;
        } else if (c == ' ' || c == '\r' || c == '\n') {
          break;
        } else {
          return refuse(http::error::invalid_url, "Unexpected char in url server", p);
        }
        ++p;
        continue;
      case at::target_path:
        p = base::skip(p, end, base::target_char);
        if (p == end) {
          continue;
        }
        if (*p == '?' || *p == '#') {
          state_ = *p == '?' ? at::target_query : at::target_fragment;
          ++p;
          continue;
        }
        if (*p == ' ' || *p == '\r' || *p == '\n') {
          break;
        }
        if (*p == '\t' || *p == '\f') {
          return refuse(http::error::invalid_url, wrong, p, 1);
        }
        return refuse(http::error::invalid_url, "Invalid char in url path", p);
      case at::target_query:
        while (p != end && (base::is(*p, base::target_char) || *p == '?')) {
          ++p;
        }
        if (p == end) {
          continue;
        }
        if (*p == '#') {
          state_ = at::target_fragment;
          ++p;
          continue;
        }
        if (*p == ' ' || *p == '\r' || *p == '\n') {
          break;
        }
        if (*p == '\t' || *p == '\f') {
          return refuse(http::error::invalid_url, wrong, p, 1);
        }
        return refuse(http::error::invalid_url, "Invalid char in url query", p);
      case at::target_fragment:
        while (p != end && (base::is(*p, base::target_char) || *p == '?' || *p == '#')) {
          ++p;
        }
        if (p == end) {
          continue;
        }
        if (*p == ' ' || *p == '\r' || *p == '\n') {
          break;
        }
        if (*p == '\t' || *p == '\f') {
          return refuse(http::error::invalid_url, wrong, p, 1);
        }
        return refuse(http::error::invalid_url, "Invalid char in url fragment start", p);
      default:  // at::target_lf: no version follows; Node parses this as HTTP/0.9
        return c == '\n' ? refuse(http::error::invalid_constant, "Expected HTTP/", p)
                         : refuse(http::error::invalid_url, "Expected CRLF", p);
    }
    // The space or line end at `p` ends the target.
    text_size_ = offset(p) - text_at_;
    char const last = *p;
    if (!end_span(p, 0)) {
      return false;
    }
    if (last == '\n') {
      return refuse(http::error::invalid_constant, "Expected HTTP/", p);
    }
    ++p;
    if (last == '\r') {
      state_ = at::target_lf;
      continue;
    }
    state_ = at::after_target;
    return true;
  }
  return true;
}

}  // namespace anode::http1
