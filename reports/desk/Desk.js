// The review desk inside Fava's page: our style on every page, lines of the book instead of the editor, and the login
// again when a session is over.

const base = new URL("../", import.meta.url);

function addStyle() {
  if (document.querySelector("link[data-desk]")) return;
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = new URL("extension/Desk/desk.css", base).href;
  link.dataset.desk = "";
  document.head.append(link);
}

// Fava's links to its editor lead to our page with the same line.
function sourceInstead(event) {
  const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
  if (!(link instanceof HTMLAnchorElement)) return;
  const url = new URL(link.href);
  if (url.pathname !== new URL("editor/", base).pathname) return;
  const target = new URL("extension/Desk/", base);
  target.searchParams.set("page", "source");
  target.searchParams.set("file", (url.searchParams.get("file_path") ?? "").replace(/^<|>$/g, ""));
  target.searchParams.set("line", url.searchParams.get("line") ?? "1");
  link.href = target.href;
}

// A request that finds the session over leads to the login, and from there back here.
function loginWhenOver() {
  const native = window.fetch.bind(window);
  window.fetch = async (...args) => {
    const response = await native(...args);
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
    document.addEventListener("click", sourceInstead, { capture: true });
  },
  onExtensionPageLoad() {
    if (document.querySelector("[data-desk-wait]")) setTimeout(() => window.location.reload(), 2000);
    document.getElementById("line")?.scrollIntoView({ block: "center" });
  },
};
