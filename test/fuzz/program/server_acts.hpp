// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The actions of a fuzzed server's handlers on one exchange, and the recorded results.
#pragma once

#include "choices.hpp"
#include "world.hpp"

#include <anode/http.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace anode::test {

/// One request with a handler call.
struct served {
  unsigned serial = 0;  ///< counts from 1; the response says it in X-Serial
  int connection = -1;  ///< which one the request came on, if that is known
  std::string method;
  std::string written;              ///< the body, as far as `write` has accepted it
  std::optional<std::size_t> left;  ///< to write, of the announced length
  bool ended = false;    ///< `end` was called in a state in which the response arrives whole
  unsigned refused = 0;  ///< writes behind the end, each of which is an error
  bool left_http = false;
  bool coroutine = false;  ///< its handler is one, and has not returned
  bool listens = false;
  emitted request;
  emitted response;
  http::incoming_message* req = nullptr;  ///< null once the exchange may be gone
  http::server_response* res = nullptr;
};

/// Performs actions of a handler.
class server_acts {
public:
  server_acts(choices& in, std::size_t& budget) : in_(in), budget_(budget) {}

  /// Counts the events of an exchange.
  /// @param throws whether some of the listeners throw
  static void listen(std::shared_ptr<served> const& x, bool throws) {
    x->listens = true;
    x->res->on_close([x, throws] {
      ++x->response.close;
      if (!x->coroutine) {
        x->req = nullptr;
        x->res = nullptr;
      }
      if (throws) {
        throw planned();
      }
    });
    x->res->on_finish([x, throws] {
      x->response.check_not_closed("finish of a response");
      ++x->response.finish;
      if (throws) {
        throw planned();
      }
    });
    x->res->on_error([x](error_code) {
      x->response.check_not_closed("error of a response");
      ++x->response.error;
    });
    x->req->on_close([x] { ++x->request.close; });
    x->req->on_end([x, throws] {
      x->request.check_not_closed("end of a request");
      ++x->request.end;
      if (throws) {
        throw planned();
      }
    });
    x->req->on_error([x](error_code) {
      x->request.check_not_closed("error of a request");
      ++x->request.error;
    });
  }

