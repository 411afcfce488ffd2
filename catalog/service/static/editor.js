// The colour scheme's button; the pages work without it.
(function () {
  "use strict";
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  for (const button of document.querySelectorAll("[data-td-scheme]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const now = document.documentElement.dataset.scheme || (dark.matches ? "dark" : "light");
      const next = now === "dark" ? "light" : "dark";
      document.documentElement.dataset.scheme = next;
      try {
        localStorage.setItem("tekdogru-scheme", next);
      } catch (error) {
        // Storage can be forbidden; the choice then holds for this page.
      }
    });
  }
})();
