// Sets the chosen colour scheme before the page is painted.
(function () {
  "use strict";
  try {
    var chosen = localStorage.getItem("tekdogru-scheme");
    if (chosen === "dark" || chosen === "light") document.documentElement.dataset.scheme = chosen;
  } catch (error) {
    // Storage can be forbidden; the system's scheme holds then.
  }
})();
