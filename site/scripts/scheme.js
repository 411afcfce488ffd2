// Sets the chosen colour scheme before the page is painted, and makes its button work.
(function () {
  "use strict";
  const page = document.documentElement;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  try {
    const chosen = localStorage.getItem("tekdogru-scheme");
    if (chosen === "dark" || chosen === "light") page.dataset.scheme = chosen;
  } catch (error) {
    // Storage can be forbidden; the system's scheme holds then.
  }

  function change() {
    const now = page.dataset.scheme || (dark.matches ? "dark" : "light");
    page.dataset.scheme = now === "dark" ? "light" : "dark";
    try {
      localStorage.setItem("tekdogru-scheme", page.dataset.scheme);
    } catch (error) {
      // Storage can be forbidden; the choice then holds for this page.
    }
  }

  document.addEventListener("DOMContentLoaded", () => {
    for (const button of document.querySelectorAll("[data-td-scheme]")) {
      button.hidden = false;
      button.addEventListener("click", change);
    }
  });
})();
