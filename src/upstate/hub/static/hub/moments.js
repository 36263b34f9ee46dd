// Says every moment of a page in the reader's own time zone; without script the page says it in UTC.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const short = new Intl.DateTimeFormat("en-CA", { dateStyle: "short", timeStyle: "short", hourCycle: "h23" });
const long = new Intl.DateTimeFormat("en-US", { dateStyle: "full", timeStyle: "long" });

export function localise(root) {
  for (const time of root.querySelectorAll("time[data-moment]")) {
    const moment = new Date(time.dateTime);
    if (!Number.isNaN(moment.getTime())) {
      time.textContent = short.format(moment).replace(",", "");
      time.title = long.format(moment);
    }
  }
}

localise(document);
for (const foot of document.querySelectorAll("[data-zone]")) {
  foot.textContent = `Times are in ${zone.replaceAll("_", " ")}.`;
}
document.addEventListener("htmx:load", (event) => localise(event.target.parentElement ?? event.target));
