// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include "web/vocabulary/invalid.hpp"
#include "web/vocabulary/tokens.hpp"

#include <anode/web/security.hpp>

#include <algorithm>
#include <memory>
#include <utility>

namespace anode::web {
namespace {

/// Returns whether the text is an origin as browsers write it: `scheme://host[:port]`.
bool is_origin(std::string_view text) noexcept {
  std::size_t const mark = text.find("://");
  if (mark == std::string_view::npos || mark == 0 || mark + 3 == text.size()) {
    return false;
  }
  return std::ranges::all_of(text.substr(0, mark), is_token_char) &&
         std::ranges::all_of(text.substr(mark + 3), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                  std::string_view("-._:[]").find(c) != std::string_view::npos;
         });
}

void add_name(std::string& list, std::string_view name) {
  if (!is_token(name)) {
    throw_invalid("Invalid name of a header: \"" + std::string(name) + "\"");
  }
  list += (list.empty() ? "" : ", ") + std::string(name);
}

}  // namespace

cors_options& cors_options::origin(std::string_view value) {
  if (!is_origin(value)) {
    throw_invalid("Not an origin as browsers send it: \"" + std::string(value) + "\"");
  }
  origins_.emplace_back(value);
  return *this;
}

cors_options& cors_options::origins(std::function<bool(std::string_view)> f) {
  allowed_ = std::move(f);
  return *this;
}

cors_options& cors_options::any_origin() {
  any_ = true;
  return *this;
}

cors_options& cors_options::credentials(bool on) {
  credentials_ = on;
  return *this;
}

cors_options& cors_options::header(std::string_view name) {
  add_name(headers_, name);
  return *this;
}

cors_options& cors_options::expose(std::string_view name) {
  add_name(exposed_, name);
  return *this;
}

cors_options& cors_options::max_age(std::chrono::seconds age) {
  age_ = age;
  return *this;
}

/// The layer, which reads the options.
struct cors_layer {
  cors_options options;

  bool allows(std::string_view origin) const {
    auto const& listed = options.origins_;
    return is_origin(origin) &&
           (options.any_ || std::ranges::find(listed, origin) != listed.end() ||
            (options.allowed_ && options.allowed_(origin)));
  }

  net::awaitable<void> handle(context& c, next rest) const {
    std::string_view const origin = c.header("origin");
    c.vary("Origin");
    bool const preflight = c.method() == "OPTIONS" && !origin.empty() &&
                           !c.header("access-control-request-method").empty();
    bool const allowed = allows(origin);
    if (allowed) {
      c.set("Access-Control-Allow-Origin", options.any_ ? std::string_view("*") : origin);
      if (options.credentials_) {
        c.set("Access-Control-Allow-Credentials", "true");
      }
      if (!preflight && !options.exposed_.empty()) {
        c.set("Access-Control-Expose-Headers", options.exposed_);
      }
    }
    if (!preflight) {
      return rest();
    }
    if (allowed) {
      allow_request(c);
    }
    return finish(c);
  }

  void allow_request(context& c) const {
    c.vary("Access-Control-Request-Method").vary("Access-Control-Request-Headers");
    if (std::string const methods = c.allowed_methods(); !methods.empty()) {
      c.set("Access-Control-Allow-Methods", methods);
    }
    if (!options.headers_.empty()) {
      c.set("Access-Control-Allow-Headers", options.headers_);
    }
    c.set("Access-Control-Max-Age", options.age_.count());
  }

  static net::awaitable<void> finish(context& c) {
    c.status(204).end();
    co_return;
  }

  static void check(cors_options const& o) {
    if (o.any_ && o.credentials_) {
      throw_invalid("Credentials must not be allowed for every origin");
    }
  }
};

layer cors(cors_options options) {
  cors_layer::check(options);
  return [shared = std::make_shared<cors_layer const>(cors_layer{std::move(options)})](
             context& c, next rest) { return shared->handle(c, rest); };
}

}  // namespace anode::web
