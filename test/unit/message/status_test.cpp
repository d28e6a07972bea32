// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "support/catch.hpp"

#include <anode/status.hpp>

#include <string>

namespace unit_message_status {

namespace http = anode::http;

TEST_CASE("methods: equal Node's, in Node's order", "[message]") {
  std::string all;
  for (std::string_view const method : http::methods()) {
    all.append(all.empty() ? "" : " ").append(method);
  }
  CHECK(all ==
        "ACL BIND CHECKOUT CONNECT COPY DELETE GET HEAD LINK LOCK M-SEARCH MERGE "
        "MKACTIVITY MKCALENDAR MKCOL MOVE NOTIFY OPTIONS PATCH POST PROPFIND PROPPATCH "
        "PURGE PUT QUERY REBIND REPORT SEARCH SOURCE SUBSCRIBE TRACE UNBIND UNLINK "
        "UNLOCK UNSUBSCRIBE");
}

TEST_CASE("methods: are found by exact name", "[message]") {
  for (std::size_t i = 0; i != http::methods().size(); ++i) {
    CHECK(http::method_index(http::methods()[i]) == static_cast<int>(i));
  }
  for (std::string_view const other : {"", "get", "GETS", "GE", "ZZZ", "AAA", "PRI"}) {
    CHECK(http::method_index(other) == -1);
  }
}

TEST_CASE("status codes: equal Node's", "[message]") {
  std::string all;
  for (http::status_code const& status : http::status_codes()) {
    all.append(std::to_string(status.code)).append(" ").append(status.reason).append("\n");
  }
  CHECK(all ==
        "100 Continue\n"
        "101 Switching Protocols\n"
        "102 Processing\n"
        "103 Early Hints\n"
        "200 OK\n"
        "201 Created\n"
        "202 Accepted\n"
        "203 Non-Authoritative Information\n"
        "204 No Content\n"
        "205 Reset Content\n"
        "206 Partial Content\n"
        "207 Multi-Status\n"
        "208 Already Reported\n"
        "226 IM Used\n"
        "300 Multiple Choices\n"
        "301 Moved Permanently\n"
        "302 Found\n"
        "303 See Other\n"
        "304 Not Modified\n"
        "305 Use Proxy\n"
        "307 Temporary Redirect\n"
        "308 Permanent Redirect\n"
        "400 Bad Request\n"
        "401 Unauthorized\n"
        "402 Payment Required\n"
        "403 Forbidden\n"
        "404 Not Found\n"
        "405 Method Not Allowed\n"
        "406 Not Acceptable\n"
        "407 Proxy Authentication Required\n"
        "408 Request Timeout\n"
        "409 Conflict\n"
        "410 Gone\n"
        "411 Length Required\n"
        "412 Precondition Failed\n"
        "413 Payload Too Large\n"
        "414 URI Too Long\n"
        "415 Unsupported Media Type\n"
        "416 Range Not Satisfiable\n"
        "417 Expectation Failed\n"
        "418 I'm a Teapot\n"
        "421 Misdirected Request\n"
        "422 Unprocessable Entity\n"
        "423 Locked\n"
        "424 Failed Dependency\n"
        "425 Too Early\n"
        "426 Upgrade Required\n"
        "428 Precondition Required\n"
        "429 Too Many Requests\n"
        "431 Request Header Fields Too Large\n"
        "451 Unavailable For Legal Reasons\n"
        "500 Internal Server Error\n"
        "501 Not Implemented\n"
        "502 Bad Gateway\n"
        "503 Service Unavailable\n"
        "504 Gateway Timeout\n"
        "505 HTTP Version Not Supported\n"
        "506 Variant Also Negotiates\n"
        "507 Insufficient Storage\n"
        "508 Loop Detected\n"
        "509 Bandwidth Limit Exceeded\n"
        "510 Not Extended\n"
        "511 Network Authentication Required\n");
}

TEST_CASE("status codes: a reason phrase is found by its code", "[message]") {
  for (http::status_code const& status : http::status_codes()) {
    CHECK(http::reason_phrase(status.code) == status.reason);
  }
  for (int const other : {-1, 0, 99, 104, 299, 306, 511 + 1, 599, 999, 65636}) {
    CHECK(http::reason_phrase(other).empty());
  }
}

TEST_CASE("max_header_size: the default limit of a head is Node's", "[message]") {
  CHECK(http::max_header_size() == 16384);
}

}  // namespace unit_message_status
