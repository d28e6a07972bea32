// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// A small, strict reader of the library's output. It shares no code with the library, therefore a
// fault in one does not hide a fault in the other.
#pragma once

#include "world.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace anode::test {

/// A message read from the wire.
struct wire_message {
  std::string first;  ///< its first line
  std::vector<std::pair<std::string, std::string>> fields;
  std::vector<std::pair<std::string, std::string>> trailers;
  std::string body;
  bool complete = false;  ///< body included
  bool chunked = false;
  bool until_close = false;
  std::optional<std::size_t> length;

  /// Returns the value of a field, or an empty text if there is none.
  std::string_view field(std::string_view name) const {
    for (auto const& [n, value] : fields) {
      if (same(n, name)) {
        return value;
      }
    }
    return {};
  }

  bool has(std::string_view name) const {
    for (auto const& f : fields) {
      if (same(f.first, name)) {
        return true;
      }
    }
    return false;
  }

  /// Returns the status in the first line of a response.
  int status() const {
    int n = 0;
    for (std::size_t i = 9; i < 12 && i < first.size(); ++i) {
      n = n * 10 + (first[i] - '0');
    }
    return n;
  }

  /// Returns the number in a field that the program has set; 0 if there is none.
  unsigned number(std::string_view name) const {
    std::string const value(field(name));
    bool const digits = !value.empty() && value.size() < 7 &&
                        value.find_first_not_of("0123456789") == std::string::npos;
    return digits ? static_cast<unsigned>(std::stoul(value)) : 0U;
  }

private:
  static bool same(std::string_view a, std::string_view b) {
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
             return std::tolower(static_cast<unsigned char>(x)) ==
                    std::tolower(static_cast<unsigned char>(y));
           });
  }
};

/// Reads messages from a text.
class wire_reader {
public:
  explicit wire_reader(std::string_view bytes) : rest_(bytes) {}

  std::string_view rest() const noexcept { return rest_; }

  /// Reads a head.
  /// @return false if the head is incomplete
  bool head(wire_message& m) {
    if (rest_.find("\r\n\r\n") == std::string_view::npos) {
      return false;
    }
    m.first = line();
    expect(!m.first.empty() && is_text(m.first), "a start line");
    read_fields(m.fields);
    return true;
  }

  /// Reads the rest of a response after its head.
  /// @param to_head whether its request was a HEAD
  void response_body(wire_message& m, bool to_head) {
    expect(m.first.size() >= 13 && m.first.starts_with("HTTP/1.1 ") && is_digits(m.first, 9, 3) &&
               m.first[12] == ' ',
           "a status line");
    int const status = m.status();
    expect(!m.has("Transfer-Encoding") || !m.has("Content-Length"), "one framing");
    if (to_head || status / 100 == 1 || status == 204 || status == 304) {
      m.complete = true;
      return;
    }
    body(m);
    if (!m.chunked && !m.length) {
      m.until_close = true;
      m.body = rest_;
      rest_ = {};
    }
  }

  /// Reads the body of a response whose request is unknown. A response to HEAD has no body, and no
  /// body that the library makes looks like a head.
  void made_body(wire_message& m) {
    response_body(m, rest_.empty() || rest_.starts_with("HTTP/1.1 "));
  }

  /// Reads the rest of a request after its head.
  void request_body(wire_message& m) {
    expect(m.first.ends_with(" HTTP/1.1"), "a request line");
    expect(!m.has("Transfer-Encoding") || !m.has("Content-Length"), "one framing");
    body(m);
    if (!m.chunked && !m.length) {
      m.complete = true;
    }
  }

private:
  static bool is_digits(std::string_view text, std::size_t from, std::size_t count) {
    for (char const c : text.substr(from, count)) {
      if (c < '0' || c > '9') {
        return false;
      }
    }
    return true;
  }

  // Returns whether a text contains no control bytes other than tab.
  static bool is_text(std::string_view text) {
    for (char const c : text) {
      auto const u = static_cast<unsigned char>(c);
      if ((u < 0x20 && c != '\t') || u == 0x7f) {
        return false;
      }
    }
    return true;
  }

  static bool is_token(std::string_view text) {
    for (char const c : text) {
      auto const u = static_cast<unsigned char>(c);
      if (std::isalnum(u) == 0 && std::string_view("!#$%&'*+-.^_`|~").find(c) == text.npos) {
        return false;
      }
    }
    return !text.empty();
  }

  // Returns the next line, which must exist.
  std::string line() {
    std::size_t const end = rest_.find("\r\n");
    std::string text(rest_.substr(0, end));
    rest_.remove_prefix(end + 2);
    return text;
  }

  void read_fields(std::vector<std::pair<std::string, std::string>>& to) {
    for (std::string text = line(); !text.empty(); text = line()) {
      std::size_t const colon = text.find(':');
      expect(colon != std::string::npos && is_token(std::string_view(text).substr(0, colon)),
             "the name of a field");
      std::size_t const begin = std::min(text.find_first_not_of(' ', colon + 1), text.size());
      expect(is_text(text), "the value of a field");
      to.emplace_back(text.substr(0, colon), text.substr(begin));
    }
  }

  void body(wire_message& m) {
    if (m.has("Transfer-Encoding")) {
      expect(m.field("Transfer-Encoding").ends_with("chunked"), "a framed body");
      m.chunked = true;
      chunks(m);
    } else if (m.has("Content-Length")) {
      std::string const value(m.field("Content-Length"));
      expect(!value.empty() && value.size() < 10 && is_digits(value, 0, value.size()),
             "a Content-Length");
      m.length = std::stoul(value);
      m.body = rest_.substr(0, *m.length);
      rest_.remove_prefix(m.body.size());
      m.complete = m.body.size() == *m.length;
    }
  }

  void chunks(wire_message& m) {
    while (rest_.find("\r\n") != std::string_view::npos) {
      std::string const size_line = line();
      expect(!size_line.empty() && size_line.size() < 9, "the size of a chunk");
      std::size_t size = 0;
      for (char const c : size_line) {
        expect(std::isxdigit(static_cast<unsigned char>(c)) != 0, "the size of a chunk");
        size = size * 16 + static_cast<std::size_t>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
      }
      if (size == 0) {
        if (!rest_.starts_with("\r\n") && rest_.find("\r\n\r\n") == std::string_view::npos) {
          break;
        }
        read_fields(m.trailers);
        m.complete = true;
        return;
      }
      m.body += rest_.substr(0, size);
      if (rest_.size() < size + 2) {
        break;
      }
      expect(rest_.substr(size, 2) == "\r\n", "the end of a chunk");
      rest_.remove_prefix(size + 2);
    }
    rest_ = {};
  }

  std::string_view rest_;
};

}  // namespace anode::test
