// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Facts of messages: the parts of a target, whether a body is possible, sent bytes.
#include "support/client_and_server.hpp"
#include "support/client_fixture.hpp"

#include <anode/http.hpp>

#include <string>
#include <vector>

namespace behaviour_message_facts {

namespace http = anode::http;
namespace net = boost::asio;
using support::client_and_server;
using support::client_fixture;
using support::http_peer;
using support::server_fixture;

TEST_CASE("incoming message: path and query are the parts of the target as received") {
  server_fixture f;
  std::vector<std::string> seen;
  auto const note = [&](http::incoming_message const& req) {
    seen.push_back(std::string(req.path()) + "|" + std::string(req.query()));
  };
  f.server.on_request([&](http::incoming_message& req, http::server_response& res) {
    note(req);
    res.end();
  });
  f.server.on_connect([&](http::incoming_message& req, anode::socket s) {
    note(req);
    s.destroy();
  });
  http_peer peer = f.connect();
  for (std::string const target : {"GET /a%20b?c=d?e", "GET http://a/x?y", "OPTIONS *"}) {
    f.say(peer, target + " HTTP/1.1\r\nHost: a\r\n\r\n");
  }
  f.say(peer, "CONNECT a.test:443 HTTP/1.1\r\nHost: a.test:443\r\n\r\n");
  CHECK(seen == std::vector<std::string>{"/a%20b|c=d?e", "/x|y", "*|", "a.test:443|"});
}

TEST_CASE("incoming message: a response and an empty handle have no path") {
  client_fixture f;
  CHECK(f.response.path().empty());
  CHECK(f.response.query().empty());
  CHECK(f.response.readable_high_water_mark() == 0);
  http::client_request r = f.request("GET", "/a?b");
  r.end();
  f.settle();
  f.say(0, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
  CHECK(f.response.path().empty());
  CHECK(f.response.query().empty());
}

TEST_CASE("incoming message: its high-water mark is the option of server and request") {
  http::server_options options;
  options.high_water_mark = 100;
  client_and_server f(options);
  std::size_t of_request = 0;
  f.server.on_request([&](http::incoming_message& req, http::server_response& res) {
    of_request = req.readable_high_water_mark();
    res.end();
  });
  http::request_options o;
  o.host = "test";
  o.high_water_mark = 200;
  http::client_request r = f.agent.request(o);
  std::size_t of_response = 0;
  r.on_response([&](http::incoming_message m) { of_response = m.readable_high_water_mark(); });
  r.end();
  f.settle();
  CHECK(of_request == 100);
  CHECK(of_response == 200);
}

TEST_CASE("server response: has no body for HEAD and for the statuses 1xx, 204 and 304") {
  server_fixture f;
  std::vector<bool> seen;
  f.server.on_request([&](http::incoming_message& req, http::server_response& res) {
    seen.push_back(res.has_body());
    if (req.method() == "GET") {
      for (int const status : {204, 304, 101, 205, 404}) {
        res.set_status_code(status);
        seen.push_back(res.has_body());
      }
    }
    res.end();
    seen.push_back(res.has_body());
  });
  http_peer peer = f.connect();
  f.say(peer, "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(seen == std::vector<bool>{false, false});
  seen.clear();
  f.say(peer, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(seen == std::vector<bool>{true, false, false, false, true, true, true});
}

TEST_CASE("outgoing message: bytes_sent is the message's part of the output of its connection") {
  server_fixture f;
  std::vector<http::server_response*> responses;
  std::vector<std::uint64_t> finished;
  f.server.on_request([&](http::incoming_message&, http::server_response& res) {
    CHECK(res.bytes_sent() == 0);
    responses.push_back(&res);
    res.on_finish([&] { finished.push_back(res.bytes_sent()); });
    res.on_close([&] { finished.push_back(res.bytes_sent()); });
  });
  http_peer peer = f.connect();
  f.say(peer, "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
  REQUIRE(responses.size() == 2);
  responses[1]->end("second");
  f.settle();
  CHECK(responses[1]->bytes_sent() == 0);  // waits for the first response
  responses[0]->write("one");
  CHECK(responses[0]->bytes_sent() == 0);  // is sent at the end of the tick
  f.settle();
  std::size_t const head = peer.received().size();
  CHECK(responses[0]->bytes_sent() ==
        head + std::string("Sun, 06 Nov 1994 08:49:37 GMT").size() - std::string("now").size());
  responses[0]->write("two");
  responses[0]->end();
  f.settle();
  REQUIRE(finished.size() == 4);
  CHECK(finished[0] == finished[1]);
  CHECK(finished[2] == finished[3]);
  std::string const all = peer.received();
  std::size_t const dates = 2 * (29 - 3);  // received() shortens each Date
  CHECK(finished[0] + finished[2] == all.size() + dates);
}

TEST_CASE("outgoing message: bytes_sent shows the progress of an upload") {
  client_fixture f;
  f.peer_reads = false;
  f.capacity = 1000;
  http::client_request r = f.request("PUT");
  std::string const body(5000, 'x');
  r.write(body);
  f.settle();
  CHECK(r.bytes_sent() == 1000);
  r.destroy();
  CHECK(r.bytes_sent() == 1000);
  f.settle();
  CHECK(r.bytes_sent() == 1000);
  http::client_request const none;
  CHECK(none.bytes_sent() == 0);
}

TEST_CASE("outgoing message: bytes_sent starts again when the request is sent again") {
  http::agent_options options;
  options.keep_alive = true;
  options.retry = 1;
  client_fixture f(options);
  http::client_request first = f.request("GET");
  first.end();
  f.settle();
  f.say(0, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n");
  CHECK(f.peers.at(0).take().starts_with("GET / "));
  f.suspend_connects();
  http::client_request second = f.request("GET");
  second.end();
  f.settle();
  CHECK(second.bytes_sent() == f.peers.at(0).received().size());
  f.peers.at(0).close();
  f.settle();
  CHECK(second.retries() == 1);
  CHECK(second.bytes_sent() == 0);
  f.resume_connects();
  f.settle();
  CHECK(second.bytes_sent() == f.peers.at(1).received().size());
}

}  // namespace behaviour_message_facts
