// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "proxy/tunnel/dial.hpp"

#include <anode/agent.hpp>
#include <anode/delay.hpp>
#include <anode/error.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include <array>
#include <exception>
#include <utility>
#include <vector>

namespace anode::proxy::tunnel {

using namespace net::experimental::awaitable_operators;

namespace {

using found_function = std::function<void(error_code, std::vector<http::lookup_address>)>;

net::awaitable<void> look_up(resolve_function resolve, std::string host, error_code if_empty,
                             found_function done) {
  std::vector<http::lookup_address> all;
  error_code ec;
  try {
    std::vector<std::string> const found = co_await resolve(host);
    if (found.empty()) {
      ec = if_empty;
    }
    for (std::string const& address : found) {
      all.push_back({address, address.find(':') == std::string::npos ? 4 : 6});
    }
  } catch (boost::system::system_error const& e) {
    ec = e.code();
  }
  done(ec, std::move(all));
}

// Passes on those of the found addresses that the rules allow.
found_function judged(std::shared_ptr<target_rules const> rules, std::string host,
                      std::uint16_t port, error_code refused, found_function done) {
  return [rules = std::move(rules), host = std::move(host), port, refused, done = std::move(done)](
             error_code ec, std::vector<http::lookup_address> all) {
    bool const any = !all.empty();
    std::erase_if(all, [&](http::lookup_address const& a) {
      return !rules->judge_address(host, a.address, port);
    });
    if (!ec && any && all.empty()) {
      ec = refused;
    }
    done(ec, std::move(all));
  };
}

net::awaitable<void> discard_input(socket from) {
  constexpr std::size_t most = 65536;
  std::array<char, 1024> buffer;
  try {
    for (std::size_t total = 0; total < most;) {
      std::size_t const n = co_await from.read(net::buffer(buffer));
      if (n == 0) {
        break;
      }
      total += n;
    }
  } catch (boost::system::system_error const&) {
    // The connection is lost: nothing is left to do.
  }
}

}  // namespace

std::string authority_of(target const& to) {
  bool const v6 = to.host.find(':') != std::string::npos;
  return (v6 ? "[" + to.host + "]" : to.host) + ":" + std::to_string(to.port);
}

http::lookup_function lookup_by(net::any_io_executor ex, resolve_function resolve,
                                error_code if_empty) {
  return [ex = std::move(ex), resolve = std::move(resolve), if_empty](std::string_view host,
                                                                      found_function done) {
    net::co_spawn(ex, look_up(resolve, std::string(host), if_empty, std::move(done)),
                  net::detached);
  };
}

http::lookup_function judged_lookup(std::shared_ptr<target_rules const> rules, std::uint16_t port,
                                    http::lookup_function inner, error_code refused) {
  return [rules = std::move(rules), port, inner = std::move(inner), refused](std::string_view host,
                                                                             found_function done) {
    inner(host, judged(rules, std::string(host), port, refused, std::move(done)));
  };
}

net::awaitable<void> try_dial(dial_function const& by, std::string_view authority,
                              http::lookup_function const& lookup, dialed& result) {
  try {
    result.stream = co_await by(authority, lookup);
  } catch (boost::system::system_error const& e) {
    result.cause = e.code();
  }
}

net::awaitable<dialed> dial_in_time(net::any_io_executor ex, dial_function const& by,
                                    std::string const& authority,
                                    http::lookup_function const& lookup,
                                    std::chrono::milliseconds limit) {
  dial_function const direct = [ex](std::string_view to, http::lookup_function const& with) {
    return anode::connect(ex, to, with);
  };
  dialed result;
  auto const first =
      co_await (try_dial(by ? by : direct, authority, lookup, result) || delay(ex, limit));
  if (first.index() == 1) {
    result.stream = socket();
    result.cause = net::error::timed_out;
  } else if (!result.stream && !result.cause) {
    result.cause = net::error::connection_reset;
  }
  co_return result;
}

net::awaitable<void> finish(socket client) {
  constexpr std::chrono::seconds longest{5};
  client.end();
  co_await (discard_input(client) || delay(client.get_executor(), longest));
  client.destroy();
}

}  // namespace anode::proxy::tunnel
