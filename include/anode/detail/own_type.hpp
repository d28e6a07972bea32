// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/outgoing_message.hpp>

namespace anode::http::detail {

/// Lets the functions of `outgoing_message` that return the object return it with its own type,
/// `Derived`, therefore calls of inherited and of own functions chain in any order.
template <class Derived>
class own_type : public outgoing_message {
public:
  /// See `outgoing_message::set_header`.
  Derived& set_header(std::string_view name, header_value_ref value) {
    outgoing_message::set_header(name, value);
    return own();
  }

  /// See `outgoing_message::append_header`.
  Derived& append_header(std::string_view name, header_value_ref value) {
    outgoing_message::append_header(name, value);
    return own();
  }

  /// See `outgoing_message::set_headers`.
  Derived& set_headers(header_list const& headers) {
    outgoing_message::set_headers(headers);
    return own();
  }

  /// See `outgoing_message::remove_header`.
  Derived& remove_header(std::string_view name) {
    outgoing_message::remove_header(name);
    return own();
  }

  /// See `outgoing_message::add_trailers`.
  Derived& add_trailers(header_list const& trailers) {
    outgoing_message::add_trailers(trailers);
    return own();
  }

  /// See `outgoing_message::set_strict_content_length`.
  Derived& set_strict_content_length(bool on) noexcept {
    outgoing_message::set_strict_content_length(on);
    return own();
  }

  /// See `outgoing_message::set_body_filter`.
  Derived& set_body_filter(std::unique_ptr<body_filter> filter) {
    outgoing_message::set_body_filter(std::move(filter));
    return own();
  }

  /// See `outgoing_message::destroy`.
  Derived& destroy(error_code ec = {}) {
    outgoing_message::destroy(ec);
    return own();
  }

  /// See `outgoing_message::on_head`.
  Derived& on_head(anode::detail::function<void(std::optional<std::uint64_t>)> f) {
    outgoing_message::on_head(std::move(f));
    return own();
  }

  /// See `outgoing_message::on_finish`.
  Derived& on_finish(anode::detail::function<void()> f) {
    outgoing_message::on_finish(std::move(f));
    return own();
  }

  /// See `outgoing_message::on_prefinish`.
  Derived& on_prefinish(anode::detail::function<void()> f) {
    outgoing_message::on_prefinish(std::move(f));
    return own();
  }

  /// See `outgoing_message::on_drain`.
  Derived& on_drain(anode::detail::function<void()> f) {
    outgoing_message::on_drain(std::move(f));
    return own();
  }

  /// See `outgoing_message::on_error`.
  Derived& on_error(anode::detail::function<void(error_code)> f) {
    outgoing_message::on_error(std::move(f));
    return own();
  }

  /// See `outgoing_message::on_close`.
  Derived& on_close(anode::detail::function<void()> f) {
    outgoing_message::on_close(std::move(f));
    return own();
  }

protected:
  using outgoing_message::outgoing_message;
  ~own_type() = default;

private:
  Derived& own() noexcept { return static_cast<Derived&>(*this); }
};

}  // namespace anode::http::detail
