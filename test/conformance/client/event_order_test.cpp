// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Compares the events that follow an action on a request, at each point of its life, with the
// events recorded from Node 23.5 (tools/node/record client-events).
#include "support/client_fixture.hpp"

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/error.hpp>

#include <fstream>
#include <map>
#include <sstream>

namespace conformance_client_event_order {

namespace {

namespace net = boost::asio;
namespace http = anode::http;
using support::client_fixture;

http::agent_options options_for(std::string const& kind, std::string const& point) {
  http::agent_options o;
  o.keep_alive = kind == "keep";
  if (point == "queued") {
    o.max_sockets = 1;
  }
  return o;
}

// Runs one request with one action at one point.
class run {
public:
  run(std::string const& kind, std::string point, std::string act)
      : point_(std::move(point)), act_(std::move(act)), f_(options_for(kind, point_)) {}

  std::string result() {
    std::size_t const connection = point_ == "queued" ? 1 : 0;
    http::client_request first;
    if (point_ == "queued") {
      first = f_.agent.request("GET", "http://test/first");
      first.on_response([](http::incoming_message m) { m.dump(); });
      first.end();
      f_.settle();
    }
    make();
    if (point_ == "made") {
      do_act();
    } else {
      request_.end();
      if (point_ == "ended" && act_ != "none") {
        do_act();
      }
    }
    f_.settle();
    if (point_ == "sent" || point_ == "queued") {
      do_act();
      f_.settle();
    }
    if (point_ == "queued") {
      f_.say(0, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    } else {
      answer(connection);
    }
    std::string all;
    for (std::string const& e : f_.events) {
      all += (all.empty() ? "" : ", ") + e;
    }
    return all;
  }

private:
  void make() {
    http::request_options o;
    o.host = "test";
    o.signal = signal_.slot();
    if (point_ == "continue") {
      o.headers = {{"Expect", "100-continue"}};
    }
    request_ = f_.agent.request(std::move(o));
    request_.on_socket([this](anode::socket) { record("socket"); });
    request_.on_finish([this] { record("finish"); });
    request_.on_continue([this] { record("continue"); });
    request_.on_information([this](http::information const& i) {
      record("information", std::to_string(i.status_code));
    });
    request_.on_abort([this] { record("abort"); });
    request_.on_error(
        [this](boost::system::error_code ec) { record("error", http::code_name(ec)); });
    request_.on_close([this] { record("close"); });
    request_.on_response([this](http::incoming_message m) {
      response_ = std::move(m);
      response_.on_aborted([this] { record("res.aborted"); });
      response_.on_end([this] { record("res.end"); });
      response_.on_error(
          [this](boost::system::error_code ec) { record("res.error", http::code_name(ec)); });
      response_.on_close([this] { record("res.close"); });
      record("response", std::to_string(response_.status_code()));
      net::co_spawn(f_.io, read(*this), net::detached);
    });
  }

  static net::awaitable<void> read(run& self) {
    try {
      while (auto const chunk = co_await self.response_.read()) {
        self.record("data", *chunk);
      }
    } catch (boost::system::system_error const&) {
    }
  }

  void answer(std::size_t connection) {
    if (f_.peers.size() <= connection || point_ == "sent" || point_ == "made") {
      return;
    }
    if (point_ == "continue") {
      f_.say(connection, "HTTP/1.1 100 Continue\r\n\r\n");
      return;
    }
    f_.say(connection, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n");
    if (point_ == "response") {
      return;
    }
    f_.say(connection, "abc");
    if (point_ != "data") {
      f_.say(connection, "defghi");
    }
  }

  void record(std::string name, std::string_view detail = {}) {
    std::string const point = name == "res.end" ? "end" : name;
    if (!detail.empty()) {
      name.append(" ").append(detail);
    }
    f_.events.push_back(std::move(name));
    if (point == point_ && act_ != "none") {
      do_act();
    }
  }

  void do_act() {
    if (std::exchange(done_, true)) {
      return;
    }
    f_.events.clear();
    net::error::basic_errors const custom = net::error::timed_out;
    if (act_ == "destroy") {
      request_.destroy();
    } else if (act_ == "destroy-error") {
      request_.destroy(custom);
    } else if (act_ == "abort") {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
      request_.abort();
#pragma GCC diagnostic pop
    } else if (act_ == "signal") {
      signal_.emit(net::cancellation_type::terminal);
    } else if (act_ == "res.destroy") {
      response_.destroy();
    } else if (act_ == "res.destroy-error") {
      response_.destroy(custom);
    } else if (act_ == "fin") {
      f_.peers.at(0).end();
    } else if (act_ == "reset") {
      f_.peers.at(0).reset();
    } else {
      FAIL("no act " << act_);
    }
  }

  std::string point_;
  std::string act_;
  net::cancellation_signal signal_;
  client_fixture f_;
  http::client_request request_;
  http::incoming_message response_;
  bool done_ = false;
};

}  // namespace

TEST_CASE("client events: in Node's order after any action at any point of a request", "[client]") {
  // The cases in which anode emits other events; see docs/deviations.md.
  std::map<std::string, std::string> const ours{};
  std::ifstream file("test/conformance/client/recorded/events.tsv");
  REQUIRE(file);
  std::string line;
  std::size_t count = 0;
  while (std::getline(file, line)) {
    std::size_t const tab = line.find('\t');
    REQUIRE(tab != std::string::npos);
    std::string const name = line.substr(0, tab);
    std::istringstream words(name);
    std::string kind;
    std::string point;
    std::string act;
    words >> kind >> point >> act;
    INFO(name);
    auto const differs = ours.find(name);
    std::string const expected = differs != ours.end() ? differs->second : line.substr(tab + 1);
    CHECK(run(kind, point, act).result() == expected);
    ++count;
  }
  CHECK(count == 114);
}

}  // namespace conformance_client_event_order
