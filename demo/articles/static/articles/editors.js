// Shows who has this article open for editing, from the members of its presence channel.
// The rule of onair_rules.py says who may join, and what the others get to know of each.

const list = document.getElementById("editors");
const summary = document.getElementById("editors-summary");
const channel = window.onair.subscribe(list.dataset.channel);

function avatar(info) {
  const item = document.createElement("li");
  item.className = "avatar";
  item.dataset.user = info.username;
  item.title = info.name;
  item.textContent = info.name.split(" ").map((word) => word[0]).join("");
  return item;
}

function sentence(others) {
  const names = others.map((info) => info.name.split(" ")[0]);
  if (names.length === 0) return "Only you";
  if (names.length === 1) return `You and ${names[0]}`;
  return `You, ${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

function render() {
  const others = [];
  const mine = channel.members.me;
  channel.members.each((member) => {
    if (member.id !== mine.id) others.push(member.info);
  });
  list.replaceChildren(...[mine.info, ...others].map(avatar));
  summary.textContent = sentence(others);
}

// The first comes when this page has joined, and again after a lost connection.
for (const event of ["pusher:subscription_succeeded", "pusher:member_added", "pusher:member_removed"]) {
  channel.bind(event, render);
}
channel.bind("pusher:subscription_error", () => {
  summary.textContent = "Who else is here cannot be told at the moment.";
});
