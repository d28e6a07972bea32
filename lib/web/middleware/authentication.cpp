// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include "web/vocabulary/invalid.hpp"
#include "web/vocabulary/tokens.hpp"

#include <anode/web/authentication.hpp>

#include <algorithm>
#include <utility>

namespace anode::web {
namespace {

std::string quoted_realm(std::string_view realm) {
  if (std::ranges::any_of(
          realm, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; })) {
    throw_invalid("The realm of an authentication has a control byte");
  }
  std::string out;
  append_quoted(out, realm);
  return out;
}

[[noreturn]] void challenge(std::string const& value) {
  http_error e(401, "Credentials are required");
  e.header("WWW-Authenticate", value);
  throw e;
}

}  // namespace

layer basic_auth(std::string_view realm,
                 std::function<bool(std::string_view, std::string_view)> check) {
  return [value = "Basic realm=" + quoted_realm(realm) + ", charset=\"UTF-8\"",
          check = std::move(check)](context& c, next rest) -> net::awaitable<void> {
    auto found = parse_basic_authorization(c.header("authorization"));
    if (!found || !check(found->name, found->password)) {
      challenge(value);
    }
    c.emplace<user>(std::move(found->name));
    return rest();
  };
}

layer bearer_auth(std::string_view realm,
                  std::function<std::optional<user>(std::string_view)> check) {
  return [value = "Bearer realm=" + quoted_realm(realm), check = std::move(check)](
             context& c, next rest) -> net::awaitable<void> {
    auto const token = parse_bearer_authorization(c.header("authorization"));
    if (!token) {
      challenge(value);
    }
    std::optional<user> found = check(*token);
    if (!found) {
      challenge(value + ", error=\"invalid_token\"");
    }
    c.emplace<user>(std::move(*found));
    return rest();
  };
}

}  // namespace anode::web
