# shellcheck shell=bash disable=SC2154
# Sourced by tools/check/samples; not a program. The checks of the samples that show a program around a
# handler or a client.

check_json_service() {
  start "$program" --port 0
  expect "$(fetch "$url/items")" '[]'
  expect "$(fetch -d '{"title":"a"}' "$url/items")" '{"title":"a","id":1}'
  [[ $(fetch -i -d '{}' "$url/items") == *'Location: /items/2'* ]] || die "a new item has no Location"
  expect "$(fetch -X PUT -d '{"title":"b"}' "$url/items/1")" '{"title":"b","id":1}'
  expect "$(fetch "$url/items/1")" '{"title":"b","id":1}'
  [[ $(fetch -i -X DELETE "$url/items/2") == 'HTTP/1.1 204 '* ]] || die "an item cannot be deleted"
  expect "$(fetch "$url/items/2")" '{"error":"no such item"}'
  [[ $(fetch -i -d '[1' "$url/items") == 'HTTP/1.1 400 '*'{"error":"the body is not a JSON object"}' ]] || die "no 400 for invalid JSON"
  [[ $(fetch -i -X PATCH "$url/items/1") == 'HTTP/1.1 405 '*'Allow: GET, PUT, DELETE'* ]] || die "no 405 with Allow"
  head -c 2000000 /dev/zero >"$out/zeros"
  [[ $(fetch -i -d @"$out/zeros" "$url/items" | head -n1) == 'HTTP/1.1 413 '* ]] || die "no 413 for a large body"
  stop
}

check_static_files() {
  mkdir -p "$out/site/sub"
  head -c 3000000 /dev/urandom >"$out/site/big"
  echo '<p>here' >"$out/site/index.html"
  echo secret >"$out/secret"
  ln -s ../secret "$out/site/link"
  mkfifo "$out/site/fifo"
  start "$program" --port 0 "$out/site"
  fetch "$url/big" | cmp - "$out/site/big" || die "a file of 3 MB differs"
  expect "$(fetch "$url/")" '<p>here'
  [[ $(fetch -i "$url/") == *'Content-Type: text/html'* ]] || die "a page has no type"
  [[ $(fetch -i -X HEAD "$url/big") == *'Content-Length: 3000000'* ]] || die "HEAD has no length"
  local path
  for path in /../secret /%2e%2e/secret /sub/..%2f../secret /link /fifo /sub /%00 /none; do
    [[ $(fetch -i "$url$path") == 'HTTP/1.1 404 '* ]] || die "$path is not refused"
  done
  [[ $(fetch -i -d x "$url/") == 'HTTP/1.1 405 '* ]] || die "no 405"
  stop
  refuses 'a folder that is missing' "$program" --port 0 /no/such/folder
}

check_forms() {
  start "$program" --port 0
  [[ $(fetch -i -d 'name=A%26B&text=%3Cb%3E+c' "$url/") == 'HTTP/1.1 303 '* ]] || die "no redirect after a form"
  [[ $(fetch "$url/") == *'<li>A&amp;B: &lt;b&gt; c<'* ]] || die "a field is not decoded, or not escaped"
  [[ $(fetch -i -d 'name=%zz' "$url/") == 'HTTP/1.1 400 '* ]] || die "no 400 for a malformed form"
  stop
}

check_chat() {
  start "$program" --port 0
  fetch "$url/events" >"$out/events" &
  local listener=$! i
  for ((i = 0; i < 100; i++)); do
    fetch -d "hello
there" "$url/say"
    [[ ! -s $out/events ]] || break
    sleep 0.1
  done
  [[ $(head -n 3 "$out/events") == $'data: hello\ndata: there' ]] || die "no event arrives: $(cat "$out/events")"
  [[ $(fetch -i "$url/") == 'HTTP/1.1 404 '* ]] || die "no 404"
  stop
  wait "$listener" || die "the stream of events does not end with the server"
}

check_crawler() {
  mkdir -p "$out/site"
  echo '<a href="b.html#x">b</a> <a href="/c.html">c</a> <a href="http://other.test/">no</a>' >"$out/site/index.html"
  echo '<a href="./index.html">' >"$out/site/b.html"
  start build/samples/static_files --port 0 "$out/site"
  expect "$(timeout 60 "$program" "$url/index.html" | sed "s,$url,," | sort)" $'200 /b.html\n200 /index.html\n404 /c.html'
  expect "$(timeout 60 "$program" --limit 1 "$url/index.html" | wc -l)" 1
  stop
  timeout 60 "$program" "$url/" | grep -q "^--- $url/ (.*ECONNREFUSED" || die "it does not report an unreachable site"
}

check_middleware() {
  start "$program" --port 0
  [[ $(fetch -i "$url/") == 'HTTP/1.1 401 '*'X-Request-Id: 1'*'nosniff'* ]] || die "no 401 from the inner layer"
  expect "$(fetch -H 'Authorization: Basic bWU6c2VjcmV0' "$url/x")" 'Hello me!'
  grep -Eq '^2 me GET /x 10 bytes [0-9]+ us$' "$out/listening" || die "the log lacks a request"
  stop
}

check_redirects() {
  start build/samples/forms --port 0
  expect "$(timeout 60 "$program" "$url/" | head -n1 | cut -d' ' -f1)" 200
  stop
  refuses 'an unreachable host' "$program" "$url/"
  refuses 'a malformed URL' "$program" 'http://['
}

check_cpu_work() {
  start "$program" --port 0
  expect "$(fetch "$url/primes/1000000")" 78498
  expect "$(fetch --repeat 20 --concurrency 5 "$url/primes/1000" | sort -u)" 168
  [[ $(fetch -i "$url/primes/x") == 'HTTP/1.1 404 '* ]] || die "no 404"
  stop
}

check_two_back_ends() {
  start build/samples/hello_server --port 0
  local first=$url
  behind "$program" --port 0 --first "$first/" --second http://127.0.0.1:1/
  expect "$(fetch "$url/")" $'Hello World!\n(ECONNREFUSED while in phase connect)'
  end_both
  refuses 'one server' "$program" --port 0 --first "$first/"
}

check_observed_server() {
  start build/samples/hello_server --port 0
  behind "$program" --port 0 --log json --ask "$url/"
  local scraped
  scraped=$(sed -n 's/^metrics at //p' "$out/errors")
  expect "$(fetch "$url/")" 'Hello World!'
  [[ $(fetch "$url/ask") == *'answers with 200' ]] || die "it does not ask the other server"
  fetch "$scraped" >"$out/words"
  grep -q '^http_server_request_duration_seconds_count{http_request_method="GET",http_response_status_code="200"} 2$' "$out/words" ||
    die "the metrics lack requests: $(cat "$out/words")"
  grep -q '^http_client_request_duration_seconds_count{http_request_method="GET",server_address="127.0.0.1",' "$out/words" ||
    die "the metrics lack the agent's request"
  grep -q '"method":"GET","path":"/ask","status":200,' "$out/listening" || die "the log lacks a request"
  end_both
}
