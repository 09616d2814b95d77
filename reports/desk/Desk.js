// The review desk inside Fava's page: our style on every page, our pages instead of those that we do not have, and the
// login again when a session is over.

const base = new URL("../", import.meta.url);

function addStyle() {
  if (document.querySelector("link[data-desk]")) return;
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = new URL("extension/Desk/desk.css", base).href;
  link.dataset.desk = "";
  document.head.append(link);
}

function ours(page, values) {
  const target = new URL("extension/Desk/", base);
  target.searchParams.set("page", page);
  for (const [key, value] of Object.entries(values)) target.searchParams.set(key, value);
  return target.href;
}

// Where a link of Fava's leads instead: its editor to our lines, its accounts to our ledger; "" where it stays.
function instead(url) {
  const path = url.pathname;
  if (path === new URL("editor/", base).pathname) {
    const file = (url.searchParams.get("file_path") ?? "").replace(/^<|>$/g, "");
    return ours("source", { file, line: url.searchParams.get("line") ?? "1" });
  }
  const account = new URL("account/", base).pathname;
  if (path.startsWith(account)) return ours("account", { id: decodeURIComponent(path.slice(account.length).replace(/\/$/, "")) });
  return "";
}

// Our own pages are documents of their own under the server: Fava's router must not fetch them as parts of its page.
function follow(event) {
  const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
  if (!(link instanceof HTMLAnchorElement)) return;
  const url = new URL(link.href);
  const target = instead(url);
  if (target) link.href = target;
  if (served && new URL(link.href).pathname === new URL("extension/Desk/", base).pathname) {
    event.preventDefault();
    event.stopImmediatePropagation();
    window.location.assign(link.href);
  }
}

let served = false;

// A request that finds the session over leads to the login, and from there back here.
function loginWhenOver() {
  const native = window.fetch.bind(window);
  window.fetch = async (...args) => {
    const response = await native(...args);
    if (response.headers.has("Content-Security-Policy")) served = true; // only our server sets it
    if (response.status === 401) {
      const here = window.location.pathname + window.location.search;
      window.location.assign(`/login?next=${encodeURIComponent(here)}`);
    }
    return response;
  };
}

export default {
  init() {
    addStyle();
    loginWhenOver();
    fetch(new URL("extension/Desk/desk.css", base), { method: "HEAD" });
    document.addEventListener("click", follow, { capture: true });
  },
  onExtensionPageLoad() {
    if (document.querySelector("[data-desk-wait]")) setTimeout(() => window.location.reload(), 2000);
    document.getElementById("line")?.scrollIntoView({ block: "center" });
  },
};
