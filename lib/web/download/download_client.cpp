// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The functions of the client that download files.
#include "web/download/download_call.hpp"

#include <anode/error.hpp>
#include <anode/web/fetch.hpp>

#include <utility>

namespace anode::web {

namespace {

// The arguments are copied by the call, and checked when the operation is awaited.
net::awaitable<std::uint64_t> start_download(client c, std::shared_ptr<client_state> state,
                                             std::string url, std::filesystem::path path,
                                             fetch_options options, progress_function progress) {
  auto call = std::make_shared<download_call>(std::move(c), std::move(state), std::move(url), path,
                                              std::move(options), std::move(progress));
  co_return co_await download_call::run(std::move(call));
}

}  // namespace

net::awaitable<std::uint64_t> client::download(std::string_view url,
                                               std::filesystem::path const& path) {
  return download(url, path, fetch_options(), progress_function());
}

net::awaitable<std::uint64_t> client::download(std::string_view url,
                                               std::filesystem::path const& path,
                                               progress_function progress) {
  return download(url, path, fetch_options(), std::move(progress));
}

net::awaitable<std::uint64_t> client::download(std::string_view url,
                                               std::filesystem::path const& path,
                                               fetch_options const& options,
                                               progress_function progress) {
  if (!state_) {
    throw http::exception(http::error::invalid_this, "The client is an empty handle");
  }
  return start_download(*this, state_, std::string(url), path, options, std::move(progress));
}

}  // namespace anode::web
