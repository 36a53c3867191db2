// Signs the journalist in, for the notes that are sent to one person, on whatever page that one is.
// The site says who it is; the watchlist of onair_rules.py says whose coming and going is told.

const { user } = window.onair;
const notes = document.getElementById("desk-notes");

user.bind("note", ({ sender, text }) => {
  const line = document.createElement("p");
  line.className = "notice";
  const who = document.createElement("b");
  who.textContent = `${sender}:`;
  line.append(who, " ", text);
  notes.append(line);
});

// A page that is offline does not know where anybody is. It is told when it is back.
document.addEventListener("onair:state", ({ detail }) => {
  if (detail.state === "connected") return;
  for (const colleague of document.querySelectorAll("#colleagues [data-whereabouts]")) {
    delete colleague.dataset.whereabouts;
    colleague.querySelector(".whereabouts").textContent = "";
  }
});

for (const whereabouts of ["online", "offline"]) {
  user.watchlist.bind(whereabouts, ({ user_ids }) => {
    for (const id of user_ids) {
      const colleague = document.querySelector(`#colleagues [data-user-id="${CSS.escape(id)}"]`);
      if (!colleague) continue;
      colleague.dataset.whereabouts = whereabouts;
      colleague.querySelector(".whereabouts").textContent = whereabouts === "online" ? "is here" : "is away";
    }
  });
}

window.onair.signin();
