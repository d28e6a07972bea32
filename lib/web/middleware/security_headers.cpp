// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include <anode/web/security.hpp>

#include <utility>

namespace anode::web {

security_options& security_options::content_security_policy(std::string_view value) {
  policy_ = value;
  return *this;
}

security_options& security_options::frame_options(std::string_view value) {
  frame_ = value;
  return *this;
}

security_options& security_options::referrer_policy(std::string_view value) {
  referrer_ = value;
  return *this;
}

security_options& security_options::opener_policy(std::string_view value) {
  opener_ = value;
  return *this;
}

security_options& security_options::strict_transport_security(std::chrono::seconds age,
                                                              bool subdomains) {
  transport_ = "max-age=" + std::to_string(age.count()) + (subdomains ? "; includeSubDomains" : "");
  return *this;
}

std::vector<std::pair<std::string, std::string>> security_options::headers() const {
  std::vector<std::pair<std::string, std::string>> out{{"X-Content-Type-Options", "nosniff"}};
  auto const add = [&out](std::string_view name, std::string const& value) {
    if (!value.empty()) {
      out.emplace_back(name, value);
    }
  };
  add("X-Frame-Options", frame_);
  add("Referrer-Policy", referrer_);
  add("Cross-Origin-Opener-Policy", opener_);
  add("Content-Security-Policy", policy_);
  return out;
}

layer security_headers(security_options options) {
  return [headers = options.headers(), transport = options.transport()](
             context& c, next rest) -> net::awaitable<void> {
    for (auto const& [name, value] : headers) {
      c.set(name, value);
    }
    if (!transport.empty() && c.req().socket().encrypted()) {
      c.set("Strict-Transport-Security", transport);
    }
    return rest();
  };
}

}  // namespace anode::web
