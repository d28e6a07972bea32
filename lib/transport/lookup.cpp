// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "transport/lookup.hpp"

#include "base/ascii.hpp"
#include "transport/lookup_rules.hpp"

#include <anode/error.hpp>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>

#ifdef _WIN32
#include <ws2tcpip.h>
#else
#include <netdb.h>
#endif

#include <utility>

namespace anode::transport {

resolver_query query_of(connect_target const& target) {
  resolver_query query;
  query.host = target.host;
  query.family = target.family == 4 ? AF_INET : target.family == 6 ? AF_INET6 : AF_UNSPEC;
  query.flags = (target.address_configured ? AI_ADDRCONFIG : 0) |
                (target.v4_mapped ? AI_V4MAPPED : 0) | (target.all_matching ? AI_ALL : 0);
  return query;
}

namespace {

class host_lookup final : public connector {
public:
  host_lookup(net::any_io_executor ex, connect_target target, lookup_callback done)
      : ex_(std::move(ex)), target_(std::move(target)), done_(std::move(done)) {}

  void start(lookup_function const& lookup) {
    error_code ec;
    net::ip::make_address(target_.host, ec);
    if (!ec) {
      complete({}, {target_.host});
    } else if (lookup) {
      lookup(target_.host, [self = self_ptr()](error_code e, std::vector<resolved_address> found) {
        std::vector<std::string> all;
        for (resolved_address& a : found) {
          all.push_back(std::move(a.address));
        }
        self->complete(e, std::move(all));
      });
    } else if (base::names_equal(target_.host, "localhost")) {
      complete({}, {"127.0.0.1", "::1"});  // RFC 6761 section 6.3
    } else {
      resolve();
    }
  }

  void cancel() override {
    done_ = nullptr;
    if (auto const running = request_.lock()) {
      resolver_pool::of(ex_).cancel(running);
    }
  }

  bool looking_up() const override { return true; }

private:
  detail::ptr<host_lookup> self_ptr() { return detail::ptr<host_lookup>(this); }

  void resolve() {
    request_ = resolver_pool::of(ex_).start(
        ex_, query_of(target_),
        [self = self_ptr()](error_code ec, std::vector<std::string> const& found) {
          self->finish(ec, found);
        });
  }

  void complete(error_code ec, std::vector<std::string> found) {
    net::post(ex_, [self = self_ptr(), ec, all = std::move(found)] { self->finish(ec, all); });
  }

  void finish(error_code ec, std::vector<std::string> const& found) {
    lookup_callback const done = std::exchange(done_, nullptr);
    if (!done) {
      return;
    }
    auto const is_v6 = [](std::string const& address) {
      error_code bad;
      return net::ip::make_address(address, bad).is_v6();
    };
    std::vector<std::string> usable;
    for (std::string const& address : found) {
      error_code bad;
      bool const v6 = net::ip::make_address(address, bad).is_v6();
      if (!bad && (target_.family != 4 || !v6) && (target_.family != 6 || v6)) {
        usable.push_back(address);
      }
    }
    std::vector<std::string> all =
        alternated(usable, [&](auto const& x, auto const& y) { return is_v6(x) == is_v6(y); });
    if (!all.empty()) {
      ec = {};
    } else if (!ec) {
      ec = net::error::host_not_found;
    }
    done(ec, std::move(all));
  }

  net::any_io_executor ex_;
  connect_target target_;
  lookup_callback done_;
  std::weak_ptr<resolver_pool::request> request_;  // weak: the request keeps *this alive
};

}  // namespace

detail::ptr<connector> start_lookup(net::any_io_executor ex, connect_target target,
                                    lookup_function const& lookup, lookup_callback done) {
  detail::ptr<host_lookup> const look_up(
      new host_lookup(std::move(ex), std::move(target), std::move(done)));
  look_up->start(lookup);
  return look_up;
}

}  // namespace anode::transport
