// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "http1/chunk_parser.hpp"

#include "base/char_class.hpp"

#include <algorithm>

namespace anode::http1 {
namespace {

constexpr std::string_view bad_size = "Invalid character in chunk size";
constexpr std::string_view no_cr_after_value = "Missing expected CR after chunk extension value";

}  // namespace

void chunk_parser::start() noexcept {
  state_ = at::size_first;
  in_part_ = false;
  extension_ = 0;
  overhead_ = 0;
  body_ = 0;
}

bool chunk_parser::refuse(http::error code, std::string_view reason, char const*& p,
                          int more) noexcept {
  p += more;
  code_ = code;
  reason_ = reason;
  return false;
}

bool chunk_parser::count(char const* p) noexcept {
  extension_ += static_cast<std::uint64_t>(p - part_);
  if (extension_ <= max_extension) {
    return true;
  }
  code_ = http::error::chunk_extensions_overflow;
  reason_ = "Chunk extensions overflow";
  return false;
}

bool chunk_parser::end_part(char const*& p, int more) noexcept {
  in_part_ = false;
  if (!count(p)) {
    p += more;
    return false;
  }
  return true;
}

bool chunk_parser::refuse_part(std::string_view reason, char const*& p, int more) noexcept {
  return end_part(p, more) && refuse(http::error::strict, reason, p, more);
}

bool chunk_parser::end_line(char const*& p) noexcept {
  if (*p == '\n') {
    ++p;
  } else if (!lenient_) {
    return refuse(http::error::strict, "Expected LF after chunk size", p);
  }
  extension_ = 0;
  line_complete_ = true;
  state_ = at::data;
  return true;
}

bool chunk_parser::parse_extension(char const*& p, char const* end) noexcept {
  while (p != end) {
    char const c = *p;
    switch (state_) {
      case at::extension:
        if (c == ' ' || c == '\r') {
          return refuse(http::error::strict, "Invalid character in chunk extensions", p, 1);
        }
        part_ = p;
        in_part_ = true;
        state_ = at::extension_name;
        [[fallthrough]];
      case at::extension_name:
        p = base::skip(p, end, base::token_char);
        if (p == end) {
          return true;
        }
        if (*p == '=' || *p == ';' || *p == '\r') {
          char const ended_by = *p;
          if (!end_part(p, 1)) {
            return false;
          }
          ++p;
          if (ended_by == '=') {
            part_ = p;
            in_part_ = true;
          }
          state_ = ended_by == '='   ? at::extension_value
                   : ended_by == ';' ? at::extension
                                     : at::line_lf;
          break;
        }
        if (*p != '\n') {
          return refuse_part("Invalid character in chunk extensions name", p, 1);
        }
        if (!end_part(p, 0)) {
          return false;
        }
        if (!lenient_) {
          return refuse(http::error::cr_expected, "Missing expected CR after chunk extension name",
                        p);
        }
        state_ = at::line_lf;
        break;
      case at::extension_value:
        p = base::skip(p, end, base::token_char);
        if (p == end) {
          return true;
        }
        if (*p == '"') {
          ++p;
          state_ = at::quoted;
          break;
        }
        if (*p == ';' || *p == '\r') {
          state_ = *p == ';' ? at::extension : at::line_lf;
          if (!end_part(p, 1)) {
            return false;
          }
          ++p;
          break;
        }
        if (*p != '\n') {
          return refuse_part("Invalid character in chunk extensions value", p, 1);
        }
        if (!end_part(p, 0)) {
          return false;
        }
        if (!lenient_) {
          return refuse(http::error::cr_expected, no_cr_after_value, p);
        }
        state_ = at::line_lf;
        break;
      case at::quoted:
        p = base::skip(p, end, base::quoted_char);
        if (p == end) {
          return true;
        }
        if (*p == '"') {
          ++p;
          if (!end_part(p, 0)) {
            return false;
          }
          state_ = at::quoted_end;
        } else if (*p == '\\') {
          ++p;
          state_ = at::quoted_pair;
        } else {
          return refuse_part("Invalid character in chunk extensions quoted value", p, 1);
        }
        break;
      case at::quoted_pair:
        if (!base::is(c, base::value_char)) {
          return refuse_part("Invalid quoted-pair in chunk extensions quoted value", p, 1);
        }
        ++p;
        state_ = at::quoted;
        break;
      case at::quoted_end:
        if (c == ';' || c == '\r') {
          state_ = c == ';' ? at::extension : at::line_lf;
          ++p;
          break;
        }
        if (c != '\n') {
          return refuse(http::error::strict, "Invalid character in chunk extensions quote value",
                        p);
        }
        if (!lenient_) {
          return refuse(http::error::cr_expected, no_cr_after_value, p);
        }
        state_ = at::line_lf;
        break;
      default:
        return true;
    }
  }
  return true;
}

/// Parses a complete size line of at most eight digits without extensions. Consumes nothing and
/// returns false if the line has another form.
bool chunk_parser::parse_line_fast_path(char const*& p, char const* end) noexcept {
  constexpr std::ptrdiff_t most_digits = 8;
  char const* const last = end - p > most_digits ? p + most_digits : end;
  char const* q = p;
  std::uint64_t size = 0;
  for (int digit = 0; q != last && (digit = base::hex_value(*q)) >= 0; ++q) {
    size = size * 16 + static_cast<std::uint64_t>(digit);
  }
  if (q == p || end - q < 2 || q[0] != '\r' || q[1] != '\n') {
    return false;
  }
  left_ = size;
  extension_ = 0;
  state_ = at::data;
  p = q + 2;
  return true;
}

bool chunk_parser::parse_line(char const*& p, char const* end) noexcept {
  if (in_part_) {
    part_ = p;
  }
  bool good = true;
  while (good && !line_complete_ && p != end) {
    char const c = *p;
    int const digit = base::hex_value(c);
    switch (state_) {
      case at::size_first:
        left_ = 0;
        digits_ = 0;
        if (digit < 0) {
          good = refuse(http::error::invalid_chunk_size, bad_size, p);
          break;
        }
        state_ = at::size;
        [[fallthrough]];
      case at::size:
        if (digit < 0) {
          state_ = at::size_end;
          break;
        }
        if (left_ >> 60 != 0) {
          good = refuse(http::error::invalid_chunk_size, "Chunk size overflow", p, 1);
          break;
        }
        left_ = left_ * 16 + static_cast<std::uint64_t>(digit);
        ++p;
        if (digits_ == 16) {
          ++overhead_;
        } else {
          ++digits_;
        }
        break;
      case at::size_end:
        if (c == '\r' || c == ';') {
          state_ = c == '\r' ? at::line_lf : at::extension;
        } else if (c == '\n') {
          if (!lenient_) {
            good = refuse(http::error::cr_expected, "Missing expected CR after chunk size", p, 1);
            break;
          }
          state_ = at::line_lf;
        } else if (c != ' ' && c != '\t') {
          good = refuse(http::error::invalid_chunk_size, bad_size, p);
          break;
        } else if (!lenient_) {
          good = refuse(http::error::invalid_chunk_size, bad_size, p, 1);
          break;
        }
        ++p;
        break;
      case at::line_lf:
        good = end_line(p);
        break;
      default: {
        char const* const from = p;
        good = parse_extension(p, end);
        overhead_ += static_cast<std::uint64_t>(p - from);
        break;
      }
    }
  }
  if (good && in_part_ && !line_complete_) {
    good = count(p);
  }
  if (overhead_ > max_overhead && overhead_ - max_overhead > body_) {
    good = refuse(http::error::chunk_extensions_overflow, "Chunk extensions overflow", p);
  }
  return good;
}

chunk_parser::chunk_result chunk_parser::feed(char const*& p, char const* end,
                                              std::string_view& data) noexcept {
  while (p != end) {
    switch (state_) {
      case at::data: {
        auto const size = std::min(left_, static_cast<std::uint64_t>(end - p));
        data = {p, static_cast<std::size_t>(size)};
        p += size;
        left_ -= size;
        body_ += size;
        if (left_ == 0) {
          state_ = at::data_end;
        }
        return chunk_result::data;
      }
      case at::size_first:
        if (parse_line_fast_path(p, end)) {
          if (left_ == 0) {
            return chunk_result::last;
          }
          continue;
        }
        break;
      case at::data_end:
        if (end - p >= 2 && p[0] == '\r' && p[1] == '\n') {
          p += 2;
          state_ = at::size_first;
          continue;
        }
        if (*p == '\r') {
          ++p;
          state_ = at::data_lf;
          continue;
        }
        if (*p == '\n' && !lenient_) {
          refuse(http::error::cr_expected, "Missing expected CR after chunk data", p, 1);
          return chunk_result::refused;
        }
        [[fallthrough]];
      case at::data_lf:
        if (*p == '\n') {
          ++p;
        } else if (!lenient_) {
          refuse(http::error::strict, "Expected LF after chunk data", p);
          return chunk_result::refused;
        }
        state_ = at::size_first;
        continue;
      default:
        break;
    }
    line_complete_ = false;
    if (!parse_line(p, end)) {
      return chunk_result::refused;
    }
    if (line_complete_ && left_ == 0) {
      return chunk_result::last;
    }
  }
  return chunk_result::need_more;
}

}  // namespace anode::http1
