// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "reload.hpp"

#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <csignal>
#include <cstdio>

namespace samples {

namespace net = boost::asio;

std::string config_options::fault(int argc, char const* const* argv) const {
  if (file.empty()) {
    return check ? "--check needs --config" : "";
  }
  for (int i = 1; i < argc; ++i) {
    std::string_view const word = argv[i];
    if (word == "--config") {
      ++i;
    } else if (word != "--check" && !word.starts_with("--config=")) {
      return fmt::format("--config excludes {}", word.substr(0, word.find('=')));
    }
  }
  return {};
}

void print_errors(config_errors const& errors) {
  for (std::string const& line : errors.lines()) {
    fmt::print(stderr, "{}\n", line);
  }
  std::fflush(stderr);
}

std::string why_not_reloadable(std::vector<listen_setting> const& from,
                               std::vector<listen_setting> const& to) {
  bool same = from.size() == to.size();
  for (std::size_t i = 0; same && i < from.size(); ++i) {
    anode::http::listen_options const& a = from[i].where;
    anode::http::listen_options const& b = to[i].where;
    same = a.host == b.host && a.port == b.port && a.path == b.path &&
           from[i].inherited == to[i].inherited && a.proxy_protocol.mode == b.proxy_protocol.mode &&
           from[i].protocol == to[i].protocol && from[i].tls.cert.empty() == to[i].tls.cert.empty();
  }
  return same ? "" : "[[listen]] cannot change without a restart";
}

#ifdef SIGHUP

net::awaitable<void> reload_on_hangup(net::any_io_executor ex, std::function<void()> reload) {
  net::signal_set hangups{ex, SIGHUP};
  for (;;) {
    co_await hangups.async_wait(net::use_awaitable);
    reload();
  }
}

#else

net::awaitable<void> reload_on_hangup(net::any_io_executor, std::function<void()>) { co_return; }

#endif

}  // namespace samples
