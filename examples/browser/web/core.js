// The other side of the WebAssembly boundary: what `page/src/lib.rs` exports, as a class.

/// One chat call: encodes its request, and turns the bytes of its answer, cut anywhere, into events. It does no I/O.
///
/// | event | |
/// |---|---|
/// | `{ type: "content", text }`, `"reasoning"`, `"refusal"` | a fragment; fragments concatenate |
/// | `{ type: "toolCall", index, id, name, arguments }` | a piece of a tool call, as servers cut them: `index` says which (or is null), the arguments concatenate |
/// | `{ type: "over" }` | nothing will follow: the rest of the body need not be read |
export class Call {
  #core;
  #finishReason = null;
  #toolCall = null;
  #report = {};
  #confirmed = null;

  /// `module` is a `WebAssembly.Module` of choreo.wasm; each call has an instance of its own.
  static async of(module) {
    const { exports } = await WebAssembly.instantiate(module, {});
    return new Call(exports);
  }

  constructor(core) {
    this.#core = core;
  }

  /// The body of the request, in UTF-8. Throws a RangeError that says why when a server would refuse it for sure.
  encode({ model, messages, members = {} }) {
    const strings = [model, json(members)];
    for (const { role, content, ...others } of messages) strings.push(role, content ?? "", json(others));
    const length = this.#put(strings);
    const isEncoded = this.#core.encode(length);
    if (!isEncoded) throw new RangeError(this.#text());
    return this.#bytes().slice();
  }

  /// The answer's status was no success, so that its body is an error report whatever it looks like.
  expectError() {
    this.#core.expect_error();
  }

  /// The events in the next bytes of the body, all of which must be taken before the next bytes are given.
  *read(bytes) {
    const room = this.#core.room_length();
    for (let at = 0; at < bytes.length; at += room) {
      const piece = bytes.subarray(at, at + room);
      this.#room().set(piece);
      this.#core.push(piece.length);
      yield* this.#events();
    }
  }

  /// The body has ended: the events that were still held.
  *end() {
    this.#core.end();
    yield* this.#events();
  }

  /// How the answer ended: `verdict` is `finished`, `done` (complete, and the server did not say why it ended), `server` (it
  /// reported an error: `report`), `truncated` or `malformed`; `words` says what is wrong.
  ending() {
    const verdict = ENDINGS[this.#core.verdict()];
    if (verdict === "finished" || verdict === "done") return { verdict, finishReason: this.#finishReason };
    // Of a report that was cut, what came of it counts.
    return { verdict, words: this.#text(), report: verdict === "server" ? this.#confirmed ?? this.#report : {} };
  }

  *#events() {
    for (let number; (number = this.#core.next());) {
      const event = this.#event(KINDS[number % CONTINUES], this.#text(), number >= CONTINUES);
      if (event) yield event;
    }
  }

  #event(kind, text, continues) {
    switch (kind) {
      case "content": case "reasoning": case "refusal":
        return { type: kind, text };
      case "finishReason":
        // The last one that is not empty counts.
        this.#finishReason = continues ? this.#finishReason + text : text || this.#finishReason;
        return null;
      case "toolCallStart":
        this.#toolCall = { type: "toolCall", index: null, id: "", name: "", arguments: "" };
        return null;
      case "id": case "name":
        this.#toolCall[kind] = continues ? this.#toolCall[kind] + text : text;
        return null;
      case "arguments":
        this.#toolCall.arguments += text;
        return null;
      case "toolCallEnd": {
        const index = this.#core.tool_call_index();
        return { ...this.#toolCall, index: index < 0 ? null : index };
      }
      case "message": case "type": case "code": case "param":
        this.#report[kind] = ((continues && this.#report[kind]) || "") + text;
        // Nobody reads more.
        this.#report[kind] = this.#report[kind].slice(0, REPORT_LIMIT);
        return null;
      case "errorEnd":
        this.#confirmed ??= this.#report;
        return null;
      case "chunkEnd":
        this.#report = {};
        return null;
      case "over":
        return { type: "over" };
    }
  }

  /// Puts strings into the room, each behind its length; gives the length of all.
  #put(strings) {
    const room = this.#room();
    const lengths = new DataView(room.buffer, room.byteOffset, room.length);
    let at = 0;
    for (const string of strings) {
      if (typeof string !== "string") throw new RangeError("the model, roles and contents must be strings");
      const rest = room.subarray(at + 4);
      const { read, written } = new TextEncoder().encodeInto(string, rest);
      if (read < string.length || at + 4 > room.length) {
        throw new RangeError(`the request is longer than ${room.length} bytes: leave out old messages`);
      }
      lengths.setUint32(at, written, true);
      at += 4 + written;
    }
    return at;
  }

  #room() {
    return new Uint8Array(this.#core.memory.buffer, this.#core.room(), this.#core.room_length());
  }

  #bytes() {
    return new Uint8Array(this.#core.memory.buffer, this.#core.text_at(), this.#core.text_length());
  }

  #text() {
    return UTF8.decode(this.#bytes());
  }
}

/// As `page/src/told.rs` numbers them.
const KINDS = [
  null, "content", "reasoning", "refusal", "finishReason", "toolCallStart", "id", "name", "arguments", "toolCallEnd", "message",
  "type", "code", "param", "errorEnd", "chunkEnd", "over",
];
const CONTINUES = 256;
/// As `page/src/answer.rs` numbers them.
const ENDINGS = [null, "finished", "done", "server", "truncated", "malformed"];
const REPORT_LIMIT = 16 * 1024;
// A byte order mark is text here like any other.
const UTF8 = new TextDecoder("utf-8", { ignoreBOM: true });

function json(members) {
  return Object.keys(members).length ? JSON.stringify(members) : "";
}
