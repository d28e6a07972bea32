// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

/// Cookies that clients cannot change, by OpenSSL. Needs the library `anode-web-signing`.

#include <anode/detail/export.hpp>
#include <anode/web/context.hpp>
#include <anode/web/cookie.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace anode::web {

/// Signs the values of cookies with HMAC-SHA256. The signature includes the name and the time when
/// the value ends, therefore a client can neither change a value, nor move it to a cookie of
/// another name, nor use it longer. Values are not encrypted: clients can read them.
///
/// ```cpp
/// web::cookie_signer const signer({new_key, old_key});  // 32 random bytes each
/// c.set_cookie(signer.make("user", id, std::chrono::hours(24)).path("/").http_only().secure());
/// if (auto const id = signer.find(c, "user")) c.send("hello " + *id);
/// ```
///
/// A signed value is `value.end.signature`: the value percent-encoded, the end in seconds since
/// 1970, the signature in hexadecimal digits. Sessions that a server must be able to end early need
/// a record on the server; sign its id.
///
/// The object is immutable and may be used on several threads.
/// **Node**: the packages cookie-signature and keygrip; their signature lacks name or end.
class ANODE_EXPORT cookie_signer {
public:
  /// The least size of a key in bytes.
  static constexpr std::size_t least_key = 32;

  /// Makes a signer.
  /// @param keys secrets: the first one signs, and all verify. To replace a key, put the new one in
  ///   front, and remove the old one when its cookies have ended.
  /// @throws exception with `error::invalid_arg_value` without a key, or for a key of less than 32
  ///   bytes.
  explicit cookie_signer(std::vector<std::string> keys);

  /// Returns the signed form of a value, which may have any bytes.
  /// @param end when the value ends; 0: never.
  /// @throws exception with `error::invalid_arg_value` for a negative `end`.
  /// @throws std::runtime_error if OpenSSL fails.
  std::string sign(std::string_view name, std::string_view value,
                   std::chrono::sys_seconds end = std::chrono::sys_seconds()) const;

  /// Returns the value of a signed form, or nothing if the signature is wrong, or of another name,
  /// or the value has ended. The time depends on the size of the text only.
  /// @throws std::runtime_error if OpenSSL fails.
  std::optional<std::string> verify(std::string_view name, std::string_view signed_value,
                                    std::chrono::sys_seconds now) const;

  /// Makes a cookie with a signed value, which ends with the cookie.
  /// @param age more than 0.
  /// @throws exception as `web::set_cookie`, also if the signed value is too long, and for an `age`
  /// of 0
  ///   or less.
  set_cookie make(std::string_view name, std::string_view value, std::chrono::seconds age) const;

  /// Returns the value of the first cookie of that name with a valid signature, now. Others can set
  /// cookies of that name too, for example the hosts of a parent domain.
  std::optional<std::string> find(context const& c, std::string_view name) const;

private:
  std::vector<std::string> keys_;
};

}  // namespace anode::web
