// Chat with a ChoreoAI gateway, or any server that speaks OpenAI's chat completions, from a page.

import { Call } from "./core.js";

/// Asks, and gives the answer's events as they come:
///
/// ```js
/// for await (const event of chat({ baseUrl, apiKey, model, messages, signal })) {
///   if (event.type === "content") show(event.text);
/// }
/// ```
///
/// `baseUrl` is that of the gateway, without `/v1`; empty for the page's own origin. `members` are further members of the
/// request, such as `{ temperature: 0.2 }`. Leaving the loop, or `signal`, ends the request at the server at once.
///
/// The events are those of `Call` (core.js) but for `over`; and when the answer is complete, at last one
/// `{ type: "end", verdict, finishReason }`, where `verdict` is `finished`, or `done` if the server did not say why it ended.
/// Whatever else happens is thrown, after all that had come was given: a `ChatError`, or the signal's reason. An answer that was
/// cut never comes to its `end`. (Browsers forget what was not read yet when a connection is lost.)
///
/// Nothing is asked twice, and there are no deadlines but the signal's: `AbortSignal.timeout(...)`.
export async function* chat({ baseUrl = "", apiKey = "", model, messages, members = {}, signal }) {
  if ((members.n ?? 1) !== 1) throw new ChatError("request", "ask for one answer at a time: leave out `n`");
  const call = await Call.of(await core());
  const body = encode(call, { model, messages, members });
  const response = await send(baseUrl, apiKey, body, signal);
  if (!response.ok) throw await refusal(call, response, apiKey);

  let isCut = false;
  const pieces = reader(response);
  try {
    for (let isOver = false; !isOver;) {
      const piece = await pieces.read().catch(error => {
        if (signal?.aborted) throw signal.reason;
        isCut = true;
        return { done: true };
      });
      for (const event of piece.done ? call.end() : call.read(piece.value)) {
        if (event.type === "over") isOver = true;
        else yield event;
      }
      isOver ||= piece.done;
    }
  } finally {
    // Of a body that was read to its end this changes nothing.
    pieces.cancel().catch(() => {});
  }

  const { verdict, finishReason, words, report } = call.ending();
  if (verdict === "server") {
    const { message, ...labels } = hidden(report, apiKey);
    throw new ChatError("server", `the gateway failed: ${message || words}`, labels);
  }
  if (isCut) throw new ChatError("truncated", "the connection was lost before the answer was complete");
  if (words) throw new ChatError(verdict, words);
  yield { type: "end", verdict, finishReason };
}

/// What went wrong. The message says it to a person; a program looks at `kind`:
///
/// | kind | |
/// |---|---|
/// | `request` | the request cannot be sent |
/// | `unreachable` | nothing answers at the address |
/// | `cors` | the gateway answers, and does not let this page read it |
/// | `refused` | it answered with an error: `status`, and `type`, `code`, `param` as far as it said them |
/// | `server` | it reported an error within its answer: likewise |
/// | `truncated` | the answer ended too early |
/// | `malformed` | what came is no answer |
export class ChatError extends Error {
  constructor(kind, message, { type, code, param, status } = {}) {
    super(message);
    this.name = "ChatError";
    Object.assign(this, { kind, type, code, param, status });
  }
}

let loading = null;

/// The core's module, which is loaded once.
function core() {
  loading ??= load().catch(error => {
    loading = null;
    throw error;
  });
  return loading;
}

async function load() {
  const response = await fetch(new URL("choreo.wasm", import.meta.url));
  if (!response.ok) throw new ChatError("request", "choreo.wasm is missing: it must lie beside choreo.js");
  return WebAssembly.compile(await response.arrayBuffer());
}

function encode(call, request) {
  try {
    return call.encode(request);
  } catch (error) {
    throw error instanceof RangeError ? new ChatError("request", error.message) : error;
  }
}

