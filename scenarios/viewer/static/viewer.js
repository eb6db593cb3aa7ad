// Keys: j and k go to the next and the previous turn, o opens or folds its calls, / goes to the search.
"use strict";
const turns = () => [...document.querySelectorAll(".turn, .hits > li")];
let at = -1;

function go(step) {
  const found = turns();
  if (!found.length) return;
  at = Math.min(found.length - 1, Math.max(0, at + step));
  found[at].setAttribute("tabindex", "-1");
  found[at].focus({ preventScroll: true });
  found[at].scrollIntoView({ block: "start" });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.matches("input, select, textarea")) return;
  if (event.key === "j") go(1);
  else if (event.key === "k") go(-1);
  else if (event.key === "o") for (const fold of turns()[at]?.querySelectorAll("details.calls") ?? []) fold.open = !fold.open;
  else if (event.key === "/") document.querySelector("#find, input[type=search]")?.focus();
  else return;
  event.preventDefault();
});

// A link to something inside a fold opens the fold.
function reveal() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (let fold = target?.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  if (target) at = turns().indexOf(target);
}
for (const here of document.querySelectorAll(".tabs [aria-current]")) here.scrollIntoView({ block: "nearest", inline: "center" });
addEventListener("hashchange", reveal);
reveal();

// A page about a running run asks every two seconds whether something is new, and takes in what has changed.
const live = document.querySelector("[data-live]");
let known = live?.dataset.known;

function takeIn(fresh) {
  for (const part of fresh.querySelectorAll("[data-part]")) {
    const old = document.getElementById(part.id);
    const typed = old && [...old.querySelectorAll("textarea, input:not([type])")].some((field) => field.value);
    if (old && !typed && !old.contains(document.activeElement)) old.innerHTML = part.innerHTML;
  }
  const list = document.querySelector("ol.turns");
  for (const turn of fresh.querySelectorAll("ol.turns > li")) {
    const old = turn.id && document.getElementById(turn.id);
    if (!old) {
      list.querySelector(".none")?.remove();
      list.append(turn);
    } else if (old.dataset.state !== turn.dataset.state) {
      const open = [...old.querySelectorAll("details")].map((fold) => fold.open);
      turn.querySelectorAll("details").forEach((fold, at) => { if (open[at] !== undefined) fold.open = open[at]; });
      old.replaceWith(turn);
    }
  }
}

async function follow() {
  try {
    const state = await (await fetch(live.dataset.live)).text();
    if (state !== known) {
      known = state;
      takeIn(new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html"));
    }
    setTimeout(follow, 2000);
  } catch {
    document.querySelector("#offline")?.removeAttribute("hidden");
  }
}
if (live) setTimeout(follow, 2000);
