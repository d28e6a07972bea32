// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "support/catch.hpp"
#include "support/thrown.hpp"
#include "unit/web/files/temporary_tree.hpp"

#include <anode/web/fetch.hpp>
#include <anode/web/testing.hpp>

#include <fstream>
#include <iterator>
#include <string>
#include <utility>

namespace behaviour_web_download {

namespace {

namespace net = boost::asio;
namespace web = anode::web;
using web::fetch_options;
using web::testing::reply;
using namespace std::chrono_literals;

constexpr std::string_view body = "0123456789";

struct download_fixture {
  temporary_tree tree{};
  std::filesystem::path path = tree.root() / "file";
  web::testing::event_loop loop{};
  web::testing::origin origin{loop};
  web::client client = origin.client();
  std::string progress{};

  std::string content() const {
    std::ifstream in(path, std::ios::binary);
    return in ? std::string(std::istreambuf_iterator<char>(in), {}) : "none";
  }

  /// Downloads. Returns the size, the kind of the failure, or the text of the exception.
  std::string download(fetch_options const& options = fetch_options()) {
    progress.clear();
    auto const note = [this](std::uint64_t done, std::optional<std::uint64_t> total) {
      progress += std::to_string(done) + "/" + (total ? std::to_string(*total) : "?") + " ";
    };
    try {
      return std::to_string(
          web::testing::run(loop, client.download("http://test/file", path, options, note)));
    } catch (web::fetch_error const& e) {
      return std::string(to_string(e.kind()));
    } catch (std::exception const& e) {
      return e.what();
    }
  }

  /// Returns Range and If-Range of all requests, and forgets them.
  std::string asked() {
    std::string out;
    for (auto const& r : origin.take_requests()) {
      std::string_view const range = r.header("Range");
      out += out.empty() ? "" : ", ";
      out += range.empty()
                 ? "all"
                 : std::string(range.substr(6)) + " if " + std::string(r.header("If-Range"));
    }
    return out;
  }

