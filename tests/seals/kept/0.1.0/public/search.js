// Filters the lists of the front page while the reader types. Without script the lists are simply whole.
(function () {
  "use strict";
  var form = document.getElementById("search");
  var words = document.getElementById("words");
  var count = document.getElementById("count");
  var items = Array.prototype.slice.call(document.querySelectorAll("[data-find]"));
  var towns = Array.prototype.slice.call(document.querySelectorAll("[data-town]"));
  form.hidden = false;
  form.addEventListener("submit", function (event) { event.preventDefault(); });
  words.addEventListener("input", function () {
    var wanted = words.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    var found = 0;
    items.forEach(function (item) {
      var text = item.getAttribute("data-find").toLowerCase();
      var hit = wanted.every(function (word) { return text.indexOf(word) >= 0; });
      item.hidden = !hit;
      found += hit ? 1 : 0;
    });
    towns.forEach(function (town) { town.hidden = !town.querySelector("[data-find]:not([hidden])"); });
    count.textContent = wanted.length ? (found ? "找到 " + found + " 项" : "没有找到，请换一个名称") : "";
  });
})();
