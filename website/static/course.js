// Figures with sliders: an image for each setting, loaded when it is asked for.
for (const figure of document.querySelectorAll("figure.frames")) {
  const sliders = JSON.parse(figure.dataset.sliders);
  const image = figure.querySelector("img");
  const chosen = sliders.map((slider) => slider.start);
  const box = document.createElement("div");
  box.className = "sliders";
  sliders.forEach((slider, position) => {
    const label = document.createElement("label");
    const input = document.createElement("input");
    const value = document.createElement("output");
    input.type = "range";
    input.min = 0;
    input.max = slider.values.length - 1;
    input.value = slider.start;
    const say = () => {
      value.textContent = slider.values[chosen[position]];
      input.setAttribute("aria-valuetext", value.textContent);
    };
    input.addEventListener("input", () => {
      chosen[position] = Number(input.value);
      say();
      image.src = `${figure.dataset.folder}/${chosen.join("-")}.webp`;
    });
    say();
    label.append(slider.name.replaceAll("_", " "), input, value);
    box.append(label);
  });
  figure.prepend(box);
}

// What scrolls by itself can be reached, and scrolled, by keyboard.
const reach = () => {
  for (const element of document.querySelectorAll("pre, .table-wrapper, .cell_output figure, div.math")) {
    if (element.scrollWidth > element.clientWidth) element.tabIndex = 0;
    else element.removeAttribute("tabindex");
  }
};
addEventListener("load", reach);
addEventListener("resize", reach);

// On paper, all figures are seen at once.
addEventListener("beforeprint", () => {
  for (const image of document.querySelectorAll("img[loading=lazy]")) image.loading = "eager";
});

// The switch between editions leads to the section that is on the screen, by an anchor
// that all editions share; a search stays the same search.
const shared = [...document.querySelectorAll("article section[id], article tr[id^='term-']")];
const here = () => {
  const above = shared.filter((element) => element.getBoundingClientRect().top < 140);
  const found = above.length ? above[above.length - 1] : shared[0];
  // The first section is the page itself.
  return found && found !== shared[0] ? `#${found.id}` : "";
};
for (const link of document.querySelectorAll("[data-edition]")) {
  const lead = () => {
    link.hash = here();
    link.search = location.search;
  };
  for (const event of ["pointerenter", "pointerdown", "focus", "click"])
    link.addEventListener(event, lead);
  link.addEventListener("click", () => localStorage.setItem("edition", link.dataset.edition));
}
