// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The page of the chat. It shows what people say as text, never as HTML.
#pragma once

#include <string_view>

namespace samples {

inline constexpr std::string_view chat_page = R"(<!doctype html>
<meta charset="utf-8">
<title>Chat</title>
<h1>Chat</h1>
<p><label><input type="radio" name="way" value="events" checked> events and POST</label>
<label><input type="radio" name="way" value="socket"> WebSocket</label> <span id="state"></span></p>
<ul id="log"></ul>
<form id="form"><input id="text" maxlength="1000" autocomplete="off" autofocus> <button>Say</button></form>
<script>
const by = id => document.getElementById(id);
let way;

// Each way calls show(text), and has say(text) and close().
function events() {
  const source = new EventSource('/events');
  source.onopen = () => state('connected');
  source.onerror = () => state('connecting again');
  source.onmessage = event => show(event.data);
  return {say: text => fetch('/say', {method: 'POST', body: text}), close: () => source.close()};
}

function socket() {
  const ws = new WebSocket(location.origin.replace(/^http/, 'ws') + '/socket');
  ws.onopen = () => state('connected');
  ws.onclose = () => state('closed');
  ws.onmessage = event => show(event.data);
  return {say: text => ws.send(text), close: () => { ws.onclose = null; ws.close(); }};
}

function state(text) { by('state').textContent = text; }

function show(text) {
  const item = document.createElement('li');
  item.textContent = text;
  by('log').append(item);
}

function use(name) {
  way?.close();
  by('log').replaceChildren();
  state('connecting');
  way = name === 'socket' ? socket() : events();
}

for (const input of document.querySelectorAll('input[name=way]')) {
  input.onchange = () => use(input.value);
}
by('form').onsubmit = event => {
  event.preventDefault();
  way.say(by('text').value);
  by('text').value = '';
};
use('events');
</script>
)";

}  // namespace samples
