// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/body_filter.hpp>
#include <anode/web/coding.hpp>
#include <anode/web/context.hpp>

#include <memory>
#include <utility>

namespace anode::web {

/// Encodes the body of a response. A failure of the encoder destroys the response, and is reported
/// to `router::on_error`.
class encoding_filter final : public http::body_filter {
public:
  /// @param with must not be null.
  encoding_filter(anode::detail::ptr<context> c, std::unique_ptr<encoder> with) noexcept
      : context_(std::move(c)), encoder_(std::move(with)) {}

  void transform(std::string_view in, bool last, bool flush, std::string& out) override;

private:
  void encode(std::string_view in, encoder::mode how, std::string& out);

  anode::detail::ptr<context> context_;
  std::unique_ptr<encoder> encoder_;
  bool holds_input_ = false;  // since the last flush
};

}  // namespace anode::web
