// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "web/client/cookie_store.hpp"

#include <anode/agent_options.hpp>
#include <anode/error.hpp>
#include <anode/web/cookie_jar.hpp>

#include <utility>

namespace anode::web {

namespace {

// Splits an absolute URL. Returns false if it is none.
bool split_cookie_url(std::string_view url, http::request_options& parts) {
  try {
    parts.set_url(url);
    return true;
  } catch (http::exception const&) {
    return false;
  }
}

cookie_request cookie_request_of(http::request_options const& o) noexcept {
  return {o.protocol == "https:", o.host, o.path};
}

}  // namespace

cookie_jar::cookie_jar() : store_(std::make_shared<cookie_store>()) {}

cookie_jar& cookie_jar::public_suffixes(std::function<bool(std::string_view domain)> f) {
  store_->set_public_suffixes(std::move(f));
  return *this;
}

cookie_jar& cookie_jar::trust_domains(bool on) {
  store_->set_trust_domains(on);
  return *this;
}

bool cookie_jar::store(std::string_view url, std::string_view set_cookie,
                       std::chrono::sys_seconds now) {
  http::request_options parts;
  return split_cookie_url(url, parts) && store_->store(cookie_request_of(parts), set_cookie, now);
}

std::string cookie_jar::header(std::string_view url, std::chrono::sys_seconds now) {
  http::request_options parts;
  return split_cookie_url(url, parts) ? store_->header(cookie_request_of(parts), now)
                                      : std::string();
}

std::size_t cookie_jar::size() const { return store_->size(); }

void cookie_jar::clear() { store_->clear(); }

std::string cookie_jar::save(std::chrono::sys_seconds now) const { return store_->save(now); }

std::size_t cookie_jar::load(std::string_view text, std::chrono::sys_seconds now) {
  return store_->load(text, now);
}

}  // namespace anode::web