  /// Chooses the properties of the response before it begins.
  void prepare(served& x) {
    static constexpr int statuses[] = {200, 204, 304, 404, 500, 299};
    if (in_.rarely(4)) {
      x.res->set_status_code(in_.pick(statuses));
    }
    if (in_.rarely(4)) {
      static constexpr std::size_t lengths[] = {0, 1, 10, 3000, 70'000};
      x.left = spend(in_.pick(lengths));
      x.res->set_header("Content-Length", static_cast<std::int64_t>(*x.left));
      if (in_.flip()) {
        x.res->set_strict_content_length(true);
      }
    }
    if (in_.rarely(8)) {
      x.res->set_header("Connection", "close");
    }
    if (in_.rarely(16)) {
      x.res->set_should_keep_alive(in_.flip());
    }
    if (in_.rarely(16)) {
      x.res->set_header("Trailer", "X-T");
    }
  }

  /// Performs an action that does not suspend.
  /// @throws exceptions of the library, and `planned`
  void act(served& x) {
    http::server_response& res = *x.res;
    unsigned const what = in_.below(24);
    trace("act " + std::to_string(what) + " of " + std::to_string(x.serial));
    switch (what) {
      case 0:
      case 1:
        end(x);
        break;
      case 2:
      case 3:
      case 4:
        write(x);
        break;
      case 5:
        res.cork();
        break;
      case 6:
        res.uncork();
        break;
      case 7:
        res.add_trailers({{"X-T", "1"}});
        break;
      case 8:
        res.write_early_hints({{"Link", "</a>; rel=preload"}});
        break;
      case 9:
        res.write_information(102 + static_cast<int>(in_.below(90)), {{"X-A", "1"}});
        break;
      case 10:
        res.write_continue();
        break;
      case 11:
        res.write_processing();
        break;
      case 12:
        trace("res.destroy");
        res.destroy(in_.flip() ? error_code() : make_error_code(http::error::aborted));
        break;
      case 13:
        trace("req.destroy");
        x.req->destroy(in_.flip() ? error_code() : make_error_code(http::error::aborted));
        break;
      case 14:
        res.set_timeout(std::chrono::milliseconds(100U * in_.number()));
        break;
      case 15:
        x.req->set_timeout(std::chrono::milliseconds(100U * in_.number()), [] {});
        break;
      case 16:
        res.set_header("X-A", "value");
        break;
      case 17:
        res.write_head(200 + static_cast<int>(in_.below(3)));
        break;
      case 18:
        res.flush_headers();
        break;
      case 19:
        x.req->dump();
        break;
      case 20:
        touch(x.req->socket());
        break;
      case 21:
        look(x);
        break;
      case 22:
        trace("handler throws");
        throw planned();
      default:
        res.append_header("X-List", "a");
        res.remove_header("X-A");
        break;
    }
  }

  /// Ends the response with the bytes that its length still requires.
  void end(served& x) {
    trace("res.end");
    std::size_t const size = x.left ? *x.left : in_.rarely(2) ? spend(in_.number()) : 0;
    if (size > 0) {
      bool const accepts = takes_body(x);
      x.res->end(piece(x, size));
      if (accepts) {
        x.written += piece(x, size);
      } else {
        ++x.refused;
      }
      if (x.left) {
        x.left = 0;
      }
    } else {
      x.res->end();
    }
    x.ended = true;
  }

  /// Writes some bytes, at most the announced length. The buffer stays valid.
  write_operation write(served& x) {
    static constexpr std::size_t sizes[] = {1, 0, 10, 1000, 20'000, 100'000};
    std::size_t size = spend(in_.pick(sizes));
    if (x.left) {
      size = std::min(size, *x.left);
    }
    trace("res.write");
    std::string_view const data = piece(x, size);
    bool const accepts = takes_body(x);
    write_operation written = x.res->write(data);
    if (accepts) {
      x.written += data;
      if (x.left) {
        *x.left -= size;
      }
    } else {
      ++x.refused;
    }
    return written;
  }

  /// Acts on a connection without making the written bytes unreadable.
  void touch(anode::socket s) {
    unsigned const what = in_.below(7);
    trace("socket, way " + std::to_string(what));
    switch (what) {
      case 0:
        s.set_timeout(std::chrono::milliseconds(100U * in_.number()));
        break;
      case 1:
        s.destroy();
        break;
      case 2:
        s.destroy_soon();
        break;
      case 3:
        s.end();
        break;
      case 4:
        s.reset();
        break;
      case 5:
        s.set_no_delay(false);
        break;
      default:
        s.set_timeout(std::chrono::milliseconds(0));
        break;
    }
  }

private:
  // Calls every query function.
  static void look(served& x) {
    http::server_response const& res = *x.res;
    http::incoming_message const& req = *x.req;
    static_cast<void>(res.get_headers());
    static_cast<void>(res.get_raw_header_names());
    static_cast<void>(res.writable_length() + res.writable_corked());
    static_cast<void>(res.writable_need_drain() || res.writable_finished() || res.closed());
    static_cast<void>(res.errored());
    static_cast<void>(res.socket().remote_endpoint());
    static_cast<void>(req.headers().contains("Host"));
    static_cast<void>(req.trailers().contains("X-T"));
    static_cast<void>(req.complete() || req.aborted() || req.readable_ended() || req.closed());
    static_cast<void>(std::string(req.url()) + std::string(req.method()) + req.http_version());
    static_cast<void>(req.socket().buffered());
  }

  // Returns bytes that identify their response and their offset in its body.
  static std::string_view piece(served const& x, std::size_t size) {
    return pattern(x.serial * 7 + x.written.size(), size);
  }

  // A write after the end, or to a destroyed response, reports its error through its operation.
  static bool takes_body(served const& x) {
    return !x.res->writable_ended() && !x.res->destroyed();
  }

  std::size_t spend(std::size_t wanted) {
    std::size_t const given = std::min(wanted, budget_);
    budget_ -= given;
    return given;
  }

  choices& in_;
  std::size_t& budget_;
};

}  // namespace anode::test
