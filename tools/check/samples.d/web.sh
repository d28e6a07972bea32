# shellcheck shell=bash disable=SC2154
# Sourced by tools/check/samples; not a program. The checks of the samples of anode-web.

# ask ARGS...: curl with a time limit and paths as they are.
ask() { timeout 60 curl --silent --show-error --noproxy '' --path-as-is "$@"; }

# status ARGS...: prints the status that curl gets.
status() { ask --output /dev/null --write-out '%{http_code}' "$@"; }

# without_curl: says whether the checks with curl cannot run; it ends the server then.
without_curl() {
  ! command -v curl >/dev/null || return 1
  stop
}

# waits_for FILE TEXT: until the file has that line.
waits_for() {
  local i
  for ((i = 0; i < 100; i++)); do
    ! grep -qxF "$2" "$1" || return 0
    sleep 0.1
  done
  die "'$2' does not come: $(cat "$1")"
}

check_web_todo() {
  start "$program" --port 0
  local json=(-H 'Content-Type: application/json')
  expect "$(fetch "$url/items")" '{"items":[]}'
  expect "$(fetch "${json[@]}" -d '{"title":"a"}' "$url/items")" '{"title":"a","id":1}'
  ! without_curl || return 0
  [[ $(ask -i "${json[@]}" -d '{}' "$url/items") == *'Location: /items/2'* ]] || die "a new item has no Location"
  expect "$(ask -X PUT "${json[@]}" -d '{"title":"b"}' "$url/items/1")" '{"title":"b","id":1}'
  expect "$(ask "$url/items/1")" '{"title":"b","id":1}'
  expect "$(status -X DELETE "$url/items/2")" 204
  expect "$(status "$url/items/2")" 404
  expect "$(status -X POST -H 'Content-Type: text/plain' -d '{}' "$url/items")" 415
  expect "$(status "${json[@]}" -d '[1]' "$url/items")" 400
  [[ $(ask -i -X PATCH "$url/items/1") == 'HTTP/1.1 405 '*'Allow: '*'PUT'* ]] || die "no 405 with Allow"
  [[ $(ask -I "$url/items") == 'HTTP/1.1 200 '*'Content-Length: '* ]] || die "HEAD does not work"
  head -c 2000000 /dev/zero >"$out/zeros"
  expect "$(status "${json[@]}" --data-binary @"$out/zeros" "$url/items")" 413
  stop
}

check_web_files() {
  mkdir -p "$out/site/sub"
  head -c 3000000 /dev/urandom >"$out/site/big"
  echo '<p>here' >"$out/site/index.html"
  echo secret >"$out/secret"
  echo secret >"$out/site/.hidden"
  ln -s ../secret "$out/site/link"
  mkfifo "$out/site/fifo"
  start "$program" --port 0 "$out/site"
  fetch "$url/big" | cmp - "$out/site/big" || die "a file of 3 MB differs"
  expect "$(fetch "$url/")" '<p>here'
  ! without_curl || return 0
  ask -r 1000000- "$url/big" | cmp - <(tail -c +1000001 "$out/site/big") || die "the end of a file differs"
  ask -r 0-99,200-299 "$url/big" | grep -aq '^Content-Range: bytes 200-299/3000000' || die "two ranges are not sent"
  expect "$(status -r 3000000- "$url/big")" 416
  local tag
  tag=$(ask -I "$url/big" | sed -n 's/^ETag: \(.*\)\r$/\1/p')
  expect "$(status -H "If-None-Match: $tag" "$url/big")" 304
  expect "$(status -H 'If-Match: "other"' "$url/big")" 412
  local path
  for path in /../secret /%2e%2e/secret /sub/..%2f../secret /sub/..%5c..%5csecret //../secret /sub/%2e./.%2e/secret \
    /..%00/secret /%00 /link /fifo /.hidden /%2ehidden /none /sub/ /index.html/ /%; do
    [[ $(status "$url$path") == 40[04] ]] || die "$path is not refused"
  done
  [[ $(ask -i -d x "$url/") == 'HTTP/1.1 405 '*'Allow: '* ]] || die "no 405 with Allow"
  stop
  refuses 'a folder that is missing' "$program" --port 0 /no/such/folder
}

