// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "web/files/file_sender.hpp"
#include "web/files/file_server.hpp"

#include <anode/web/context.hpp>
#include <anode/web/error.hpp>
#include <anode/web/files.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>

namespace anode::web {

namespace {

// The part of the raw path that the rest of a pattern stands for: what is behind as many slashes as
// the pattern has in front of its rest. A parameter cannot be used, because it is decoded, and a
// decoded slash would look like one that separates.
std::string_view rest_of(std::string_view path, std::string_view pattern) noexcept {
  if (!pattern.ends_with("...}")) {
    return {};
  }
  std::string_view const prefix = pattern.substr(0, pattern.rfind('{'));
  for (auto slashes = std::ranges::count(prefix, '/'); slashes != 0; --slashes) {
    std::size_t const slash = path.find('/');
    if (slash == std::string_view::npos) {
      return {};
    }
    path.remove_prefix(slash + 1);
  }
  return path;
}

net::awaitable<void> send_to(context& c, std::filesystem::path path, send_file_options options) {
  net::awaitable<void> rest;
  int const status = file_server::send(c.req(), c.res(), path, options, rest);
  if (status != 0) {
    throw http_error(status);
  }
  if (rest.valid()) {
    co_await std::move(rest);
  }
}

}  // namespace

net::awaitable<void> files::operator()(context& c) const { return awaitable_of(start(c)); }

net::awaitable<void> files::start(context& c) const {
  net::awaitable<void> rest;
  int const status = server_->serve(c.req(), c.res(), rest_of(c.path(), c.route()), rest);
  if (status != 0) {
    throw http_error(status);
  }
  return rest;
}

net::awaitable<void> send_file(context& c, std::filesystem::path const& path,
                               send_file_options const& options) {
  return send_to(c, path, options);
}

net::awaitable<void> send_file(context& c, std::filesystem::path const& path) {
  return send_to(c, path, send_file_options());
}

}  // namespace anode::web
