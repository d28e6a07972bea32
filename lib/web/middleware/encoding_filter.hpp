// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/body_filter.hpp>
#include <anode/web/coding.hpp>

#include <memory>
#include <utility>

namespace anode::web {

/// Encodes the body of a message.
class encoding_filter final : public http::body_filter {
public:
  /// @param with must not be null.
  explicit encoding_filter(std::unique_ptr<encoder> with) noexcept : encoder_(std::move(with)) {}

  void transform(std::string_view in, bool last, bool flush, std::string& out) override;

private:
  std::unique_ptr<encoder> encoder_;
  bool holds_input_ = false;  // since the last flush
};

}  // namespace anode::web
