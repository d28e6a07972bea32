// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "web/vocabulary/invalid.hpp"

#include <anode/web/query.hpp>
#include <anode/web/signed_cookie.hpp>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <charconv>
#include <stdexcept>
#include <utility>

namespace anode::web {

namespace {

constexpr std::size_t signature_size = 64;  // digits

// The name is a token of a cookie, therefore the first "=" ends it.
std::string signature_of(std::string_view key, std::string_view name, std::string_view text) {
  std::string message(name);
  message += '=';
  message += text;
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned int size = 0;
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
           reinterpret_cast<unsigned char const*>(message.data()), message.size(), bytes.data(),
           &size) == nullptr) {
    throw std::runtime_error("OpenSSL cannot compute HMAC-SHA256");
  }
  std::string out;
  for (std::size_t i = 0; i < size; ++i) {
    constexpr std::string_view digits = "0123456789abcdef";
    out += digits[bytes[i] >> 4U];
    out += digits[bytes[i] & 15U];
  }
  return out;
}

std::chrono::sys_seconds time_now() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

}  // namespace

cookie_signer::cookie_signer(std::vector<std::string> keys) : keys_(std::move(keys)) {
  if (keys_.empty()) {
    throw_invalid("A signer of cookies needs a key");
  }
  for (std::string const& key : keys_) {
    if (key.size() < least_key) {
      throw_invalid("A key for cookies must have at least 32 bytes");
    }
  }
}

std::string cookie_signer::sign(std::string_view name, std::string_view value,
                                std::chrono::sys_seconds end) const {
  auto const seconds = end.time_since_epoch().count();
  if (seconds < 0) {
    throw_invalid("The end of a cookie must not be before 1970");
  }
  if (name.find('=') != std::string_view::npos) {
    throw_invalid("The name of a cookie must not have an equals sign");
  }
  std::string text = percent_encode(value, percent_set::component) + "." + std::to_string(seconds);
  std::string const mac = signature_of(keys_.front(), name, text);
  return text + "." + mac;
}

std::optional<std::string> cookie_signer::verify(std::string_view name,
                                                 std::string_view signed_value,
                                                 std::chrono::sys_seconds now) const {
  if (signed_value.size() <= signature_size ||
      signed_value[signed_value.size() - signature_size - 1] != '.' ||
      name.find('=') != std::string_view::npos) {
    return std::nullopt;
  }
  std::string_view const text = signed_value.substr(0, signed_value.size() - signature_size - 1);
  std::string_view const mac = signed_value.substr(signed_value.size() - signature_size);
  bool valid = false;
  for (std::string const& key : keys_) {
    std::string const right = signature_of(key, name, text);
    bool const equal = CRYPTO_memcmp(mac.data(), right.data(), signature_size) == 0;
    valid = valid || equal;
  }
  if (!valid) {
    return std::nullopt;
  }
  // Only `sign` has made what follows.
  std::size_t const dot = text.rfind('.');
  std::int64_t end = 0;
  if (dot == std::string_view::npos) {
    return std::nullopt;
  }
  std::string_view const number = text.substr(dot + 1);
  auto const [rest, error] = std::from_chars(number.data(), number.data() + number.size(), end);
  if (error != std::errc() || rest != number.data() + number.size() || end < 0 ||
      (end != 0 && now.time_since_epoch().count() >= end)) {
    return std::nullopt;
  }
  return percent_decode(text.substr(0, dot));
}

set_cookie cookie_signer::make(std::string_view name, std::string_view value,
                               std::chrono::seconds age) const {
  if (age <= std::chrono::seconds(0)) {
    throw_invalid("The age of a signed cookie must be more than 0");
  }
  return std::move(set_cookie(name, sign(name, value, time_now() + age)).max_age(age));
}

std::optional<std::string> cookie_signer::find(context const& c, std::string_view name) const {
  auto const now = time_now();
  for (auto const& [n, value] : parse_cookies(c.header("cookie"))) {
    if (n == name) {
      if (auto found = verify(name, value, now)) {
        return found;
      }
    }
  }
  return std::nullopt;
}

}  // namespace anode::web
