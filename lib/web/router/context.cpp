// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include "web/router/context_rare.hpp"
#include "web/vocabulary/invalid.hpp"

#include <anode/detail/recycling_allocator.hpp>
#include <anode/web/context.hpp>

#include <algorithm>

namespace anode::web {

context::context(http::incoming_message& req, http::server_response& res,
                 std::shared_ptr<detail::route_table const> table) noexcept
    : req_(req), res_(res), table_(std::move(table)) {}

context::~context() = default;

void context::dispose() noexcept { delete this; }

void* context::operator new(std::size_t bytes) { return anode::detail::allocate_recycled(bytes); }

void context::operator delete(void* memory, std::size_t bytes) noexcept {
  anode::detail::deallocate_recycled(memory, bytes);
}

context::rare& context::more() {
  if (rare_ == nullptr) {
    rare_ = std::make_unique<rare>();
  }
  return *rare_;
}

std::string_view context::path() const noexcept { return req_.path(); }

std::string_view context::route() const noexcept {
  return route_ != nullptr ? std::string_view(route_->pattern) : std::string_view();
}

std::string_view context::param(std::string_view name) const {
  auto const& names = route_->names;
  auto const it = std::ranges::find(names, name);
  if (it == names.end()) {
    throw_invalid("The route \"" + route_->pattern + "\" has no parameter \"" + std::string(name) +
                  "\"");
  }
  auto const at = static_cast<std::size_t>(it - names.begin());
  return (names.size() > values_.size() ? rare_->many[at] : values_[at]).view();
}

void context::keep_values(detail::path_value const* values, std::size_t count) {
  if (count > values_.size()) {
    more().many.assign(values, values + count);
  } else {
    std::copy_n(values, count, values_.begin());
  }
}

std::string_view context::query_string() const noexcept { return req_.query(); }

form_fields const& context::query() {
  rare& r = more();
  if (!r.query) {
    r.query = form_fields::parse(query_string());
  }
  return *r.query;
}

std::string_view context::header(std::string_view name) const {
  return req_.headers().get(name).value_or(std::string_view());
}

std::optional<std::string> context::cookie(std::string_view name) const {
  auto const found = find_cookie(header("cookie"), name);
  return found ? std::optional<std::string>(*found) : std::nullopt;
}

std::string context::client_address() const {
  trusted_proxies const& proxies = table_->settings.proxies;
  std::string const peer = req_.socket().remote_endpoint().address;
  return proxies.client_of(peer, proxies.header() == forwarded_header::forwarded
                                     ? header("forwarded")
                                     : header("x-forwarded-for"));
}

std::string context::allowed_methods() const { return detail::dispatcher::methods(*this); }

context& context::status(int code) noexcept {
  res_.set_status_code(code);
  return *this;
}

context& context::set(std::string_view name, http::header_value_ref value) {
  res_.set_header(name, value);
  return *this;
}

context& context::append(std::string_view name, http::header_value_ref value) {
  res_.append_header(name, value);
  return *this;
}

context& context::type(std::string_view media_type) { return set("Content-Type", media_type); }

context& context::set_cookie(web::set_cookie const& cookie) {
  return append("Set-Cookie", cookie.to_string());
}

context& context::body_limit(std::size_t bytes) noexcept {
  more().body_limit = bytes;
  return *this;
}

context& context::on_done(anode::detail::function<void(context&, done_facts const&)> f) {
  auto& listeners = more().done_listeners;
  listeners.push_back(std::move(f));
  if (listeners.size() == 1) {
    res_.on_done([self = anode::detail::ptr<context>(this)](http::exchange_facts const& of) {
      done_facts const facts{of.status, of.body_bytes, of.finished - of.received, of.aborted};
      // A listener may add others, which are not called any more.
      auto const called = std::exchange(self->more().done_listeners, {});
      for (auto const& listener : called) {
        listener(*self, facts);
      }
    });
  }
  return *this;
}

void context::store(std::type_info const& type, owned object) {
  auto& data = more().data;
  auto const it = std::ranges::find_if(data, [&](auto const& d) { return *d.first == type; });
  if (it == data.end()) {
    data.emplace_back(&type, std::move(object));
  } else {
    // The destructor of the previous object may use this one's place.
    std::swap(it->second, object);
  }
}

void* context::stored(std::type_info const& type) const noexcept {
  if (rare_ == nullptr) {
    return nullptr;
  }
  auto const& data = rare_->data;
  auto const it = std::ranges::find_if(data, [&](auto const& d) { return *d.first == type; });
  return it == data.end() ? nullptr : it->second.get();
}

net::awaitable<void> next::operator()() const {
  return detail::dispatcher::run_stage(*context_, at_);
}

}  // namespace anode::web