check_web_upload() {
  mkdir -p "$out/stored"
  head -c 30000000 /dev/urandom >"$out/large"
  echo small >"$out/small"
  start "$program" --port 0 "$out/stored"
  [[ $(fetch "$url/") == *'<form '* ]] || die "no form"
  expect "$(fetch -H 'Content-Type: application/x-www-form-urlencoded' -d 'name=A%26B+c' "$url/greet")" 'Hello A&B c!'
  ! without_curl || return 0
  expect "$(ask -F note=hello -F file=@"$out/large;filename=../../x" -F file=@"$out/small" "$url/upload")" \
    $'note = hello\nx: 30000000 bytes\nsmall: 6 bytes'
  expect "$(find "$out/stored" -type f | wc -l)" 2
  cmp "$out"/stored/*-1 "$out/large" || die "a file of 30 MB differs"
  cmp "$out"/stored/*-2 "$out/small" || die "a small file differs"
  expect "$(status -d a=b "$url/upload")" 415
  expect "$(status -H 'Content-Type: multipart/form-data; boundary=x' --data-binary $'--x\r\n' "$url/upload")" 400
  truncate -s 110000000 "$out/large"
  expect "$(status -F file=@"$out/large" "$url/upload")" 413
  # Of unknown length: refused when it has grown too large. Nothing of it remains.
  expect "$(status -H 'Transfer-Encoding: chunked' -F file=@"$out/large" "$url/upload")" 413
  local address=${url#http://}
  exec 3<>"/dev/tcp/${address%:*}/${address##*:}"
  printf 'POST /upload HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 999\r\n\r\n' >&3
  printf -- '--x\r\nContent-Disposition: form-data; name=a; filename=b\r\n\r\ncut' >&3
  exec 3>&-
  expect "$(status "$url/")" 200
  stop
  expect "$(find "$out/stored" | wc -l)" 3
}

check_web_middleware() {
  start "$program" --port 0 --password pass --origin https://a.example --rate 20
  expect "$(fetch "$url/")" 'Hello!'
  ! without_curl || return 0
  [[ $(ask -i "$url/") == *'X-Request-Id: '*'X-Content-Type-Options: nosniff'* ]] || die "headers of layers are missing"
  expect "$(ask "$url/core")" 'A handler of http::server runs in the same layers.'
  expect "$(ask "$url/missing")" '{"status":404,"title":"Not Found","detail":"There is no such thing"}'
  [[ $(ask -i -H 'Origin: https://a.example' "$url/") == *'Access-Control-Allow-Origin: https://a.example'* ]] || die "no CORS"
  [[ $(ask -i -H 'Origin: https://b.example' "$url/") != *'Access-Control-Allow-Origin'* ]] || die "CORS for all"
  [[ $(ask -i -X OPTIONS -H 'Origin: https://a.example' -H 'Access-Control-Request-Method: GET' "$url/admin/visits") == \
    'HTTP/1.1 204 '*'Access-Control-Allow-Methods: '* ]] || die "a preflight request needs the password"
  [[ $(ask -i "$url/admin/visits") == 'HTTP/1.1 401 '*'WWW-Authenticate: Basic '* ]] || die "no 401"
  expect "$(status -u admin:other "$url/admin/visits")" 401
  expect "$(status -u other:pass "$url/admin/none")" 401
  expect "$(ask -u admin:pass -c "$out/jar" "$url/admin/visits")" 'visit 1 of admin'
  expect "$(ask -u admin:pass -b "$out/jar" "$url/admin/visits")" 'visit 2 of admin'
  expect "$(ask -u admin:pass -b visits=999999999999999999999 "$url/admin/none" | cut -c1-14)" '{"status":404,'
  ask -u admin:pass "$url/admin/metrics" >"$out/words"
  grep -q 'route="/admin/visits"' "$out/words" || die "the metrics lack a route: $(cat "$out/words")"
  grep -qx 'admin: GET /admin/visits: done' "$out/errors" || die "the layer of the program did not run"
  local i got=
  for ((i = 0; i < 30; i++)); do got+=" $(status "$url/")"; done
  [[ $got == *' 429' ]] || die "the rate is not limited: $got"
  [[ $(ask -i "$url/") == *'Retry-After: '* ]] || die "429 without Retry-After"
  grep -Eq '^127\.0\.0\.1 - admin \[.*\] "GET /admin/visits HTTP/1\.1" 200 ' "$out/listening" || die "the log lacks a request"
  stop
}

check_web_chat() {
  start "$program" --port 0
  [[ $(fetch "$url/") == *"new EventSource('/events')"* ]] || die "no page"
  # A message comes back to who sent it, as from an echo server.
  expect "$(build/samples/websocket_echo --to "ws${url#http}/socket" --count 100)" '100 messages came back'
  ! without_curl || return 0
  expect "$(status "$url/socket")" 426
  expect "$(status -H 'Connection: Upgrade' -H 'Upgrade: websocket' -H 'Origin: http://other.test' "$url/socket")" 403
  expect "$(status -H 'Connection: Upgrade' -H 'Upgrade: websocket' "$url/socket")" 400
  expect "$(status --data-binary $'two\nlines' "$url/say")" 204
  ask -N "$url/events" >"$out/first" &
  local first=$!
  ask -N -H 'Last-Event-ID: 100' "$url/events" >"$out/second" &
  local second=$!
  waits_for "$out/first" 'data: two'
  waits_for "$out/second" 'data: lines'
  expect "$(head -n1 "$out/second")" 'id: 101'
  expect "$(status -d $'\xff' "$url/say")" 204
  expect "$(status -d 'to all' "$url/say")" 204
  waits_for "$out/first" 'data: to all'
  waits_for "$out/second" 'data: to all'
  waits_for "$out/first" $'data: \xef\xbf\xbd'
  head -c 5000 /dev/zero >"$out/zeros"
  expect "$(status --data-binary @"$out/zeros" "$url/say")" 413
  stop
  wait "$first" || die "a stream of events does not end with the server"
  wait "$second" || die "a stream of events does not end with the server"
}

check_web_download() {
  mkdir -p "$out/files" "$out/here"
  head -c 3000000 /dev/urandom >"$out/files/big"
  start build/samples/web/files --port 0 "$out/files"
  expect "$(cd "$out/here" && timeout 60 "$OLDPWD/$program" "$url/big?a=b#c")" 'big: 3000000 bytes'
  cmp "$out/here/big" "$out/files/big" || die "a file of 3 MB differs"
  refuses 'a file that exists' "$program" -o "$out/here/big" "$url/big"
  refuses 'a missing file' "$program" -o "$out/here/none" "$url/none"
  [[ ! -e $out/here/none ]] || die "a missing file is stored"
  # Killed while the server is stopped, then continued.
  truncate -s 300M "$out/files/large"
  kill -STOP "$server"
  "$program" -o "$out/here/large" "$url/large" >/dev/null &
  local cut=$! i
  kill -CONT "$server"
  for ((i = 0; i < 1000; i++)); do
    [[ ! -s $out/here/large.part ]] || break
    sleep 0.01
  done
  kill -KILL "$cut" 2>/dev/null || true
  wait "$cut" 2>/dev/null || true
  if [[ -f $out/here/large ]]; then
    say "web/download: the download was faster than its end; not continued"
  else
    [[ -s $out/here/large.part && -s $out/here/large.part.tag ]] || die "a download that is killed leaves no part"
    expect "$(timeout 60 "$program" -o "$out/here/large" "$url/large")" "$out/here/large: 314572800 bytes"
    cmp "$out/here/large" "$out/files/large" || die "a continued file differs"
    [[ ! -e $out/here/large.part && ! -e $out/here/large.part.tag ]] || die "a part remains"
  fi
  stop
  refuses 'a server that is gone' "$program" -o "$out/here/gone" --retries 0 "$url/big"
}

check_web_client() {
  start build/samples/web/middleware --port 0 --password pass
  local address=${url#http://}
  expect "$("$program" "$url/")" 'Hello!'
  expect "$("$program" --cookies "$out/cookies" "http://admin:pass@$address/admin/visits")" 'visit 1 of admin'
  expect "$("$program" --cookies "$out/cookies" "http://admin:pass@$address/admin/visits")" 'visit 2 of admin'
  grep -q visits "$out/cookies" || die "the cookie is not stored"
  refuses 'an error' "$program" "$url/missing"
  refuses 'a URL of another scheme' "$program" ftp://a/
  stop
  if [[ -x build/samples/web/todo ]]; then
    start build/samples/web/todo --port 0
    expect "$("$program" --json '{"title":"a"}' "$url/items")" '{"title":"a","id":1}'
    refuses 'text instead of JSON' "$program" --text '{}' "$url/items"
    stop
  fi
}
