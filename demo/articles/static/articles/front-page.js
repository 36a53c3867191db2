// Keeps the front page in step: new headlines appear in place, and each teaser says what happens to its article.

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });

const NEWS = { update: "Opened", updated: "Saved", deleted: "Deleted" };

for (const [name, verb] of Object.entries(NEWS)) {
  document.addEventListener(`pusherable:${name}`, (event) => {
    const { object, user } = event.detail.data;
    const teaser = document.getElementById(`article-${object.id}`);
    if (name === "updated") {
      for (const field of teaser.querySelectorAll("[data-field]")) {
        field.textContent = object[field.dataset.field];
      }
    }
    teaser.dataset.event = name;
    const who = user === document.body.dataset.username ? "you" : user.charAt(0).toUpperCase() + user.slice(1);
    teaser.querySelector(".news").textContent = `${verb} by ${who}, ${clock.format(new Date())}`;
  });
}
