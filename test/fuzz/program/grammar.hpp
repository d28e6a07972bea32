// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Messages of peers: valid, almost valid, and invalid.
#pragma once

#include "choices.hpp"

#include <cstdio>
#include <string>
#include <string_view>

namespace anode::test {

/// Returns a body in one chunk, with the last chunk.
inline std::string chunked(std::string const& body) {
  char size[20] = "";
  if (!body.empty()) {
    std::snprintf(size, sizeof size, "%zx\r\n", body.size());
  }
  return size + body + (body.empty() ? "" : "\r\n") + "0\r\n\r\n";
}

/// Returns a body and appends the field lines that frame it.
inline std::string make_body(choices& in, std::string& head) {
  static constexpr std::size_t sizes[] = {0, 1, 5, 100, 4096, 70'000};
  switch (in.below(8)) {
    case 0:
    case 1:
      return {};
    case 2:
    case 3: {
      std::size_t const size = in.pick(sizes);
      head += "Content-Length: " + std::to_string(size) + "\r\n";
      // Sometimes sends fewer or more bytes than announced.
      std::size_t const sent = in.rarely(8) ? in.pick(sizes) : size;
      return std::string(sent, 'b');
    }
    case 4:
    case 5:
    case 6: {
      static constexpr std::string_view codings[] = {
          "chunked", "chunked", "chunked", "Chunked", "gzip, chunked", "gzip", "chunked, chunked"};
      head += "Transfer-Encoding: " + std::string(in.pick(codings)) + "\r\n";
      std::string body;
      for (unsigned n = in.below(5); n != 0; --n) {
        static constexpr std::string_view chunks[] = {"1\r\na\r\n",
                                                      "5\r\nhello\r\n",
                                                      "3;x=y\r\nabc\r\n",
                                                      "00a\r\n0123456789\r\n",
                                                      "2;q=\"\\\"\"\r\nab\r\n",
                                                      "1\r\nab\r\n",
                                                      "g\r\n",
                                                      "\r\n",
                                                      "ffffffffffffffff1\r\n"};
        // Invalid chunks are chosen less often.
        body += in.rarely(6) ? chunks[in.below(9)] : chunks[in.below(5)];
      }
      if (in.rarely(6)) {
        body += chunked(std::string(in.pick(sizes), 'c'));
        body.resize(body.size() - 5);  // without its last chunk
      }
      static constexpr std::string_view ends[] = {"0\r\n\r\n",   "0\r\nX-T: 1\r\n\r\n",
                                                  "0;e\r\n\r\n", "0\r\nContent-Length: 1\r\n\r\n",
                                                  "0\r\n",       ""};
      return body + std::string(in.rarely(4) ? ends[in.below(6)] : ends[in.below(2)]);
    }
    default:
      head += "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n";
      return "3\r\nabc\r\n0\r\n\r\n";
  }
}

/// Changes a byte, removes a part, or truncates the end, in one message of eight.
inline void corrupt(choices& in, std::string& message) {
  if (message.empty() || !in.rarely(8)) {
    return;
  }
  std::size_t const at = (in.number() * 256U + in.number()) % message.size();
  switch (in.below(4)) {
    case 0:
      message[at] = static_cast<char>(in.number());
      break;
    case 1:
      message.insert(at, in.bytes(1 + in.below(4)));
      break;
    case 2:
      message.erase(at, 1 + in.below(8));
      break;
    default:
      message.resize(at);
      break;
  }
}

/// Appends field lines for the connection, or without a meaning.
inline void make_fields(choices& in, std::string& head) {
  static constexpr std::string_view fields[] = {
      "X-A: 1\r\n",
      "Connection: close\r\n",
      "Connection: keep-alive\r\n",
      "Connection: Upgrade\r\n",
      "Upgrade: websocket\r\n",
      "Connection: upgrade, X-A\r\nUpgrade: thing\r\n",
      "Expect: 100-continue\r\n",
      "Expect: else\r\n",
      "X-Empty:\r\n",
      "Trailer: X-T\r\n",
      "TE: trailers\r\n",
      "Cookie: a=b\r\nCookie: c=d\r\n",
      "Keep-Alive: timeout=1\r\n",
      "Connection:close,\t keep-alive\r\n",
      "Host: again\r\n",
      "Content-Length: x\r\n",
      " folded\r\n",
      "no colon\r\n",
  };
  for (unsigned n = in.below(4); n != 0; --n) {
    head += in.rarely(6) ? fields[in.below(18)] : fields[in.below(14)];
  }
  if (in.rarely(32)) {
    head += "X-Long: " + std::string(100U * in.number(), 'l') + "\r\n";
  }
}

/// Makes a request.
inline std::string make_request(choices& in) {
  static constexpr std::string_view methods[] = {"GET",    "GET",     "POST",    "HEAD",  "PUT",
                                                 "DELETE", "OPTIONS", "CONNECT", "QUERY", "get"};
  static constexpr std::string_view targets[] = {"/",    "/a?b=c", "*", "http://h:1/x",
                                                 "h:80", "/\xff",  ""};
  static constexpr std::string_view versions[] = {" HTTP/1.0\r\n", " HTTP/1.1\r\r\n",
                                                  " HTTP/2.0\r\n", "\r\n"};
  std::string head(in.pick(methods));
  head += ' ';
  head += in.rarely(4) ? targets[in.below(7)] : targets[in.below(2)];
  head += in.rarely(8) ? versions[in.below(4)] : std::string_view(" HTTP/1.1\r\n");
  if (!in.rarely(32)) {
    head += "Host: h\r\n";
  }
  make_fields(in, head);
  std::string const body = make_body(in, head);
  std::string message = head + "\r\n" + body;
  corrupt(in, message);
  return message;
}

/// Makes a response.
inline std::string make_response(choices& in) {
  static constexpr std::string_view statuses[] = {
      "200 OK",        "200 OK",   "200 OK",    "204 No Content", "304 Not Modified",
      "404 Not Found", "500 Oops", "301 Moved", "413 Too Large",  "101 Switching Protocols",
      "999 ",          "200",      "099 Low",   "2x0 Bad"};
  std::string head = in.rarely(12) ? "HTTP/1.0 " : "HTTP/1.1 ";
  head += in.rarely(4) ? statuses[in.below(14)] : statuses[in.below(9)];
  head += "\r\n";
  make_fields(in, head);
  std::string const body = make_body(in, head);
  std::string message = head + "\r\n" + body;
  corrupt(in, message);
  return message;
}

/// Makes an informational head.
inline std::string make_interim(choices& in) {
  static constexpr std::string_view heads[] = {
      "HTTP/1.1 100 Continue\r\n\r\n",
      "HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n",
      "HTTP/1.1 102 Processing\r\n\r\n",
      "HTTP/1.1 199 Odd\r\nX-A: 1\r\n\r\n",
      "HTTP/1.1 100 Continue\r\nContent-Length: 3\r\n\r\n",
      "HTTP/1.1 103 Early Hints\r\nTransfer-Encoding: chunked\r\n\r\n",
      "HTTP/1.1 100 Continue\r\nConnection: close\r\n\r\n"};
  return std::string(in.pick(heads));
}

}  // namespace anode::test
