// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "web/body/body_decoder.hpp"
#include "web/router/dispatcher.hpp"

#include <anode/web/context.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <typeinfo>
#include <utility>
#include <vector>

namespace anode::web {

/// What most requests do not need.
struct context::rare {
  std::string path_buffer{};               // the canonical path, if it is not the received one
  std::string values{};                    // decoded values of parameters
  std::vector<detail::path_value> many{};  // the values, if a context has no room for them
  std::optional<form_fields> query{};      // the parsed query
  std::vector<std::pair<std::type_info const*, owned>> data{};
  std::vector<anode::detail::function<void(context&, done_facts const&)>> done_listeners{};
  std::size_t body_limit = 0;               // 0: none set
  std::size_t body_read = 0;                // by `read`
  std::unique_ptr<body_decoder> decoder{};  // if a layer decodes the body
  detail::no_route_reason reason = detail::no_route_reason::none;
  std::string allow{};  // the value of Allow, or the path to redirect to
  std::vector<anode::detail::ptr<context>> inner{};  // of routers that are handlers of this one
};

}  // namespace anode::web
