// The page: what is typed goes to the gateway, and what it answers is shown as it comes.

import { chat } from "./choreo.js";

const [said, form, question, send, stop, base, key, model] = ["said", "ask", "question", "send", "stop", "base", "key", "model"]
  .map(id => document.getElementById(id));
/// What was said, as it is sent again: questions with complete answers only.
const messages = [];

form.addEventListener("submit", async event => {
  event.preventDefault();
  const text = question.value.trim();
  if (!text || send.disabled) return;
  say("question").append(text);
  question.value = "";
  question.focus();
  const aborter = new AbortController();
  stop.onclick = () => aborter.abort(); // the gateway sees it at once
  busy(true);
  await answer({ role: "user", content: text }, aborter.signal);
  busy(false);
  question.focus();
});

question.addEventListener("keydown", event => {
  // A key that ends the composition of a character is no end of the question.
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    form.requestSubmit();
  }
});

document.addEventListener("keydown", event => event.key === "Escape" && stop.click());

async function answer(asked, signal) {
  const item = say("answer");
  const text = item.appendChild(document.createElement("div"));
  text.className = "text";
  try {
    const call = { baseUrl: base.value, apiKey: key.value, model: model.value, messages: [...messages, asked], signal };
    for await (const event of chat(call)) {
      if (event.type === "content" || event.type === "refusal") text.append(event.text);
      if (event.type === "reasoning") reasoning(item).append(event.text);
      if (event.type === "end") end(item, event, [asked, { role: "assistant", content: text.textContent }]);
      item.scrollIntoView({ block: "end" });
    }
  } catch (error) {
    if (signal.aborted) add(item, "note", "Stopped.");
    else fail(item, error);
  }
  item.scrollIntoView({ block: "end" });
}

function end(item, { finishReason }, turn) {
  if (!item.textContent) add(item, "note", "The model said nothing.");
  if (finishReason === "length") add(item, "note", "The answer has reached its longest length.");
  if (finishReason === "content_filter") add(item, "note", "The rest was withheld by a content filter.");
  if (turn[1].content) messages.push(...turn);
}

function fail(item, error) {
  item.classList.add("failed");
  add(item, "problem", error.message[0].toUpperCase() + error.message.slice(1) + ".");
  // What to do about it is there.
  if (["request", "unreachable", "cors"].includes(error.kind) || [401, 403, 404].includes(error.status)) {
    document.getElementById("settings").open = true;
  }
}

function say(who) {
  const item = document.createElement("li");
  item.className = who;
  said.append(item);
  item.scrollIntoView({ block: "end" });
  return item;
}

function add(item, kind, words) {
  const line = item.appendChild(document.createElement("p"));
  line.className = kind;
  line.textContent = words;
}

/// Where an answer's reasoning goes: above it, folded.
function reasoning(item) {
  const there = item.querySelector("details div");
  if (there) return there;
  const details = document.createElement("details");
  details.appendChild(document.createElement("summary")).textContent = "Reasoning";
  item.prepend(details);
  return details.appendChild(document.createElement("div"));
}

function busy(is) {
  said.setAttribute("aria-busy", is);
  send.disabled = is;
  stop.disabled = !is;
}
