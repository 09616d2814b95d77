// Finds places and projects while the reader types or chooses. Without script the lists are simply whole.
(function () {
  "use strict";
  var MOST = 30;
  var form = document.getElementById("search");
  var words = document.getElementById("words");
  var count = document.getElementById("count");
  var results = document.getElementById("results");
  var choices = Array.prototype.slice.call(form.querySelectorAll("[data-choice]"));
  var items = Array.prototype.slice.call(document.querySelectorAll("[data-find]"));
  var groups = Array.prototype.slice.call(document.querySelectorAll("[data-group]"));
  function chosen(item) {
    return choices.every(function (choice) {
      return !choice.value || item.getAttribute("data-" + choice.getAttribute("data-choice")) === choice.value;
    });
  }
  function entry(item) {
    var line = document.createElement("li");
    line.appendChild(item.querySelector("a").cloneNode(true));
    var amount = item.querySelector("td.n");
    var about = item.getAttribute("data-town") + (amount ? " · " + amount.textContent + " 元" : "");
    line.appendChild(document.createTextNode(" " + about));
    return line;
  }
  var before = "";
  function search() {
    var now = [words.value].concat(choices.map(function (choice) { return choice.value; })).join("\n");
    if (now === before) { return; } // a tap on a result leaves the box: the results must stay under the finger
    before = now;
    var wanted = words.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    var asked = wanted.length > 0 || choices.some(function (choice) { return choice.value; });
    var found = [];
    items.forEach(function (item) {
      var text = item.getAttribute("data-find").toLowerCase();
      var hit = chosen(item) && wanted.every(function (word) { return text.indexOf(word) >= 0; });
      item.hidden = !hit;
      if (hit) { found.push(item); }
    });
    groups.forEach(function (group) { group.hidden = !group.querySelector("[data-find]:not([hidden])"); });
    results.textContent = "";
    if (asked) { found.slice(0, MOST).forEach(function (item) { results.appendChild(entry(item)); }); }
    var more = found.length > MOST ? "，先列 " + MOST + " 项" : "";
    // On a small screen what was found would lie below it: the box goes to the top, the results follow it.
    if (asked && window.innerWidth < 600) { form.scrollIntoView({ block: "start" }); }
    count.textContent = asked ? (found.length ? "找到 " + found.length + " 项" + more : "没有找到，请换一个名称") : "";
  }
  var long = document.querySelector("details.long");
  if (long && window.innerWidth < 600 && items.length > MOST) { long.open = false; }
  form.hidden = false;
  form.addEventListener("submit", function (event) { event.preventDefault(); });
  form.addEventListener("input", search);
  form.addEventListener("change", search);
})();
