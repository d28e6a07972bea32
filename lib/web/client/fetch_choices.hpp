// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "web/client/fetch_body.hpp"

#include <anode/headers.hpp>
#include <anode/web/fetch_options.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace anode::web {

/// The options of a request that the program has set.
struct fetch_options::choices {
  std::string method{};
  http::header_list headers{};
  std::vector<std::string> secrets{};
  std::shared_ptr<fetch_body const> body{};
  progress_function upload_progress{};
  std::optional<unsigned> redirects{};
  std::optional<bool> insecure_redirects{};
  std::optional<std::chrono::milliseconds> connect_timeout{};
  std::optional<std::chrono::milliseconds> head_timeout{};
  std::optional<std::chrono::milliseconds> idle_timeout{};
  std::optional<std::chrono::milliseconds> timeout{};
  std::optional<retry_policy> retry{};
  std::optional<bool> idempotent{};
  std::optional<bool> decode{};
  std::optional<decoding_limits> decoding{};
};

}  // namespace anode::web
