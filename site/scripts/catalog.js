// Search and filters. Pages read without it; nothing here fetches from outside.
(function () {
  "use strict";
  const here = document.currentScript.src;
  const assets = here.slice(0, here.lastIndexOf("/") + 1);
  const root = new URL("../../", assets).href;
  const SHAPES = {
    use: "M8 1a7 7 0 1 0 .01 0z",
    care: "M8 1l7.4 13.4H.6z",
    dont: "M8 .4L15.6 8 8 15.6.4 8z",
  };

  // One spelling for all: İ, I, ı and i are one letter, accents and combining marks fall away.
  function fold(text) {
    return text
      .replace(/[İIı]/g, "i")
      .toLowerCase()
      .normalize("NFD")
      .replace(/[\u0300-\u036f]/g, "");
  }

  // Turkish endings, folded; a chain of them may follow a stem.
  const ENDING =
    /^(?:(?:l[ae]r|[iu]m[iu]z|[iu]n[iu]z|n[iu]n|[yns]?[iu]n?|[yns]?[ae]|[dt][ae]n?|n[dt][ae]n?|[yn]?l[ae]|c[ae]|k[iu])+)$/;

  function stemsOf(word) {
    const stems = [];
    for (let end = word.length - 1; end >= 3; end -= 1) {
      if (!ENDING.test(word.slice(end))) continue;
      const stem = word.slice(0, end);
      stems.push(stem);
      const hard = { b: "p", c: "c", d: "t", g: "k" }[stem.slice(-1)];
      if (hard && hard !== stem.slice(-1)) stems.push(stem.slice(0, -1) + hard);
    }
    return stems;
  }

  const wordsOf = (text) => fold(text).split(/[^\p{L}\p{N}]+/u).filter(Boolean);

  // The words of a name, and those that a hyphen joins also as one: e-posta is found as eposta.
  function namesOf(text) {
    const joined = fold(text).match(/[\p{L}\p{N}]+(?:[-_.'’][\p{L}\p{N}]+)+/gu) || [];
    return [...wordsOf(text), ...joined.map((word) => word.replace(/[-_.'’]/g, ""))];
  }

  // 0 whole word, 1 beginning of a word, 2 stem of an inflected query, 3 none.
  function fit(token, words) {
    let best = 3;
    for (const word of words) {
      if (word === token.text) return 0;
      if (word.startsWith(token.text)) best = 1;
      else if (best > 2 && token.stems.some((stem) => word.startsWith(stem))) best = 2;
    }
    return best;
  }

  function fitAll(tokens, words) {
    let worst = 0;
    for (const token of tokens) {
      const one = fit(token, words);
      if (one === 3) return 9;
      worst = Math.max(worst, one);
    }
    return worst;
  }

  let index = null;
  let texts = null;

  function load(name) {
    return new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = assets + name;
      script.onload = done;
      script.onerror = failed;
      document.head.append(script);
    });
  }

  async function prepare() {
    if (index) return;
    await load("search-titles.js");
    index = window.tekdogruTitles.map(([title, kind, address, names, level, rank]) => {
      const words = namesOf(title);
      const all = names ? [...words, ...namesOf(names)] : words;
      return { title, kind, address, level, rank, words, names: all, folded: fold(title), minor: rank % 20 > 9 };
    });
    load("search-texts.js").then(() => {
      texts = window.tekdogruTexts.map(wordsOf);
      document.dispatchEvent(new Event("td-texts"));
    });
  }

  const queryOf = (words) => words.map((text) => ({ text, stems: stemsOf(text) }));

  // How well an entry fits: 0 its whole title, 1 its names, 2 inflected, 3 its text; 9 not at all.
  function rate(entry, at, tokens, whole) {
    if (!entry.minor && entry.folded === whole) return 0;
    const named = fitAll(tokens, entry.names);
    if (named < 9) return named < 2 ? 1 : 2;
    return texts && fitAll(tokens, [...entry.names, ...texts[at]]) < 9 ? 3 : 9;
  }

  // Among like fits attributes and measures come first, fields last; then the closer name.
  function search(query) {
    const tokens = queryOf(wordsOf(query));
    if (!tokens.length) return [];
    const glued = wordsOf(query.replace(/([\p{L}\p{N}])[-_.'’](?=[\p{L}\p{N}])/gu, "$1"));
    const ways = glued.length === tokens.length ? [tokens] : [tokens, queryOf(glued)];
    const whole = fold(query.trim());
    const hits = [];
    index.forEach((entry, at) => {
      const score = Math.min(...ways.map((way) => rate(entry, at, way, whole)));
      if (score === 9) return;
      hits.push({ entry, score, near: Math.min(...ways.map((way) => fitAll(way, entry.words))) });
    });
    return hits.sort(
      (a, b) =>
        a.score - b.score ||
        a.entry.rank - b.entry.rank ||
        a.near - b.near ||
        a.entry.title.length - b.entry.title.length,
    );
  }

  function mark(level) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("viewBox", "0 0 16 16");
    svg.setAttribute("class", "td-mark td-mark-" + level);
    svg.setAttribute("aria-hidden", "true");
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", SHAPES[level] || "");
    svg.append(path);
    return svg;
  }

  function element(name, text, className) {
    const made = document.createElement(name);
    if (text) made.textContent = text;
    if (className) made.className = className;
    return made;
  }

  function startSearch(form) {
    const input = form.querySelector("input");
    const panel = form.querySelector(".found");
    const said = form.querySelector(".found-said");
    const list = form.querySelector("ul");
    let chosen = -1;
    form.hidden = false;

    function close() {
      panel.hidden = true;
      chosen = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    }

    function choose(next) {
      const options = list.children;
      if (!options.length) return;
      if (chosen >= 0 && options[chosen]) options[chosen].setAttribute("aria-selected", "false");
      chosen = (next + options.length) % options.length;
      options[chosen].setAttribute("aria-selected", "true");
      options[chosen].scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", options[chosen].id);
    }

    function show() {
      const query = input.value;
      if (!query.trim() || !index) return close();
      const hits = search(query);
      list.replaceChildren(
        ...hits.slice(0, 12).map(({ entry }, at) => {
          const option = element("li");
          option.id = "td-found-" + at;
          option.setAttribute("role", "option");
          option.setAttribute("aria-selected", "false");
          option.dataset.href = new URL(entry.address, root).href;
          option.append(entry.level ? mark(entry.level) : element("span", "", "td-mark"));
          option.append(element("span", entry.title, "found-title"), element("span", entry.kind, "found-kind"));
          return option;
        }),
      );
      said.replaceChildren();
      if (hits.length) said.textContent = hits.length + " " + form.dataset.count;
      else said.append(element("strong", form.dataset.none + " “" + query.trim() + "”"), element("span", form.dataset.tip));
      chosen = -1;
      panel.hidden = false;
      input.setAttribute("aria-expanded", "true");
      input.removeAttribute("aria-activedescendant");
    }

    const open = (option) => option && window.location.assign(option.dataset.href);
    input.addEventListener("focus", () => prepare().then(() => input.value && show()));
    input.addEventListener("input", () => prepare().then(show));
    document.addEventListener("td-texts", () => {
      if (panel.hidden) return;
      const before = chosen;
      show();
      if (before >= 0) choose(before);
    });
    list.addEventListener("mousedown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => open(event.target.closest("li")));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      open(list.children[Math.max(chosen, 0)]);
    });
    input.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        choose(event.key === "ArrowDown" ? chosen + 1 : chosen < 0 ? -1 : chosen - 1);
      } else if (event.key === "Escape") {
        close();
        input.blur();
      }
    });
    form.addEventListener("focusout", (event) => form.contains(event.relatedTarget) || close());
    document.addEventListener("keydown", (event) => {
      const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
      if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      input.focus();
      input.select();
    });
  }

  // What is chosen stands in the address, so that a narrowed list can be shared and gone back to.
  function startFilter(form) {
    const rows = [...form.parentElement.querySelectorAll("tbody tr")];
    const folded = rows.map((row) => fold(row.textContent));
    const said = form.querySelector("[data-td-filter-count]");
    const none = form.parentElement.querySelector("[data-td-filter-none]");
    const table = form.parentElement.querySelector(".td-scroll");
    const clear = form.querySelector("button");
    const choices = [...form.querySelectorAll("select")];
    const number = new Intl.NumberFormat(document.documentElement.lang);
    form.hidden = false;

    function readAddress() {
      const asked = new URLSearchParams(window.location.search);
      form.elements.q.value = asked.get("q") || "";
      for (const choice of choices) {
        choice.value = asked.get(choice.name) || "";
        if (choice.selectedIndex < 0) choice.value = "";
      }
    }

    function writeAddress() {
      const asked = new URLSearchParams();
      for (const { name, value } of [form.elements.q, ...choices]) if (value) asked.set(name, value);
      const query = String(asked);
      const address = window.location.pathname + (query ? "?" + query : "") + window.location.hash;
      window.history.replaceState(null, "", address);
    }

    function apply() {
      const tokens = fold(form.elements.q.value).split(/\s+/).filter(Boolean);
      const wanted = choices.filter((choice) => choice.value);
      const fits = (row) =>
        wanted.every(({ name, value }) => (row.dataset[name] || "").split(" ").includes(value));
      let shown = 0;
      rows.forEach((row, at) => {
        row.hidden = !(tokens.every((token) => folded[at].includes(token)) && fits(row));
        shown += row.hidden ? 0 : 1;
      });
      said.textContent = said.dataset.text
        .replace("{n}", number.format(shown))
        .replace("{m}", number.format(rows.length));
      none.hidden = shown > 0;
      table.hidden = shown === 0;
      clear.hidden = !tokens.length && !wanted.length;
    }

    function change() {
      apply();
      writeAddress();
    }

    form.addEventListener("input", change);
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", () => {
      setTimeout(change);
      form.elements.q.focus();
    });
    window.addEventListener("popstate", () => {
      readAddress();
      apply();
    });
    readAddress();
    apply();
  }

  // The drawing opens with the definition itself in view where it is wider than the screen.
  function centre(frame) {
    const own = frame.querySelector(".td-map-own rect");
    if (!own || frame.scrollWidth <= frame.clientWidth) return;
    const middle = own.getBoundingClientRect().left - frame.getBoundingClientRect().left;
    frame.scrollLeft = middle - (frame.clientWidth - own.getBoundingClientRect().width) / 2;
  }

  function markPlace() {
    for (const link of document.querySelectorAll(".ways a")) {
      if (link.href !== window.location.href.split("#")[0]) continue;
      link.setAttribute("aria-current", "page");
      const row = link.closest("ul");
      row.scrollLeft = link.offsetLeft - (row.clientWidth - link.offsetWidth) / 2;
    }
  }

  // What scrolls sideways can be scrolled by keyboard.
  function reach(block) {
    if (block.scrollWidth > block.clientWidth) block.tabIndex = 0;
  }

  document.querySelectorAll("[data-td-search]").forEach(startSearch);
  document.querySelectorAll(".prose pre").forEach(reach);
  document.querySelectorAll("[data-td-filter]").forEach(startFilter);
  document.querySelectorAll(".td-map-frame").forEach(centre);
  markPlace();
})();
