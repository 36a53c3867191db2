// Shows the crowd's figures, which come as plain events.

const figures = document.getElementById("figures");

window.onair.subscribe(figures.dataset.channel).bind("figures", (shown) => {
  for (const element of figures.querySelectorAll("[data-figure]")) {
    element.textContent = shown[element.dataset.figure]?.toLocaleString("en-GB") ?? "–";
  }
});
