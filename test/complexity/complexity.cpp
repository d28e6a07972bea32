// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Runs a server, a client or a proxy in memory on input of a given size. `tools/check/complexity`
// counts the instructions.
//
// usage: complexity --list | complexity CASE SIZE
#include <anode/http.hpp>
#include <anode/pipe.hpp>
#include <anode/testing.hpp>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace http = anode::http;
namespace net = boost::asio;
namespace testing = anode::testing;

namespace {

using act = std::function<void(http::incoming_message&, http::server_response&)>;

// Concatenates the results of `f` for consecutive numbers.
template <class F>
std::string times(std::size_t n, F f) {
  std::string all;
  for (std::size_t i = 0; i != n; ++i) {
    std::string const number = std::to_string(1'000'000 + i);  // always of the same length
    all += f(number);
  }
  return all;
}

std::string list(std::size_t n, std::string_view separator = ", ") {
  std::string all =
      times(n, [&](std::string const& i) { return std::string(separator) + "m" + i; });
  return all.substr(separator.size());
}

void fail(std::string_view what) {
  std::fprintf(stderr, "complexity: %.*s\n", static_cast<int>(what.size()), what.data());
  std::exit(1);
}

// Feeds `input` to a server without limits and checks the number of responses.
void serve(std::string const& input, act const& handler = {}, std::size_t answers = 1,
           http::server_options options = {}, std::size_t piece = 65536) {
  testing::event_loop loop;
  options.max_header_size = std::size_t{64} * 1024 * 1024;
  options.max_headers_count = 0;
  options.headers_timeout = http::unlimited;
  options.request_timeout = http::unlimited;
  std::size_t answered = 0;
  http::server server(loop.get_executor(), options);
  server.on_request([&](http::incoming_message& req, http::server_response& res) {
    ++answered;
    if (handler) {
      handler(req, res);
    }
    req.dump();
    res.end("fine");
  });
  testing::peer client = loop.connect(server, 1 << 20);
  for (std::size_t at = 0; at < input.size(); at += piece) {
    client.send(std::string_view(input).substr(at, piece));
    client.take();
  }
  if (answered != answers) {
    fail("the server answered " + std::to_string(answered) +
         " requests: " + std::string(client.received().substr(0, 200)));
  }
}

// Feeds `input` to a client as its response.
void receive(std::string const& input, std::function<void(http::incoming_message&)> look = {},
             http::agent_options const& like = {}, std::size_t size = 4) {
  testing::event_loop loop;
  testing::origin origin(loop, 1 << 20);
  // A copy: its connector must be destroyed before the loop.
  http::agent_options options = like;
  options.create_connection = origin.connections();
  http::agent agent(loop.get_executor(), options);
  http::request_options o;
  o.host = "origin.test";
  o.max_header_size = std::size_t{64} * 1024 * 1024;
  o.max_headers_count = 0;
  o.max_interim_responses = 1'000'000;
  http::client_request request = agent.request(o);
  std::size_t received = 0;
  http::incoming_message response;
  request.on_response([&](http::incoming_message m) { response = std::move(m); });
  request.end();
  for (std::size_t at = 0; at < input.size(); at += 65536) {
    origin[0].send(std::string_view(input).substr(at, 65536));
  }
  if (!response) {
    fail("there is no response");
  }
  if (look) {
    look(response);
  }
  received = loop.run(response.text(std::size_t{64} * 1024 * 1024)).size();
  if (received != size) {
    fail("a body of " + std::to_string(received) + " bytes came");
  }
}

std::string const get = "GET / HTTP/1.1\r\nHost: a\r\n";
std::string const chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
std::string const answer = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n";

std::string field(std::string const& i) { return "F" + i + ": value\r\n"; }

void look_at_headers(http::incoming_message& m) {
  std::size_t n = 0;
  for (auto const& f : m.headers()) {
    n += f.name.size();
  }
  n += m.headers().get("f1").has_value() ? 1 : 0;
  if (n == 0) {
    fail("there are no headers");
  }
}

void look_at_end_to_end(http::incoming_message& m, http::server_response&) {
  (void)http::end_to_end_headers(m).size();
}

std::map<std::string_view, std::function<void(std::size_t)>> const cases{
    {"fields of a request",
     [](std::size_t n) {
       serve(get + times(n, field) + "\r\n",
             [](http::incoming_message& req, http::server_response&) { look_at_headers(req); });
     }},
    {"fields of a request, byte by byte",
     [](std::size_t n) { serve(get + times(n / 8, field) + "\r\n", {}, 1, {}, 1); }},
    {"fields of a request, passed on",
     [](std::size_t n) {
       serve(get + times(n, field) + "\r\n",
             [](http::incoming_message& req, http::server_response& res) {
               http::pass_headers(req, res);
             });
     }},
    {"fields of a request, insecure parser",
     [](std::size_t n) {
       http::server_options o;
       o.insecure_http_parser = true;
       serve(get + times(n, field) + "\r\n", {}, 1, o);
     }},
    {"one large field",
     [](std::size_t n) { serve(get + "F: " + std::string(64 * n, 'x') + "\r\n\r\n"); }},
    {"a long target",
     [](std::size_t n) {
       serve("GET /" + std::string(64 * n, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n");
     }},
    {"empty lines before a request",
     [](std::size_t n) { serve(times(n, [](auto&) { return "\r\n"; }) + get + "\r\n"); }},
    {"fields of one name, merged",
     [](std::size_t n) {
       serve(get + times(n, [](std::string const& i) { return "F: " + i + "\r\n"; }) + "\r\n",
             [](http::incoming_message& req, http::server_response&) {
               look_at_headers(req);
               (void)req.headers().get("f")->size();
             });
     }},
    {"cookies of a request, merged",
     [](std::size_t n) {
       serve(
           get + times(n, [](std::string const& i) { return "Cookie: a=" + i + "\r\n"; }) + "\r\n",
           [](http::incoming_message& req, http::server_response&) { look_at_headers(req); });
     }},
    {"Set-Cookie of a response, merged",
     [](std::size_t n) {
       receive(answer +
                   times(n, [](std::string const& i) { return "Set-Cookie: a=" + i + "\r\n"; }) +
                   "\r\nfine",
               look_at_headers);
     }},
    {"members of Connection, passed on",
     [](std::size_t n) {
       serve(get + "Connection: " + list(n) + "\r\n" +
                 times(n, [](std::string const& i) { return "m" + i + ": x\r\n"; }) + "\r\n",
             look_at_end_to_end);
     }},
    {"lines of Connection, passed on",
     [](std::size_t n) {
       serve(get + times(n, [](std::string const& i) { return "Connection: m" + i + "\r\n"; }) +
                 times(n, field) + "\r\n",
             look_at_end_to_end);
     }},
    {"empty members of Connection, passed on",
     [](std::size_t n) {
       serve(get + "Connection: " + std::string(8 * n, ',') + "\r\n" + times(n / 4, field) + "\r\n",
             look_at_end_to_end);
     }},
    {"members of Connection of a response",
     [](std::size_t n) { receive(answer + "Connection: " + list(n) + "\r\n\r\nfine"); }},
    {"members of Keep-Alive",
     [](std::size_t n) {
       http::agent_options o;
       o.keep_alive = true;
       receive(answer + "Keep-Alive: " + list(n) + ", timeout=5\r\n\r\nfine", {}, o);
     }},
    {"lines of Keep-Alive",
     [](std::size_t n) {
       http::agent_options o;
       o.keep_alive = true;
       receive(answer + times(n, [](auto&) { return "Keep-Alive: timeout=5\r\n"; }) + "\r\nfine",
               {}, o);
     }},
    {"members of Expect",
     [](std::size_t n) { serve(get + "Expect: " + list(n) + "\r\n\r\n", {}, 0); }},
    {"members of Upgrade",
     [](std::size_t n) {
       serve(get + "Connection: upgrade\r\nUpgrade: " + list(n) + "\r\n\r\n", look_at_end_to_end);
     }},
    {"members of TE, passed on",
     [](std::size_t n) { serve(get + "TE: " + list(n) + "\r\n\r\n", look_at_end_to_end); }},
    {"members of Transfer-Encoding",
     [](std::size_t n) {
       serve("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: " + list(n) +
             ", chunked\r\n\r\n0\r\n\r\n");
     }},
    {"lines of Content-Length of a response, refused by a server as by a client",
     [](std::size_t n) {
       serve(get + times(n, [](auto&) { return "Content-Length: 0\r\n"; }) + "\r\n", {}, 0);
     }},
    {"trailers",
     [](std::size_t n) {
       receive("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfine\r\n0\r\n" +
               times(n, field) + "\r\n");
     }},
    {"trailers of a request",
     [](std::size_t n) { serve(chunked + "0\r\n" + times(n, field) + "\r\n"); }},
    {"chunks",
     [](std::size_t n) {
       serve(chunked + times(n, [](auto&) { return "1\r\nx\r\n"; }) + "0\r\n\r\n");
     }},
    {"chunks of a response",
     [](std::size_t n) {
       receive("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" +
                   times(n, [](auto&) { return "1\r\nx\r\n"; }) + "0\r\n\r\n",
               {}, {}, n);
     }},
    {"chunks, byte by byte",
     [](std::size_t n) {
       serve(chunked + times(n / 4, [](auto&) { return "1\r\nx\r\n"; }) + "0\r\n\r\n", {}, 1, {},
             1);
     }},
    {"a chunk extension",
     [](std::size_t n) { serve(chunked + "1;" + std::string(n, 'e') + "\r\nx\r\n0\r\n\r\n"); }},
    {"interim responses",
     [](std::size_t n) {
       receive(times(n, [](auto&) { return "HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n"; }) +
               answer + "\r\nfine");
     }},
    {"fields of an interim response",
     [](std::size_t n) {
       receive("HTTP/1.1 103 Early Hints\r\n" + times(n, field) + "\r\n" + answer + "\r\nfine");
     }},
    {"fields of a response",
     [](std::size_t n) { receive(answer + times(n, field) + "\r\nfine", look_at_headers); }},
    {"pipelined requests",
     [](std::size_t n) { serve(times(n, [](auto&) { return get + "\r\n"; }), {}, n); }},
    {"a body in pieces",
     [](std::size_t n) {
       serve("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(n) + "\r\n\r\n" +
                 std::string(n, 'x'),
             {}, 1, {}, 1);
     }},
    {"headers set on a response",
     [](std::size_t n) {
       serve(get + "\r\n", [n](http::incoming_message&, http::server_response& res) {
         for (std::size_t i = 0; i != n; ++i) {
           res.append_header("A", "b");
         }
       });
     }},
    {"values joined by unique_headers",
     [](std::size_t n) {
       http::server_options o;
       o.unique_headers = {"a", "b", "c"};
       serve(
           get + "\r\n",
           [n](http::incoming_message&, http::server_response& res) {
             for (std::size_t i = 0; i != n; ++i) {
               res.append_header("C", "d");
             }
           },
           1, o);
     }},
    {"entries of no_proxy",
     [](std::size_t n) {
       http::agent_options o;
       o.proxy = "http://127.0.0.1:1";
       o.no_proxy = list(n, ",") + ",origin.test";
       receive(answer + "\r\nfine", {}, o);
     }},
    {"requests in line for a connection",
     [](std::size_t n) {
       testing::event_loop loop;
       http::server server(loop.get_executor(), [](http::incoming_message&,
                                                   http::server_response& res) { res.end("x"); });
       http::agent_options options;
       options.keep_alive = true;
       options.max_sockets = 1;
       options.create_connection = testing::connections_to(server);
       http::agent agent(loop.get_executor(), options);
       std::size_t done = 0;
       for (std::size_t i = 0; i != n / 4; ++i) {
         http::client_request request = agent.request("GET", "http://a/");
         request.on_response([&](http::incoming_message m) {
           m.dump();
           ++done;
         });
         request.end();
       }
       loop.settle();
       if (done != n / 4) {
         fail("requests were not answered");
       }
     }},
    {"connections of a server",
     [](std::size_t n) {
       testing::event_loop loop;
       http::server server(loop.get_executor(), [](http::incoming_message&,
                                                   http::server_response& res) { res.end("x"); });
       for (std::size_t i = 0; i != n / 8; ++i) {
         loop.connect(server).send(get + "\r\n");
       }
       loop.settle();
       if (server.connection_count() != 0) {
         fail("connections are left");
       }
     }},
};

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == "--list") {
    for (auto const& c : cases) {
      std::printf("%.*s\n", static_cast<int>(c.first.size()), c.first.data());
    }
    return 0;
  }
  auto const found = argc == 3 ? cases.find(argv[1]) : cases.end();
  if (found == cases.end()) {
    std::fprintf(stderr, "usage: complexity --list | complexity CASE SIZE\n");
    return 2;
  }
  found->second(std::strtoul(argv[2], nullptr, 10));
  return 0;
}
