// Sphinx's search finds pages. Each result is led on to the section that says most of the
// words, with an excerpt of it. Without this script, results lead to their pages.
const list = document.getElementById("search-results");
const typed = (new URLSearchParams(location.search).get("q") || "").toLowerCase().trim();
const wanted = typed.split(/\s+/).filter(Boolean);
const stemmer = new Stemmer();
const parts = splitQuery(typed).map((word) => stemmer.stemWord(word));
const EXCERPT = 240;

// What a section, or a row of the glossary, says itself: not what has an anchor of its
// own, nor buttons, nor the code of figures.
const PARTS = "section[id], tr[id]";
const LEFT_OUT = `${PARTS}, .headerlink, .downloads, .hide, div.math, h1, h2, h3, h4, h5, h6`;
const name = (section) => {
  // The first cells of a row of the glossary are the term in both languages.
  const said = section.matches("tr")
    ? [...section.children].slice(0, 2)
    : [section.querySelector("h1, h2, h3, h4, h5, h6").cloneNode(true)];
  said.forEach((element) => element.querySelector(".headerlink")?.remove());
  return said.map((element) => element.textContent.trim()).join(" ");
};
const saying = (section) => {
  const own = section.cloneNode(true);
  own.querySelectorAll(LEFT_OUT).forEach((element) => element.replaceWith(" "));
  const text = own.textContent.replace(/\s+/g, " ").trim();
  return { id: section.id, title: name(section), text };
};
const count = (text) => {
  const lower = text.toLowerCase();
  // The words as they were typed are worth more than all of them apart.
  return parts.filter((part) => lower.includes(part)).length + (lower.includes(typed) ? parts.length : 0);
};

const excerpt = (text) => {
  const lower = text.toLowerCase();
  const places = [typed, ...wanted, ...parts].map((word) => lower.indexOf(word));
  let start = Math.max((places.find((place) => place >= 0) || 0) - EXCERPT / 3, 0);
  // Not within a word, where there are spaces between words.
  const space = start ? text.indexOf(" ", start) : -1;
  if (space >= 0 && space < start + EXCERPT / 6) start = space + 1;
  const end = start + EXCERPT;
  const paragraph = document.createElement("p");
  paragraph.className = "context";
  const said = (start ? "… " : "") + text.slice(start, end).trim() + (end < text.length ? " …" : "");
  // What stands between the words, and the words, by turns.
  const escaped = wanted.map((word) => word.replace(/[^\p{L}\p{N}]/gu, "\\$&"));
  said.split(new RegExp(`(${escaped.join("|")})`, "i")).forEach((piece, k) => {
    const mark = document.createElement("span");
    if (k % 2) mark.className = "highlighted";
    mark.textContent = piece;
    paragraph.append(mark);
  });
  return paragraph;
};

const lead = async (item, listed) => {
  const link = item.querySelector("a");
  const page = new URL(link.href);
  const answer = await fetch(page.pathname);
  const read = new DOMParser().parseFromString(await answer.text(), "text/html");
  const sections = [...read.querySelector("[role=main]").querySelectorAll(PARTS)].map(saying);
  let said = sections.find((section) => `#${section.id}` === page.hash);
  if (!said) {
    const rank = (section) => count(section.text) + count(section.title);
    said = sections
      .filter((section) => !listed.has(`${page.pathname}#${section.id}`))
      .reduce((best, one) => (rank(one) > rank(best) ? one : best), sections[0]);
    if (said !== sections[0]) {
      page.hash = said.id;
      link.append(` > ${said.title}`);
    }
  }
  // Marks on the page are of what was typed.
  page.searchParams.set("highlight", wanted.join(" "));
  link.href = page;
  item.append(excerpt(said.text));
};

const observer = new MutationObserver(() => {
  // Sphinx's summary comes after the last result.
  if (!list.querySelector(".search-summary")?.textContent) return;
  observer.disconnect();
  localStorage.removeItem("sphinx_highlight_terms");
  const items = [...list.querySelectorAll("ul.search > li")];
  const listed = new Set(items.map((item) => item.querySelector("a")).filter((a) => a.hash).map((a) => a.pathname + a.hash));
  // Of a page that cannot be read, as on a disk, the result leads to its top.
  for (const item of items) lead(item, listed).catch(() => {});
});
observer.observe(list, { childList: true, subtree: true });