async function send(baseUrl, apiKey, body, signal) {
  const url = endpoint(baseUrl, "/v1/chat/completions");
  if (/[^\x21-\x7e]/.test(apiKey)) throw new ChatError("request", "the API key holds characters that no key has: copy it anew");
  const headers = { "accept": "text/event-stream, application/json", "content-type": "application/json" };
  if (apiKey) headers.authorization = `Bearer ${apiKey}`;
  // A redirect is not followed: it would take the question, and in old browsers the key, elsewhere.
  const settings = { cache: "no-store", credentials: "omit", redirect: "manual", referrerPolicy: "no-referrer" };
  const response = await fetch(url, { method: "POST", headers, body, signal, ...settings }).catch(async () => {
    signal?.throwIfAborted();
    throw await obstacle(baseUrl, signal);
  });
  if (response.type === "opaqueredirect") {
    throw new ChatError("refused", `${url.origin} sends its visitors elsewhere: check the address of the gateway`);
  }
  return response;
}

function endpoint(baseUrl, path) {
  const base = baseUrl.trim().replace(/\/+$/, "").replace(/\/v1$/, "");
  try {
    // Two slashes would lead to another host, and so would a backslash behind the first, or white space between them.
    if (!/^($|\/(?![/\\\s])|https?:\/\/[^/?#@]+(\/[^?#]*)?$)/i.test(base)) throw new TypeError(base);
    return new URL(base + path, location.origin);
  } catch {
    throw new ChatError("request", "the address of the gateway must be like https://gateway.example");
  }
}

/// Why a request had no answer. A page is not told, but can find out: what must not be read may still be asked for.
async function obstacle(baseUrl, signal) {
  const url = endpoint(baseUrl, "/health");
  const nobody = `nothing answers at ${url.origin}: check the address, and whether the gateway runs`;
  if (url.origin === location.origin) return new ChatError("unreachable", nobody);
  try {
    await fetch(url, { mode: "no-cors", cache: "no-store", credentials: "omit", referrerPolicy: "no-referrer", signal });
  } catch {
    signal?.throwIfAborted();
    return new ChatError("unreachable", nobody);
  }
  const words = `${url.origin} answers, but does not let pages of ${location.origin} read what it says (CORS): `
    + "whoever runs the gateway must allow that origin";
  return new ChatError("cors", words);
}

/// What an answer says that is no success.
async function refusal(call, response, apiKey) {
  call.expectError();
  const pieces = reader(response);
  for (let length = 0; length < REFUSAL_LIMIT;) {
    // Of a body that is cut, what came will do.
    const { value } = await pieces.read().catch(() => ({}));
    if (!value) break;
    length += value.length;
    for (const _ of call.read(value));
  }
  pieces.cancel().catch(() => {});
  for (const _ of call.end());
  // What a proxy says in HTML is not for reading.
  const isPage = /html/i.test(response.headers.get("content-type") ?? "");
  const { message, ...labels } = hidden((!isPage && call.ending().report) || {}, apiKey);
  const { status } = response;
  const advice = ADVICE[status] ?? (status >= 500 ? "try again in a moment" : "check the request");
  return new ChatError("refused", `the gateway refused (${status}): ${message || advice}`, { ...labels, status });
}

/// What reads the body, also of a response that can have none, such as a 304.
function reader({ body }) {
  return (body ?? new Blob().stream()).getReader();
}

/// A report without the key, which some servers repeat.
function hidden(report, apiKey) {
  const members = Object.entries(report).map(([name, text]) => [name, apiKey ? text.replaceAll(apiKey, "[API key]") : text]);
  return Object.fromEntries(members);
}

/// So much of an error's body is read.
const REFUSAL_LIMIT = 64 * 1024;
const ADVICE = {
  401: "check the API key",
  403: "the API key does not allow this",
  404: "check the address of the gateway, and the model",
  413: "the conversation is too long",
  429: "too many requests: wait a moment",
};
