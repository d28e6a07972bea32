// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "credentials.hpp"

#include <algorithm>
#include <cstdint>

namespace samples {
namespace {

std::string base64(std::string_view text) {
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += 3) {
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      std::uint32_t const byte =
          at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0U;
      bits = bits << 8U | byte;
    }
    std::size_t const used = std::min<std::size_t>(3, text.size() - at) + 1;
    for (std::size_t i = 0; i < 4; ++i) {
      out += i < used ? digits[bits >> (18 - 6 * i) & 63U] : '=';
    }
  }
  return out;
}

bool starts_with_basic(std::string_view value) {
  constexpr std::string_view scheme = "basic ";
  return value.size() > scheme.size() &&
         std::equal(scheme.begin(), scheme.end(), value.begin(), [](char want, char c) {
           return want == (c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
         });
}

}  // namespace

credentials::credentials(std::string_view user) : expected_{base64(user)} {}

credentials::credentials(std::vector<std::string> const& users) {
  for (std::string const& user : users) {
    expected_.push_back(base64(user));
  }
}

bool credentials::permit(anode::http::incoming_message const& req) const {
  if (!required()) {
    return true;
  }
  std::string_view given = req.headers().get("Proxy-Authorization").value_or("");
  if (!starts_with_basic(given)) {
    return false;
  }
  given.remove_prefix(std::min(given.find_first_not_of(' ', 6), given.size()));
  return is_expected(given);
}

bool credentials::permit(std::string_view name, std::string_view password) const {
  // A colon in the name would move the border between name and password.
  return !required() || (name.find(':') == std::string_view::npos &&
                         is_expected(base64(std::string(name) + ":" + std::string(password))));
}

bool credentials::is_expected(std::string_view given) const {
  bool found = false;
  for (std::string const& expected : expected_) {
    unsigned difference = given.size() == expected.size() ? 0U : 1U;
    for (std::size_t i = 0; i < given.size(); ++i) {
      difference |=
          static_cast<unsigned>(static_cast<unsigned char>(given[i]) ^
                                static_cast<unsigned char>(expected[i % expected.size()]));
    }
    found = found || difference == 0;
  }
  return found;
}

}  // namespace samples