  download_fixture& on(reply r) {
    origin.on("/file", std::move(r));
    return *this;
  }
};

reply whole(std::string_view text = body, std::string_view etag = "\"a\"") {
  return reply(200, std::string(text)).header("ETag", etag);
}

reply rest(std::size_t from, std::string_view text = body, std::string_view etag = "\"a\"") {
  return reply(206, std::string(text.substr(from)))
      .header("ETag", etag)
      .header("Content-Range", "bytes " + std::to_string(from) + "-" +
                                   std::to_string(text.size() - 1) + "/" +
                                   std::to_string(text.size()));
}

}  // namespace

TEST_CASE("web download: a whole file", "[web]") {
  download_fixture f;
  f.on(whole());
  CHECK(f.download() == "10");
  CHECK(f.content() == body);
  CHECK(f.progress == "0/10 10/10 ");
  CHECK(f.origin.requests().front().header("Accept-Encoding") == "identity");
  CHECK(f.asked() == "all");
  CHECK(std::distance(std::filesystem::directory_iterator(f.tree.root()), {}) == 2);
  // It is not replaced, and not asked for.
  CHECK(f.download().find("File exists") != std::string::npos);
  CHECK(f.asked().empty());
}

TEST_CASE("web download: a large file, and an empty one", "[web]") {
  download_fixture f;
  std::string const large(3'000'000, 'x');
  f.on(whole(large)).on(whole(""));
  CHECK(f.download() == "3000000");
  CHECK((f.content() == large));
  std::filesystem::remove(f.path);
  CHECK(f.download() == "0");
  CHECK(f.content().empty());
}

TEST_CASE("web download: a cut download is continued by the next call, at each byte", "[web]") {
  for (std::size_t n = 0; n <= body.size(); ++n) {
    INFO(n);
    download_fixture f;
    f.on(whole().cut_after(n));
    if (n == body.size()) {
      CHECK(f.download() == "10");
      CHECK(f.asked() == "all");
      continue;
    }
    f.on(n == 0 ? whole() : rest(n));
    CHECK(f.download() == "connection");
    CHECK(f.content() == "none");
    CHECK(f.download() == "10");
    CHECK(f.content() == body);
    std::string const from = std::to_string(n);
    CHECK(f.asked() == "all, " + (n == 0 ? "all" : from + "- if \"a\""));
    CHECK(f.progress == from + "/10 10/10 ");
  }
}

TEST_CASE("web download: with retries, one call continues", "[web]") {
  download_fixture f;
  f.on(whole().cut_after(3)).on(rest(3).cut_after(4)).on(rest(7));
  CHECK(f.download(fetch_options().retry(2)) == "10");
  CHECK(f.content() == body);
  CHECK(f.asked() == "all, 3- if \"a\", 7- if \"a\"");
  CHECK(f.origin.clock().waits().size() == 2);

  download_fixture few;
  few.on(whole().cut_after(3)).on(rest(3).cut_after(1)).on(rest(4).cut_after(1));
  CHECK(few.download(fetch_options().retry(1)) == "connection");
  CHECK(few.asked() == "all, 3- if \"a\"");
  CHECK(few.download() == "connection");
  CHECK(few.asked() == "4- if \"a\"");
}

TEST_CASE("web download: a changed file starts over", "[web]") {
  std::string const other = "another file";
  SECTION("the server compares") {
    download_fixture f;
    f.on(whole().cut_after(5)).on(whole(other, "\"b\""));
    CHECK(f.download() == "connection");
    CHECK(f.download() == "12");
    CHECK(f.content() == other);
    CHECK(f.asked() == "all, 5- if \"a\"");
  }
  SECTION("the server ignores If-Range") {
    download_fixture f;
    f.on(whole().cut_after(5)).on(rest(5, other, "\"b\"")).on(whole(other, "\"b\""));
    CHECK(f.download() == "connection");
    CHECK(f.download() == "12");
    CHECK(f.content() == other);
    CHECK(f.asked() == "all, 5- if \"a\", all");
  }
  SECTION("it is cut again") {
    download_fixture f;
    f.on(whole().cut_after(5)).on(whole(other, "\"b\"").cut_after(2)).on(rest(2, other, "\"b\""));
    CHECK(f.download() == "connection");
    CHECK(f.download() == "connection");
    CHECK(f.download() == "12");
    CHECK(f.content() == other);
    CHECK(f.asked() == "all, 5- if \"a\", 2- if \"b\"");
  }
}

TEST_CASE("web download: Last-Modified identifies a file too, if it is old enough", "[web]") {
  auto const dated = [](reply r, std::string_view date) {
    return r.header("Last-Modified", "Sun, 06 Nov 1994 08:00:00 GMT").header("Date", date);
  };
  download_fixture f;
  f.on(dated(reply(200, std::string(body)), "Sun, 06 Nov 1994 08:00:01 GMT").cut_after(4));
  f.on(rest(4));
  CHECK(f.download() == "connection");
  CHECK(f.download() == "10");
  CHECK(f.content() == body);
  CHECK(f.asked() == "all, 4- if Sun, 06 Nov 1994 08:00:00 GMT");

  download_fixture young;
  young.on(dated(reply(200, std::string(body)), "Sun, 06 Nov 1994 08:00:00 GMT").cut_after(4));
  young.on(whole());
  CHECK(young.download() == "connection");
  CHECK(young.download() == "10");
  CHECK(young.asked() == "all, all");
}

TEST_CASE("web download: a server without ranges or tags starts over", "[web]") {
  download_fixture f;
  f.on(whole().cut_after(5)).on(whole());
  CHECK(f.download() == "connection");
  CHECK(f.download() == "10");
  CHECK(f.content() == body);
  CHECK(f.asked() == "all, 5- if \"a\"");

  download_fixture weak;
  weak.on(whole(body, "W/\"a\"").cut_after(5)).on(whole(body, "W/\"a\""));
  CHECK(weak.download(fetch_options().retry(1)) == "10");
  CHECK(weak.content() == body);
  CHECK(weak.asked() == "all, all");
}

TEST_CASE("web download: wrong ranges are not used", "[web]") {
  auto const ranged = [](std::string_view content_range, std::string_view text) {
    return reply(206, std::string(text)).header("Content-Range", content_range);
  };
  for (auto const& wrong :
       {ranged("bytes 4-9/10", "456789"), ranged("bytes 6-9/10", "6789"),
        ranged("bytes 5-9/11", "56789"), ranged("bytes 5-9/10", "567890"), ranged("x", "56789"),
        ranged("bytes 5-9/10", "56789").header("ETag", "\"b\""), reply(206, "56789"),
        reply(416).header("Content-Range", "bytes */3"), reply(416)}) {
    download_fixture f;
    f.on(whole().cut_after(5)).on(wrong).on(whole());
    CHECK(f.download() == "connection");
    CHECK(f.download() == "10");
    CHECK(f.content() == body);
    CHECK(f.asked() == "all, 5- if \"a\", all");
  }
  // A range in chunks can have a wrong length too.
  download_fixture more;
  more.on(whole().cut_after(5)).on(ranged("bytes 5-9/10", "567890").chunked());
  CHECK(more.download() == "connection");
  CHECK(more.download() == "connection");
  CHECK(more.content() == "none");
  download_fixture none;
  none.on(whole().cut_after(5)).on(ranged("bytes 5-9/10", "").chunked());
  CHECK(none.download() == "connection");
  CHECK(none.download() == "connection");
  CHECK(none.asked() == "all, 5- if \"a\"");
}

TEST_CASE("web download: a server that sends parts of the rest is asked again", "[web]") {
  download_fixture f;
  f.on(whole().cut_after(2));
  f.on(reply(206, "234").header("Content-Range", "bytes 2-4/10")).on(rest(5));
  CHECK(f.download() == "connection");
  CHECK(f.download() == "10");
  CHECK(f.content() == body);
  CHECK(f.asked() == "all, 2- if \"a\", 5- if \"a\"");
}

TEST_CASE("web download: a file that is complete but has no name yet", "[web]") {
  download_fixture f;
  // Of unknown length: all bytes are there, only the end of the chunks is missing.
  f.on(whole().chunked().cut_after(10));
  f.on(reply(416).header("Content-Range", "bytes */10").header("ETag", "\"a\""));
  CHECK(f.download() == "connection");
  CHECK(f.progress == "0/? 10/? ");
  CHECK(f.download() == "10");
  CHECK(f.content() == body);
  CHECK(f.asked() == "all, 10- if \"a\"");
}

TEST_CASE("web download: a status without the file is an error, and the part remains", "[web]") {
  download_fixture f;
  f.on(whole().cut_after(5)).on(reply(503)).on(reply(404)).on(reply(204)).on(rest(5));
  CHECK(f.download() == "connection");
  CHECK(f.download() == "status");
  CHECK(f.download() == "status");
  CHECK(f.download() == "status");
  CHECK(f.download() == "10");
  CHECK(f.content() == body);
  download_fixture unasked;
  unasked.on(rest(5));
  CHECK(unasked.download() == "status");
}

TEST_CASE("web download: redirects keep the range", "[web]") {
  download_fixture f;
  f.on(reply::redirect("http://mirror/x"));
  f.origin.on("mirror/x", whole().cut_after(5)).on("mirror/x", rest(5));
  CHECK(f.download() == "connection");
  CHECK(f.download() == "10");
  CHECK(f.content() == body);
  CHECK(f.asked() == "all, all, 5- if \"a\", 5- if \"a\"");
}

TEST_CASE("web download: options that contradict a download", "[web]") {
  download_fixture f;
  auto const refused = [&](fetch_options const& options) {
    CHECK(f.download(options).find("download") != std::string::npos);
  };
  refused(fetch_options().method("POST"));
  refused(fetch_options().body("x"));
  refused(fetch_options().header("range", "bytes=0-1"));
  refused(fetch_options().header("If-Range", "\"a\""));
  CHECK(f.origin.requests().empty());
  CHECK(std::filesystem::is_empty(f.tree.root() / "d"));
  web::client moved = std::move(f.client);
  CHECK(support::thrown([&] {
          static_cast<void>(f.client.download("http://test/", f.path));
        }).starts_with("ERR_INVALID_THIS"));
}

TEST_CASE("web download: the time limit is one of the whole", "[web]") {
  download_fixture f;
  f.on(whole().cut_after(5)).on(rest(5));
  auto const slow = fetch_options().timeout(1s).retry(web::retry_policy(1).base(10s).longest(10s));
  // The wait is random: it may exceed the limit, and then the first failure counts.
  std::string const got = f.download(slow);
  CHECK((got == "10" || got == "connection"));
  CHECK((f.asked() == "all" || got == "10"));
}

TEST_CASE("web download: an exception of the progress function ends it", "[web]") {
  download_fixture f;
  f.on(whole().cut_after(5)).on(rest(5));
  CHECK(f.download() == "connection");
  auto const stop = [](std::uint64_t done, std::optional<std::uint64_t>) {
    if (done == 10) {
      throw std::runtime_error("enough");
    }
  };
  CHECK_THROWS_WITH(web::testing::run(f.loop, f.client.download("http://test/file", f.path, stop)),
                    "enough");
  CHECK(f.content() == "none");
  CHECK(std::filesystem::file_size(f.tree.root() / "file.part") == 10);
}

}  // namespace behaviour_web_download
