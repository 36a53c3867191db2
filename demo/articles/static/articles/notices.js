// Says what others do with the article of this page.
// Each {% pusherable_subscribe "update" article %} makes the DOM event "pusherable:update", and so on.

const notices = document.getElementById("notices");
const editing = document.querySelector("form.manuscript") !== null;

const SENTENCES = {
  view: "is reading this article.",
  update: "has opened this article to edit it.",
  updated: editing ? "has saved this article: your text is older." : "has saved this article.",
  delete: "is about to delete this article.",
  deleted: "has deleted this article.",
};

const REMEDIES = {
  updated: { text: "Load the new version", href: window.location.href },
  deleted: { text: "Back to the front page", href: notices.dataset.home },
  gap: { text: "Load the page again", href: window.location.href },
};

function notice(name, ...sentence) {
  const line = document.createElement("p");
  line.className = "notice";
  line.dataset.event = name;
  line.append(...sentence);
  if (REMEDIES[name]) {
    const remedy = document.createElement("a");
    remedy.textContent = REMEDIES[name].text;
    remedy.href = REMEDIES[name].href;
    line.append(" ", remedy);
  }
  return line;
}

for (const name of Object.keys(SENTENCES)) {
  document.addEventListener(`pusherable:${name}`, (event) => {
    const { user } = event.detail.data;
    // What you do in another window of your own is no news to you.
    if (user === document.body.dataset.username) return;
    // The same news of the same person replaces the old line.
    notices.querySelector(`[data-event="${name}"][data-user="${CSS.escape(user)}"]`)?.remove();
    const who = document.createElement("b");
    who.textContent = user.charAt(0).toUpperCase() + user.slice(1);
    const line = notice(name, who, " ", SENTENCES[name]);
    line.dataset.user = user;
    notices.prepend(line);
  });
}

// pusher-js comes back from a lost connection without what it has missed.
document.addEventListener("onair:gap", () => {
  notices.querySelector('[data-event="gap"]')?.remove();
  notices.prepend(notice("gap", "You were offline: what others did meanwhile is not shown here."));
});
