// src/gateway/page: the page with a search box, as one file that loads nothing else.
//
// In: nothing. Out: the HTML, and the headers by which a browser runs nothing in it but its own script. style.ts and
// script.ts are its parts. It holds no data: it asks `/search` as any client, with the token where one is needed.
import { createHash } from 'node:crypto';
import { script } from './script.js';
import { style } from './style.js';

export const searchPage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Search</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<main>
<h1>Search</h1>
<form id="token-form" hidden>
<div class="row"><label for="token">Token</label>
<input id="token" type="password" autocomplete="current-password" required>
<button type="submit">Use it</button></div>
</form>
<form id="form" role="search">
<div class="row"><input id="question" type="search" aria-label="Question" placeholder="What do you look for?" maxlength="8000" autocomplete="off" autofocus>
<button type="submit">Search</button></div>
<div class="row narrow"><select id="index" aria-label="Index" hidden><option value="">all indexes</option></select>
<label>paths like <input id="source" placeholder="docs/**" maxlength="4096"></label>
<label>results <input id="count" type="number" min="1" max="50" value="10"></label></div>
</form>
<p id="said" role="status"></p>
<ol id="results"></ol>
<p class="keys"><kbd>/</kbd> question, <kbd>↑</kbd> <kbd>↓</kbd> results, <kbd>Enter</kbd> all of the text, <kbd>Esc</kbd> back</p>
</main>
<script>${script}</script>
</body>
</html>
`;

const hashOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

export const pageHeaders: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': [
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(style)}`,
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-cache',
};
